// The decisions of a checkout when a command fails, and when a person steps in.
import { assertNever, type ProcessInput, type RecordedEvent } from '@holdfast/kernel';
import type { CheckoutEvent, Ending, Step, StepFailed } from './checkout.events.js';
import { compensate, nothing, withCompletion, type Decisions } from './checkout-compensation.js';
import { isEnding, type CheckoutState, type RunningState } from './checkout-state.js';
import { isStep, rowOf, stuckAfter, waitMs, type CheckoutInput } from './checkout-steps.js';
import { commandsOf, isOpen } from './checkout-work.js';
import type { InterventionEvent } from './intervention.events.js';

type Input = ProcessInput<CheckoutInput>;

/** A person's request: for a step that is still wanted, and once. */
export function onIntervention(
  { type, data, position, metadata: { actor } }: RecordedEvent<InterventionEvent>,
  state: CheckoutState,
): Decisions {
  if (state.phase === 'new' || position <= state.askedAt) return nothing;
  const { reason } = data;
  switch (type) {
    case 'StepRetryRequested': {
      const step = wanted(state, data.step);
      return step === undefined
        ? nothing
        : [{ type: 'StepRetried', data: { step, actor, reason, position } }];
    }
    case 'StepSettlementRequested': {
      const { step } = data;
      if (!isEnding(state) || !canBeSettled(state, step)) return nothing;
      return withCompletion(state, { type: 'StepSettled', data: { step, actor, reason, position } });
    }
    default:
      return assertNever(type);
  }
}

/** The step as long as its command is wanted: what became of it later, or before, changes nothing. */
const wanted = (state: CheckoutState, step: string): Step | undefined =>
  commandsOf(state).find((work) => work.step === step)?.step;

/** Whether the step's command is wanted, so that it can be tried now. */
export const canBeRetried = (state: CheckoutState, step: string): step is Step =>
  wanted(state, step) !== undefined;

/** Whether the step is an undo that is not done and that a person can do by hand. */
export const canBeSettled = (state: CheckoutState, step: string): step is Step =>
  isStep(step) && rowOf(step).byHand && isEnding(state) && isOpen(state, step);

export function failAttempt(
  name: string,
  attempt: number,
  error: string,
  retryAt: string,
  state: CheckoutState,
): Decisions {
  const step = wanted(state, name);
  if (state.phase === 'new' || step === undefined) return nothing;
  if (attempt <= failedAttempts(state, step)) return nothing;
  const failed: CheckoutEvent = { type: 'StepAttemptFailed', data: { step, attempt, error, retryAt } };
  const isNewlyStuck = attempt >= stuckAfter && isEnding(state) && state.undo.get(step)?.is === 'todo';
  return isNewlyStuck ? [failed, { type: 'UndoStuck', data: { step, attempts: attempt, error } }] : [failed];
}

const failedAttempts = (state: RunningState, step: Step): number => state.attempts.get(step)?.failed ?? 0;

/**
 * The command was rejected, or its attempts are used up. A rejection may only mean that something has happened whose
 * event is yet to reach us, so that asking again some times, or for an undo without end, is right.
 */
export function onStepFailed(input: Extract<Input, { kind: 'stepFailed' }>, state: CheckoutState): Decisions {
  const step = wanted(state, input.step);
  if (state.phase === 'new' || step === undefined) return nothing;
  const { reason, error, at } = input;
  const row = rowOf(step);
  const attempt = failedAttempts(state, step) + 1;
  const { attempts } = row.rejected;
  if (row.isUndo || (reason === 'rejected' && attempts !== null && attempt < attempts))
    return failAttempt(step, attempt, error, plus(at, waitMs(row.rejected, attempt)), state);
  const failed: StepFailed = { type: 'StepFailed', data: { step, reason, error } };
  return state.phase === 'compensating' ? [failed] : [failed, compensate(state, retriesExhausted)];
}

const retriesExhausted: Ending = {
  outcome: 'FAILED',
  reason: 'RETRIES_EXHAUSTED',
  message: 'The order could not be processed',
};

/** ISO 8601 */
export const plus = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
