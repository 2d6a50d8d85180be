// The decisions of a checkout when a command fails, when the gateway fails, and when a person steps in.
import type { ProcessInput, RecordedEvent } from '@holdfast/kernel';
import type { EventInput } from './checkout-forward.js';
import { compensate, nothing, withCompletion, type Decisions } from './checkout-compensation.js';
import type { CheckoutState, RunningState } from './checkout-facts.js';
import { commandsOf, commandsUnderWay } from './checkout-work.js';
import type { Step } from './checkout.events.js';
import { retriesExhausted } from './endings.js';
import type { StepRequest } from './intervention.events.js';
import {
  isSettleable,
  onAttemptFailed,
  onCommandFailed,
  onOutage,
  onRequest,
  wanted,
  type Working,
} from './step-attempts.js';

const working = (state: RunningState): Working => ({
  commands: commandsUnderWay(state),
  attempts: state.attempts,
  undo: state.undo,
  askedAt: state.askedAt,
});

export function onIntervention(event: RecordedEvent<StepRequest>, state: CheckoutState): Decisions {
  if (state.phase === 'new') return nothing;
  const decision = onRequest(event, { ...working(state), commands: commandsOf(state) });
  if (decision === null) return nothing;
  return decision.type === 'StepSettled' ? withCompletion(state, decision) : [decision];
}

/** Whether the step's command is wanted, so that it can be tried now. */
export const canBeRetried = (state: CheckoutState, step: string): step is Step =>
  wanted({ commands: commandsOf(state) }, step) !== undefined;

/** Whether the step is an unfinished undo that a person can do by hand. */
export const canBeSettled = (state: CheckoutState, step: string): step is Step =>
  state.phase !== 'new' && isSettleable(state, step);

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
  return state.phase === 'new' ? nothing : unlessGivenUp(onCommandFailed(input, working(state)), state);
}

/** An event says that the gateway did not do what the step asked for. */
export function onSetback(step: Step, error: string, input: EventInput, state: RunningState): Decisions {
  return unlessGivenUp(onOutage(step, { ...input, error }, working(state)), state);
}

/** A step that is given up ends the order. */
function unlessGivenUp(decisions: Decisions, state: RunningState): Decisions {
  const isGivenUp = decisions.some(({ type }) => type === 'StepFailed');
  return isGivenUp && state.phase === 'running'
    ? [...decisions, compensate(state, retriesExhausted)]
    : decisions;
}
