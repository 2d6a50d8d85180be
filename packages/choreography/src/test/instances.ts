// One order of a process manager in a world: its decisions, its inputs, and the commands that it has sent.
import assert from 'node:assert/strict';
import { fold, type DomainEvent, type PendingWork, type ProcessInput } from '@holdfast/kernel';
import type { Manager } from './process-managers.js';

export type Input = ProcessInput;
export type Sent = Extract<PendingWork, { readonly kind: 'command' }>;

/** One order of a process manager. Only `decisions` outlives a crash. */
export type Instance = {
  readonly manager: Manager;
  readonly id: string;
  readonly decisions: DomainEvent[];
  state: unknown;
  readonly inputs: Input[];
  delivered: number;
  readonly outcomes: Input[];
  readonly sent: Set<string>;
  /** whether its next input waits until all other work is done */
  isHeldUp: boolean;
};
/** A command under way. After a crash, no process waits for its answer. */
export type InFlight = { readonly instance: Instance; readonly work: Sent; isAwaited: boolean };

export function newInstance(manager: Manager, id: string): Instance {
  const state = manager.initialState;
  const kept = { delivered: 0, isHeldUp: false, inputs: [], outcomes: [], sent: new Set<string>() };
  return { manager, id, decisions: [], state, ...kept };
}

/** Lets the instance take its decisions on an input, and returns them. */
export function decide(instance: Instance, input: Input): readonly DomainEvent[] {
  const { manager } = instance;
  const decisions = manager.decide(input, instance.state);
  instance.decisions.push(...decisions);
  assert.ok(instance.decisions.length < 300, `${manager.name} decides on and on`);
  instance.state = fold(manager, instance.state, decisions);
  return decisions;
}

/** Everything but the decisions is lost, and all inputs are delivered again. */
export function restart(instance: Instance): void {
  instance.state = fold(instance.manager, instance.manager.initialState, instance.decisions);
  instance.delivered = 0;
  instance.outcomes.length = 0;
  instance.sent.clear();
}

/** Commands that are wanted and not sent. */
export const unsent = (instance: Instance): readonly Sent[] =>
  pending(instance)
    .filter((work) => work.kind === 'command')
    .filter((work) => !instance.sent.has(sending(work)));

export const pending = ({ manager, state }: Instance): readonly PendingWork[] => manager.pending(state);
/** Names one sending of a command. */
export const sending = (work: Sent): string =>
  `${work.step}#${work.round ?? 1}#${work.failedAttempts}#${work.notBefore ?? ''}`;

/** Returns the failure of a command: one more attempt, or none. `maxAttempts` is less than the policy of the step has. */
export function failureOf(
  { manager }: Instance,
  { step, failedAttempts }: Sent,
  {
    error,
    nowMs,
    maxAttempts,
  }: { readonly error: string; readonly nowMs: number; readonly maxAttempts: number | undefined },
): Input {
  const at = new Date(nowMs).toISOString();
  const attempt = failedAttempts + 1;
  const { attempts = null } = manager.retryPolicy?.(step) ?? {};
  if (attempts !== null && attempt >= (maxAttempts ?? attempts))
    return { kind: 'stepFailed', step, reason: 'exhausted', error, at };
  const retryAt = new Date(nowMs + 500).toISOString();
  return { kind: 'attemptFailed', step, attempt, error, retryAt, at };
}
