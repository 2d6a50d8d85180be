// A top-up: takes the money of a deposit from the customer's card and pays it into the wallet, once; or gives it back.
// Must stay true: in the end, all money that the gateway took is in the wallet or back on the card.
import {
  assertNever,
  streamId,
  streamName,
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
  isUndoRefund,
  paymentCategory,
  paymentOfDeposit,
  paymentOfReference,
  type PaymentCommand,
  type PaymentEvent,
} from '@holdfast/payments';
import {
  depositCategory,
  walletCategory,
  type DepositRequested,
  type FundsDeposited,
  type WalletCommand,
  type WalletEvent,
} from '@holdfast/wallet';
import { evolve, initialState, type Started, type TopUpState } from './top-up-state.js';
import type { TopUpAttemptFailed, TopUpEvent, TopUpFailed, TopUpStep } from './top-up.events.js';

export type TopUpInput = DepositRequested | PaymentEvent | WalletEvent;
export type TopUpCommand = PaymentCommand | WalletCommand;
export type TopUpSettings = { readonly paymentTimeoutMs: number };

export const topUpCategory = 'topup';
export const topUpStream = (depositId: string): string => streamName(topUpCategory, depositId);

type Decisions = readonly TopUpEvent[];
const nothing: Decisions = [];

const second = 1_000;
const minute = 60 * second;
/** Until the money is in the wallet, a step that fails for a minute ends the top-up; an undo is retried without end. */
const policies: Readonly<Record<TopUpStep, RetryPolicy>> = {
  request: { attempts: 6, baseMs: 500, limitMs: 30 * second },
  capture: { attempts: 6, baseMs: 500, limitMs: 30 * second },
  deposit: { attempts: null, baseMs: 500, limitMs: minute },
  undo: { attempts: null, baseMs: 500, limitMs: minute },
};

const ignore: Route = { kind: 'ignore' };

function route(event: RecordedEvent<TopUpInput>): Route {
  if (event.type === 'DepositRequested') return { kind: 'start', id: streamId(event.stream) };
  if (event.type === 'FundsDeposited') {
    const { depositId } = (event as RecordedEvent<FundsDeposited>).data;
    return depositId === undefined ? ignore : { kind: 'continue', id: depositId };
  }
  const payment = paymentOfReference(streamId(event.stream));
  const id = payment === null ? null : depositPaidBy(payment);
  return id === null ? ignore : { kind: 'continue', id };
}

const decider =
  ({ paymentTimeoutMs }: TopUpSettings) =>
  (input: ProcessInput<TopUpInput>, state: TopUpState): Decisions => {
    if (input.kind === 'event' && input.event.type === 'DepositRequested') {
      if (state.phase !== 'new') return nothing;
      const { event, at } = input;
      const { customerId, amount, card, returnUrl } = event.data;
      const facts = { depositId: streamId(event.stream), customerId, amount, card, returnUrl };
      return [{ type: 'TopUpStarted', data: { ...facts, dueAt: plus(at, paymentTimeoutMs) } }];
    }
    if (state.phase === 'new') return nothing;
    switch (input.kind) {
      case 'event':
        return onEvent(input.event, input.at, state);
      case 'deadline':
        return isWaiting(state) ? [failed('TIMEOUT', 'not paid in time')] : nothing;
      case 'attemptFailed':
        return 'work' in state && state.work.step === input.step && input.attempt > state.work.failed
          ? [attemptFailed(state.work.step, input.error, input.retryAt, false)]
          : nothing;
      case 'stepFailed':
        return onStepFailed(input, state);
      default:
        return assertNever(input);
    }
  };

/** Whether the outcome is still open: the customer may still be on the gateway's page. */
const isWaiting = (state: TopUpState): boolean => state.phase === 'paying' && state.work.step === 'request';

function onEvent(recorded: RecordedEvent<TopUpInput>, at: string, state: Started): Decisions {
  const event = recorded as DomainEvent as Exclude<TopUpInput, DepositRequested>;
  switch (event.type) {
    case 'PaymentAuthorized':
      return isWaiting(state) ? [{ type: 'TopUpAuthorized', data: {} }] : nothing;
    case 'PaymentCaptured':
      return state.phase === 'paying' ? [{ type: 'TopUpPaid', data: event.data }] : nothing;
    case 'PaymentDeclined':
      return state.phase === 'paying' ? [failed('DECLINED', event.data.code)] : nothing;
    case 'PaymentAuthorizationExpired':
      return state.phase === 'paying' ? [failed('EXPIRED', 'expired')] : nothing;
    case 'PaymentVoided':
      if (state.phase === 'paying') return [failed('DECLINED', 'voided')];
      return state.phase === 'undoing' ? [{ type: 'TopUpUndone', data: {} }] : nothing;
    case 'PaymentRefunded':
      if (state.phase !== 'undoing') return nothing;
      // Another refund took part of the money, so the undo could not refund that part.
      return isUndoRefund(event.data.refundId)
        ? [{ type: 'TopUpUndone', data: {} }]
        : onSetback('undo', 'another refund was made', at, state);
    case 'PaymentRefundRefused':
      return isUndoRefund(event.data.refundId) ? onSetback('undo', event.data.code, at, state) : nothing;
    case 'PaymentGatewayGivenUp':
      return onSetback(stepOf(event.data.operation.kind), event.data.reason, at, state);
    case 'FundsDeposited':
      return state.phase === 'paid' ? [{ type: 'TopUpCompleted', data: {} }] : nothing;
    default:
      return nothing;
  }
}

