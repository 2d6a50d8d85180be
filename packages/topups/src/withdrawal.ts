// A withdrawal: gives money that has left a wallet back to the cards that it came from, or into the wallet again. Must
// stay true: each part ends on its card or in the wallet, and only once.
import {
  assertNever,
  invariant,
  streamId,
  streamName,
  CustomerId,
  type DomainEvent,
  type PendingWork,
  type Process,
  type ProcessInput,
  type RecordedEvent,
  type RetryPolicy,
  type Route,
} from '@holdfast/kernel';
import {
  depositPaidBy,
  paymentCategory,
  paymentOfDeposit,
  paymentOfReference,
  type PaymentEvent,
} from '@holdfast/payments';
import { walletCategory, type CardPart, type WalletEvent } from '@holdfast/wallet';
import type { TopUpCommand } from './top-up.js';
import type { WithdrawalEvent, WithdrawalStep } from './withdrawal.events.js';

export type WithdrawalInput = PaymentEvent | WalletEvent;

export const withdrawalCategory = 'withdrawal';
export const withdrawalStream = (withdrawalId: string): string =>
  streamName(withdrawalCategory, withdrawalId);

/** `round` counts the requests to the gateway for it, from 1. */
type Part = CardPart & {
  readonly is: 'refunding' | 'returning' | 'done';
  readonly round: number;
  readonly failed: number;
  readonly retryAt: string | null;
};
type Started = {
  readonly phase: 'started';
  readonly withdrawalId: string;
  readonly customerId: CustomerId;
  readonly parts: readonly Part[];
};
export type WithdrawalState = { readonly phase: 'new' } | Started;

const initialState: WithdrawalState = { phase: 'new' };
const begin = { round: 1, failed: 0, retryAt: null } as const;

function evolve(state: WithdrawalState, event: WithdrawalEvent): WithdrawalState {
  if (event.type === 'WithdrawalStarted') {
    const parts = event.data.parts.map((part): Part => ({ ...part, ...begin, is: 'refunding' }));
    return { ...event.data, phase: 'started', parts };
  }
  invariant(state.phase === 'started', 'a withdrawal starts first');
  switch (event.type) {
    case 'WithdrawalPaid':
    case 'WithdrawalReturned':
      return withPart(state, event.data.depositId, (part) => ({ ...part, is: 'done' }));
    case 'WithdrawalRefused':
      return withPart(state, event.data.depositId, (part) => ({ ...part, ...begin, is: 'returning' }));
    case 'WithdrawalAttemptFailed': {
      const { step, retryAt, isAsked } = event.data;
      return withPart(state, depositOf(step), (part) => ({
        ...part,
        ...{ round: isAsked ? part.round + 1 : part.round, failed: part.failed + 1, retryAt },
      }));
    }
    default:
      return assertNever(event);
  }
}

const withPart = (state: Started, depositId: string, change: (part: Part) => Part): Started => ({
  ...state,
  parts: state.parts.map((part) => (part.depositId === depositId ? change(part) : part)),
});

const depositOf = (step: WithdrawalStep): string => step.slice(step.indexOf(':') + 1);
const stepOf = ({ is, depositId }: Part): WithdrawalStep =>
  is === 'returning' ? `return:${depositId}` : `refund:${depositId}`;

/** The refund that a withdrawal asks for, of each of its payments. */
const refundIdOf = (withdrawalId: string): string => `withdrawal.${withdrawalId}`;
/** The withdrawal that asked for a refund; null when none did. */
export const withdrawalOfRefund = (refundId: string): string | null =>
  refundId.startsWith('withdrawal.') ? refundId.slice('withdrawal.'.length) : null;

const second = 1_000;
/** The money is neither in the wallet nor on the card: every step is tried without end. */
const withoutEnd: RetryPolicy = { attempts: null, baseMs: 500, limitMs: 60 * second };

/**
 * Id of the withdrawal that an event of a wallet begins: a wallet forgets which requests it has seen, so their ids may
 * come again.
 */
export const withdrawalOfEvent = ({ stream, revision }: RecordedEvent): string =>
  `${streamId(stream)}.${revision}`;

const ignore: Route = { kind: 'ignore' };
const toWithdrawal = (id: string | null | undefined): Route =>
  typeof id === 'string' ? { kind: 'continue', id } : ignore;

function route(recorded: RecordedEvent<WithdrawalInput>): Route {
  const event = recorded as DomainEvent as WithdrawalInput;
  switch (event.type) {
    case 'FundsWithdrawn':
      return event.data.to === undefined ? ignore : { kind: 'start', id: withdrawalOfEvent(recorded) };
    case 'FundsDeposited':
      return toWithdrawal(event.data.withdrawalId);
    case 'PaymentRefunded':
    case 'PaymentRefundRefused':
      return toWithdrawal(withdrawalOfRefund(event.data.refundId));
    case 'PaymentGatewayGivenUp': {
      const { operation } = event.data;
      return operation.kind === 'refund' ? toWithdrawal(withdrawalOfRefund(operation.refundId)) : ignore;
    }
    default:
      return ignore;
  }
}

