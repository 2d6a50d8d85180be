// Functions for the steps of all policies: route the answers, try failed commands again, follow requests of persons,
// and undo a success that arrives too late.
import {
  definitionOf,
  isAnswer,
  isDoneBy,
  isOfOther,
  isStep,
  kindOf,
  noUndos,
  orderAnswered,
  onAttemptFailed,
  onCommandFailed,
  onOutage,
  onRequest,
  pendingCommands,
  rowOf,
  stepAnswered,
  undoForLate,
  withDone,
  withNewUndo,
  withStuck,
  type Attempt,
  type Attempts,
  type CheckoutCommand,
  type CheckoutInput,
  type DeadlineName,
  type ForwardKind,
  type OrderFacts,
  type Step,
  type StepCommand,
  type StepKind,
  type Undos,
} from '@holdfast/checkout';
import {
  assertNever,
  beforeAll,
  invariant,
  streamId,
  type DomainEvent,
  type PendingWork,
  type Position,
  type ProcessInput,
  type RecordedEvent,
  type RetryPolicy,
  type Route,
} from '@holdfast/kernel';
import type { InventoryPolicyEvent } from './inventory.events.js';
import type { PaymentPolicyEvent } from './payment.events.js';
import type { StepEvent } from './policy-events.js';

/** Facts of the contexts, requests of persons, and the statements of the policies to each other. */
export type PolicyInput = CheckoutInput | InventoryPolicyEvent | PaymentPolicyEvent;
export type Input = ProcessInput<PolicyInput>;
export type EventInput = Extract<Input, { readonly kind: 'event' }>;

/** The state of a policy's steps. */
export type StepState = {
  readonly attempts: Attempts;
  readonly undo: Undos;
  /** position of the last request of a person that had an effect */
  readonly askedAt: Position;
};
export const noSteps: StepState = { attempts: new Map(), undo: noUndos, askedAt: beforeAll };

export function evolveSteps<S extends StepState>(state: S, event: StepEvent): S {
  switch (event.type) {
    case 'StepAttemptFailed': {
      const { step, attempt: failed, retryAt, position } = event.data;
      const toldAt = position ?? state.attempts.get(step)?.toldAt ?? null;
      return withAttempt(state, step, { failed, retryAt, toldAt });
    }
    case 'StepRetried': {
      const { step, position } = event.data;
      const { failed = 0, toldAt = null } = state.attempts.get(step) ?? {};
      return { ...withAttempt(state, step, { failed, retryAt: null, toldAt }), askedAt: position };
    }
    // Appended together with the event that follows from it.
    case 'StepFailed':
      return state;
    case 'UndoStuck':
      return withStuck(state, event.data.step);
    case 'UndoAdded':
      return withNewUndo(state, event.data.step, event.data.position);
    case 'StepUndone':
      return withDone(state, event.data.step, event.data.position);
    case 'StepSettled': {
      const { step, position } = event.data;
      return { ...withDone(state, step, position), askedAt: position };
    }
    default:
      return assertNever(event);
  }
}

const withAttempt = <S extends StepState>(state: S, step: Step, attempt: Attempt): S => ({
  ...state,
  attempts: new Map(state.attempts).set(step, attempt),
});

/** Whether the order's money is set aside before its stock is reserved. */
export function isPaidFirst(order: Pick<OrderFacts, 'definition' | 'definitionVersion'>): boolean {
  const { stages } = definitionOf(order);
  const stageOf = (kind: ForwardKind): number => stages.findIndex((kinds) => kinds.includes(kind));
  return stageOf('hold-funds') < stageOf('reserve');
}

export type Armed = { readonly name: DeadlineName; readonly dueAt: string };

/** The work of a policy: the commands of its state, and the deadline that is armed. */
export function pendingOf(
  state: StepState,
  commands: readonly StepCommand[],
  armed: Armed | null = null,
): readonly PendingWork<CheckoutCommand>[] {
  const work = pendingCommands({ ...state, commands });
  return armed === null ? work : [...work, { kind: 'deadline', ...armed }];
}

/**
 * The decision about a failed command: another attempt or, with StepFailed, none. The policy decides the consequence of
 * StepFailed.
 */
export function onFailure(
  input: Extract<Input, { readonly kind: 'attemptFailed' | 'stepFailed' }>,
  state: StepState,
  commands: readonly StepCommand[],
): readonly StepEvent[] {
  const working = { ...state, commands };
  return input.kind === 'attemptFailed'
    ? onAttemptFailed(input.step, input, working)
    : onCommandFailed(input, working);
}

/** The gateway did not do what a step asked for: another attempt, or, with StepFailed, none. */
export const onSetback = (
  { step, error }: { readonly step: Step; readonly error: string },
  { at, position }: EventInput,
  state: StepState,
  commands: readonly StepCommand[],
): readonly StepEvent[] => onOutage(step, { error, at, position }, { ...state, commands });

/** Whether one of the decisions gives up a step. */
export const isGivenUp = (decisions: readonly StepEvent[]): boolean =>
  decisions.some(({ type }) => type === 'StepFailed');

export function onPerson(
  event: Extract<RecordedEvent<PolicyInput>, { type: 'StepRetryRequested' | 'StepSettlementRequested' }>,
  state: StepState,
  commands: readonly StepCommand[],
): readonly StepEvent[] {
  const decision = onRequest(event, { ...state, commands });
  return decision === null ? [] : [decision];
}

/** An event shows that an undo is done. */
export const onUndone = (state: StepState, step: Step, position: Position): readonly StepEvent[] =>
  isDoneBy(state, step, position) ? [{ type: 'StepUndone', data: { step, position } }] : [];

/** A success that the policy no longer wants is undone, unless an undo covers it. */
export function onLate(state: StepState, step: Step, position: Position): readonly StepEvent[] {
  const undo = undoForLate(state, step, position);
  return undo === null ? [] : [{ type: 'UndoAdded', data: { step: undo, position } }];
}

const ignore: Route = { kind: 'ignore' };

/**
 * Routes to a policy: its choreographed orders, the answers to its own steps, the requests about these steps, and the
 * other events that it follows. The names of all these streams end with the order's id.
 */
export function routeTo(
  kinds: ReadonlySet<StepKind>,
  follows: ReadonlySet<DomainEvent['type']>,
): (event: RecordedEvent<PolicyInput>) => Route {
  const isOwn = (step: string): boolean => isStep(step) && kinds.has(kindOf(step));
  return (event) => {
    if (event.type === 'OrderPlaced')
      return event.data.coordination === 'CHOREOGRAPHY'
        ? { kind: 'start', id: streamId(event.stream) }
        : ignore;
    if (isOfOther('CHOREOGRAPHY', event)) return ignore;
    if (event.type === 'StepRetryRequested' || event.type === 'StepSettlementRequested')
      return isOwn(event.data.step) ? { kind: 'continue', id: streamId(event.stream) } : ignore;
    if (follows.has(event.type)) return { kind: 'continue', id: streamId(event.stream) };
    const id = isAnswer(event) && isOwn(stepAnswered(event)) ? orderAnswered(event) : null;
    return id === null ? ignore : { kind: 'continue', id };
  };
}

export function retryPolicy(step: string): RetryPolicy {
  invariant(isStep(step), `not a step of a policy: ${step}`);
  return rowOf(step).retry;
}

/** Current schemaVersion of each shared type that is not at 1. */
export const schemaVersions = { FundsRequested: 2, UndoAdded: 2, StepUndone: 2 } as const;