function stepOf(operation: 'authorize' | 'capture' | 'void' | 'refund'): TopUpStep {
  switch (operation) {
    case 'authorize':
      return 'request';
    case 'capture':
      return 'capture';
    case 'void':
    case 'refund':
      return 'undo';
    default:
      return assertNever(operation);
  }
}

/** The gateway could not be reached, or refused. It is asked again later, up to the step's limit. */
function onSetback(step: TopUpStep, error: string, at: string, state: Started): Decisions {
  if (!('work' in state) || state.phase === 'undone' || state.work.step !== step) return nothing;
  const { attempts } = policies[step];
  const failures = state.work.failed + 1;
  return attempts !== null && failures >= attempts
    ? [failed('GATEWAY_UNAVAILABLE', error)]
    : [attemptFailed(step, error, plus(at, waitMs(policies[step], failures)), true)];
}

/** A rejected capture may be explained by an event that has yet to arrive. A rejection by the wallet is final. */
function onStepFailed(
  { step, reason, error, at }: Extract<ProcessInput, { kind: 'stepFailed' }>,
  state: Started,
): Decisions {
  if (!('work' in state) || state.phase === 'undone' || state.work.step !== step) return nothing;
  switch (state.work.step) {
    case 'request':
      return [failed(reason === 'exhausted' ? 'GATEWAY_UNAVAILABLE' : 'REFUSED_BY_GATEWAY', error)];
    case 'capture':
      return onSetback('capture', error, at, state);
    case 'deposit':
      return [failed('REFUSED_BY_WALLET', error)];
    case 'undo':
      return onSetback('undo', error, at, state);
    default:
      return assertNever(state.work.step);
  }
}

function pending(state: TopUpState): readonly PendingWork<TopUpCommand>[] {
  if (state.phase === 'new' || state.phase === 'completed' || state.phase === 'undone') return [];
  const { step, round, failed: failedAttempts, retryAt } = state.work;
  const command: PendingWork<TopUpCommand> = {
    ...{ kind: 'command', step, failedAttempts, command: commandOf(step, state) },
    ...(retryAt !== null && { notBefore: retryAt }),
    ...(round > 1 && { round }),
  };
  return isWaiting(state)
    ? [command, { kind: 'deadline', name: 'payment', dueAt: state.facts.dueAt }]
    : [command];
}

function commandOf(step: TopUpStep, state: Started): TopUpCommand {
  const { depositId, customerId, amount, card, returnUrl } = state.facts;
  const payment = paymentOfDeposit(depositId);
  switch (step) {
    case 'request':
      return { type: 'RequestPayment', data: { ...payment, amount, card, returnUrl } };
    case 'capture':
      return { type: 'CapturePayment', data: payment };
    case 'deposit': {
      const taken = state.phase === 'paid' ? state.taken : amount;
      return { type: 'Deposit', data: { customerId, amount: taken, depositId } };
    }
    case 'undo':
      return { type: 'VoidPayment', data: payment };
    default:
      return assertNever(step);
  }
}

const failed = (reason: TopUpFailed['data']['reason'], code: string): TopUpFailed => ({
  type: 'TopUpFailed',
  data: { reason, code },
});

const attemptFailed = (
  step: TopUpStep,
  error: string,
  retryAt: string,
  isAsked: boolean,
): TopUpAttemptFailed => ({ type: 'TopUpAttemptFailed', data: { step, error, retryAt, isAsked } });

const waitMs = ({ baseMs, limitMs }: RetryPolicy, failures: number): number =>
  Math.min(limitMs, baseMs * 2 ** Math.min(failures - 1, 30));

/** ISO 8601 */
const plus = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

export const createTopUp = (
  settings: TopUpSettings,
): Process<TopUpInput, TopUpEvent, TopUpState, TopUpCommand> => ({
  name: topUpCategory,
  initialState,
  inputPrefixes: [`${depositCategory}-`, `${paymentCategory}-`, `${walletCategory}-`],
  route,
  decide: decider(settings),
  evolve,
  pending,
  retryPolicy: (step) => policies[step as TopUpStep],
});