type Decisions = readonly WithdrawalEvent[];
const nothing: Decisions = [];

function decide(input: ProcessInput<WithdrawalInput>, state: WithdrawalState): Decisions {
  if (input.kind === 'event') return onEvent(input.event, input.at, state);
  if (state.phase === 'new' || input.kind === 'deadline') return nothing;
  const part = state.parts.find((one) => one.is !== 'done' && stepOf(one) === input.step);
  if (part === undefined) return nothing;
  switch (input.kind) {
    case 'attemptFailed':
      return input.attempt > part.failed ? [attemptFailed(part, input.error, input.retryAt, false)] : nothing;
    case 'stepFailed':
      // A payment that can't be refunded that much: at the gateway's own dashboard somebody has.
      return part.is === 'refunding' && input.reason === 'rejected'
        ? [{ type: 'WithdrawalRefused', data: { depositId: part.depositId, code: input.error } }]
        : [setback(part, input.error, input.at)];
    default:
      return assertNever(input);
  }
}

function onEvent(recorded: RecordedEvent<WithdrawalInput>, at: string, state: WithdrawalState): Decisions {
  const event = recorded as DomainEvent as WithdrawalInput;
  if (event.type === 'FundsWithdrawn') {
    const { to: parts = [] } = event.data;
    const started = {
      ...{
        withdrawalId: withdrawalOfEvent(recorded),
        customerId: CustomerId(streamId(recorded.stream)),
        parts,
      },
    };
    return state.phase === 'new' ? [{ type: 'WithdrawalStarted', data: started }] : nothing;
  }
  if (state.phase === 'new') return nothing;
  const about = (depositId: string | undefined | null, is: Part['is']) =>
    state.parts.find((part) => part.depositId === depositId && part.is === is);
  if (event.type === 'FundsDeposited') {
    const part = about(event.data.depositId, 'returning');
    return part === undefined
      ? nothing
      : [{ type: 'WithdrawalReturned', data: { depositId: part.depositId } }];
  }
  const payment = paymentOfReference(streamId(recorded.stream));
  const part = about(payment === null ? null : depositPaidBy(payment), 'refunding');
  if (part === undefined) return nothing;
  const { depositId } = part;
  switch (event.type) {
    case 'PaymentRefunded':
      return [{ type: 'WithdrawalPaid', data: { depositId } }];
    case 'PaymentRefundRefused':
      return [{ type: 'WithdrawalRefused', data: { depositId, code: event.data.code } }];
    case 'PaymentGatewayGivenUp':
      return [{ ...setback(part, event.data.reason, at, true) }];
    default:
      return nothing;
  }
}

const setback = (part: Part, error: string, at: string, isAsked = false): WithdrawalEvent =>
  attemptFailed(part, error, plus(at, waitMs(part.failed + 1)), isAsked);

const attemptFailed = (part: Part, error: string, retryAt: string, isAsked: boolean): WithdrawalEvent => ({
  type: 'WithdrawalAttemptFailed',
  data: { step: stepOf(part), error, retryAt, isAsked },
});

const waitMs = (failures: number): number =>
  Math.min(withoutEnd.limitMs, withoutEnd.baseMs * 2 ** Math.min(failures - 1, 30));

/** ISO 8601 */
const plus = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

const pending = (state: WithdrawalState): readonly PendingWork<TopUpCommand>[] =>
  state.phase === 'new'
    ? []
    : state.parts
        .filter(({ is }) => is !== 'done')
        .map((part) => ({
          ...{ kind: 'command', step: stepOf(part), failedAttempts: part.failed },
          command: commandOf(part, state),
          ...(part.retryAt !== null && { notBefore: part.retryAt }),
          ...(part.round > 1 && { round: part.round }),
        }));

function commandOf({ is, depositId, amount }: Part, { withdrawalId, customerId }: Started): TopUpCommand {
  return is === 'returning'
    ? { type: 'Deposit', data: { customerId, amount, depositId, withdrawalId } }
    : {
        type: 'RefundPayment',
        data: { ...paymentOfDeposit(depositId), refundId: refundIdOf(withdrawalId), amount },
      };
}

/** The process manager of a withdrawal to cards. */
export const withdrawal: Process<WithdrawalInput, WithdrawalEvent, WithdrawalState, TopUpCommand> = {
  name: withdrawalCategory,
  initialState,
  inputPrefixes: [`${paymentCategory}-`, `${walletCategory}-`],
  route,
  decide,
  evolve,
  pending,
  retryPolicy: () => withoutEnd,
};
