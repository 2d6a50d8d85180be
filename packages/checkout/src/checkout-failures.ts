// The decisions of a checkout when a command fails, and when a person steps in.
import type { ProcessInput, RecordedEvent } from '@holdfast/kernel';
import type { Step } from './checkout.events.js';
import { compensate, nothing, withCompletion, type Decisions } from './checkout-compensation.js';
import { isEnding, type CheckoutState, type RunningState } from './checkout-state.js';
import { commandsOf } from './checkout-work.js';
import { retriesExhausted } from './endings.js';
import type { InterventionEvent } from './intervention.events.js';
import {
  isSettleable,
  onAttemptFailed,
  onCommandFailed,
  onRequest,
  wanted,
  type Working,
} from './step-attempts.js';
import { noUndos } from './undos.js';

const working = (state: RunningState): Working => ({
  commands: commandsOf(state),
  attempts: state.attempts,
  undo: isEnding(state) ? state.undo : noUndos,
  askedAt: state.askedAt,
});

export function onIntervention(event: RecordedEvent<InterventionEvent>, state: CheckoutState): Decisions {
  if (state.phase === 'new') return nothing;
  const decision = onRequest(event, working(state));
  if (decision === null) return nothing;
  return decision.type === 'StepSettled' && isEnding(state) ? withCompletion(state, decision) : [decision];
}

/** Whether the step's command is wanted, so that it can be tried now. */
export const canBeRetried = (state: CheckoutState, step: string): step is Step =>
  wanted({ commands: commandsOf(state) }, step) !== undefined;

/** Whether the step is an undo that is not done and that a person can do by hand. */
export const canBeSettled = (state: CheckoutState, step: string): step is Step =>
  isEnding(state) && isSettleable(state, step);

export function failAttempt(
  input: Extract<ProcessInput, { kind: 'attemptFailed' }>,
  state: CheckoutState,
): Decisions {
  return state.phase === 'new' ? nothing : onAttemptFailed(input.step, input, working(state));
}

export function onStepFailed(
  input: Extract<ProcessInput, { kind: 'stepFailed' }>,
  state: CheckoutState,
): Decisions {
  if (state.phase === 'new') return nothing;
  const decisions = onCommandFailed(input, working(state));
  const isGivenUp = decisions.some(({ type }) => type === 'StepFailed');
  return isGivenUp && state.phase !== 'compensating'
    ? [...decisions, compensate(state, retriesExhausted)]
    : decisions;
}
