// The progress of a checkout: as one word, and as its plan of steps.
import { assertNever } from '@holdfast/kernel';
import { definitionOf, undoStages } from './checkout-definitions.js';
import { isEnding, type CheckoutState, type Running, type RunningState } from './checkout-facts.js';
import { kindOf, stepOf, undoOf } from './step-names.js';
import { rowOfKind, type ForwardKind } from './checkout-steps.js';
import { commandsOf, currentKinds, stageOf } from './checkout-work.js';
import type { Step } from './checkout.events.js';
import { isOpen } from './undos.js';

export type CheckoutStatus =
  'RUNNING' | 'WAITING' | 'COMPENSATING' | 'COMPLETED' | 'COMPENSATED' | 'COMPENSATION_STUCK';
/**
 * `payment`: the customer's decision to pay. `funds`: the answer of the wallet or the gateway. `customer`: the customer
 * on the gateway's page. `operator`: a person who looks at a stuck undo.
 */
export type WaitingFor =
  'stock' | 'payment' | 'funds' | 'customer' | 'capture' | 'checks' | 'review' | 'compensation' | 'operator';

/** The status of a checkout, and the thing or person that it waits for; null: it waits for nothing. */
export function checkoutStatus(state: CheckoutState): {
  readonly status: CheckoutStatus;
  readonly waitingFor: WaitingFor | null;
} {
  switch (state.phase) {
    case 'new':
      return { status: 'RUNNING', waitingFor: null };
    case 'running':
      return runningStatus(state);
    case 'completed':
      return { status: 'COMPLETED', waitingFor: null };
    case 'compensating':
      return [...state.undo.values()].some(({ is }) => is === 'stuck')
        ? { status: 'COMPENSATION_STUCK', waitingFor: 'operator' }
        : { status: 'COMPENSATING', waitingFor: 'compensation' };
    case 'compensated':
      return { status: 'COMPENSATED', waitingFor: null };
    default:
      return assertNever(state);
  }
}

type Waiting = { readonly status: 'RUNNING' | 'WAITING'; readonly waitingFor: WaitingFor };

function runningStatus(state: Running): Waiting {
  // All steps of a stage wait for the same thing.
  const kind = currentKinds(state).at(-1) ?? 'confirm';
  switch (kind) {
    case 'reserve':
      return { status: 'RUNNING', waitingFor: 'stock' };
    case 'start-payment':
      return { status: state.expiresAt === null ? 'RUNNING' : 'WAITING', waitingFor: 'payment' };
    case 'hold-funds':
    case 'authorize-card': {
      const isRedirected = state.payment.is === 'asked' && state.payment.isRedirected;
      return isRedirected
        ? { status: 'WAITING', waitingFor: 'customer' }
        : { status: 'RUNNING', waitingFor: 'funds' };
    }
    case 'capture-funds':
    case 'capture-card':
      return { status: 'RUNNING', waitingFor: 'capture' };
    case 'confirm':
    case 'hold-for-review':
    case 'number-invoice':
    case 'mark-reserved':
    case 'mark-declined':
    case 'mark-paid':
      return state.next?.type === 'HoldForReview'
        ? { status: 'WAITING', waitingFor: 'review' }
        : { status: 'RUNNING', waitingFor: 'checks' };
    default:
      return assertNever(kind);
  }
}

/** POSSIBLE: the step may follow when the steps before it are done. */
export type PlanStepState = 'DONE' | 'DOING' | 'POSSIBLE';

/** `stage` counts from 0; `retryAt` is ISO 8601, null unless its command waits for another attempt. */
export type PlanStep = {
  readonly name: Step;
  readonly stage: number;
  readonly state: PlanStepState;
  readonly dependsOn: readonly Step[];
  /** the step that undoes it; null for none */
  readonly undo: Step | null;
  readonly retryAt: string | null;
};

/** The steps of a checkout with their progress: the steps of its definition or, once it compensates, the undos. */
export function planOf(state: CheckoutState): readonly PlanStep[] {
  if (state.phase === 'new') return [];
  const doing = new Set(commandsOf(state).map(({ step }) => step));
  const stages = isEnding(state)
    ? undoStages.map((kinds) =>
        [...state.undo.keys()].filter((step) => kinds.some((k) => k === kindOf(step))),
      )
    : [...definitionOf(state.order).stages.map((kinds) => stepsOf(kinds, state)), [...state.undo.keys()]];
  const present = stages.filter((steps) => steps.length > 0);
  return present.flatMap((steps, stage) =>
    steps.map((name) => ({
      name,
      stage,
      state: planState(state, name, doing),
      dependsOn: present[stage - 1] ?? [],
      undo: undoOf(name),
      retryAt: (doing.has(name) ? state.attempts.get(name)?.retryAt : null) ?? null,
    })),
  );
}

/**
 * The steps of a stage that the order does or may do: those of its method of payment, for each SKU, in its next
 * attempt.
 */
const stepsOf = (kinds: readonly ForwardKind[], state: RunningState): readonly Step[] =>
  kinds
    .filter((kind) => isOwn(kind, state))
    .flatMap((kind) => {
      const { per } = rowOfKind(kind);
      switch (per) {
        case 'order':
          return [stepOf(kind)];
        case 'sku':
          return state.order.stock.map(({ sku }) => stepOf(kind, sku));
        case 'attempt':
          return [stepOf(kind, kind === 'mark-declined' ? (state.declined?.attempt ?? 1) : attemptOf(state))];
        default:
          return assertNever(per);
      }
    });

const attemptOf = ({ payment, declined }: RunningState): number =>
  'attempt' in payment ? payment.attempt : (declined?.attempt ?? 0) + 1;

function isOwn(kind: ForwardKind, { payment, declined, order }: RunningState): boolean {
  const method = 'method' in payment ? payment.method : order.paymentMethod;
  const { to } = rowOfKind(kind);
  if (kind === 'mark-declined') return declined !== null;
  return to === 'wallet' ? method === 'WALLET' : to !== 'payment' || method === 'CARD';
}

function planState(state: RunningState, step: Step, doing: ReadonlySet<Step>): PlanStepState {
  if (doing.has(step)) return 'DOING';
  if (state.phase === 'completed') return 'DONE';
  if (isEnding(state) || state.undo.has(step)) return isOpen(state, step) ? 'POSSIBLE' : 'DONE';
  const { stages } = definitionOf(state.order);
  const at = stages.findIndex((kinds) => kinds.some((kind) => kind === kindOf(step)));
  const current = stageOf(state);
  if (at !== current) return at < current ? 'DONE' : 'POSSIBLE';
  return kindOf(step) === 'reserve' ? 'DONE' : 'POSSIBLE';
}
