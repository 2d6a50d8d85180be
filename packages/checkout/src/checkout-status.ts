// Where a checkout stands: in a word, and as its plan of steps.
import { assertNever } from '@holdfast/kernel';
import { definitionOf, undoStages } from './checkout-definitions.js';
import type { Step } from './checkout.events.js';
import { isEnding, type CheckoutState, type RunningState } from './checkout-state.js';
import { kindOf, rowOf, stepOf, undoOf, type StepKind } from './checkout-steps.js';
import { commandsOf } from './checkout-work.js';
import { isOpen } from './undos.js';

export type CheckoutStatus =
  'RUNNING' | 'WAITING' | 'COMPENSATING' | 'COMPLETED' | 'COMPENSATED' | 'COMPENSATION_STUCK';
/** `payment` is the customer's decision to pay, `funds` the wallet's answer, `operator` a person's look at a stuck undo. */
export type WaitingFor =
  'stock' | 'payment' | 'funds' | 'capture' | 'checks' | 'review' | 'compensation' | 'operator';

/** Where a checkout stands, and what or whom it waits for; null when for nothing. */
export function checkoutStatus(state: CheckoutState): {
  readonly status: CheckoutStatus;
  readonly waitingFor: WaitingFor | null;
} {
  switch (state.phase) {
    case 'new':
      return { status: 'RUNNING', waitingFor: null };
    case 'reserving':
      return { status: 'RUNNING', waitingFor: 'stock' };
    case 'reserved':
      return state.expiresAt === null
        ? { status: 'RUNNING', waitingFor: 'payment' }
        : { status: 'WAITING', waitingFor: 'payment' };
    case 'paying':
      return { status: 'RUNNING', waitingFor: state.held ? 'capture' : 'funds' };
    case 'paid':
      return state.next?.type === 'HoldForReview'
        ? { status: 'WAITING', waitingFor: 'review' }
        : { status: 'RUNNING', waitingFor: 'checks' };
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

/** POSSIBLE: it comes, or may come, when what it depends on is done. */
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

/** The steps of a checkout as they stand: those of its definition, or once it compensates those that undo them. */
export function planOf(state: CheckoutState): readonly PlanStep[] {
  if (state.phase === 'new') return [];
  const doing = new Set(commandsOf(state).map(({ step }) => step));
  const stages = isEnding(state)
    ? undoStages.map((kinds) => [...state.undo.keys()].filter((step) => kinds.includes(kindOf(step))))
    : definitionOf(state.order).stages.map((kinds) => stepsOf(kinds, state));
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

const stepsOf = (kinds: readonly StepKind[], { order }: RunningState): readonly Step[] =>
  kinds.flatMap((kind) => {
    const step = stepOf(kind, order.stock[0]?.sku);
    return rowOf(step).perSku ? order.stock.map(({ sku }) => stepOf(kind, sku)) : [step];
  });

/** The last stage that is behind a phase; what was sent and needs no answer counts as done by then. */
const lastBehind: Readonly<
  Record<Exclude<RunningState['phase'], 'compensating' | 'compensated'>, StepKind | null>
> = {
  reserving: null,
  reserved: 'reserve',
  paying: 'start-payment',
  paid: 'capture-funds',
  completed: 'confirm',
};

function planState(state: RunningState, step: Step, doing: ReadonlySet<Step>): PlanStepState {
  if (doing.has(step)) return 'DOING';
  if (isEnding(state)) return isOpen(state, step) ? 'POSSIBLE' : 'DONE';
  const { stages } = definitionOf(state.order);
  const stageOf = (kind: StepKind): number => stages.findIndex((kinds) => kinds.includes(kind));
  const last = lastBehind[state.phase];
  if (last !== null && stageOf(kindOf(step)) <= stageOf(last)) return 'DONE';
  // Within its phase a step that is not pending is done once what comes after it is.
  const laterIsDoing = [...doing].some((other) => stageOf(kindOf(other)) > stageOf(kindOf(step)));
  if (laterIsDoing) return 'DONE';
  return state.phase === 'reserving' && kindOf(step) === 'reserve' ? 'DONE' : 'POSSIBLE';
}
