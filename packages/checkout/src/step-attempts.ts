// Commands that fail: which decision follows, when the command is sent again, and what a person can ask for. The same for
// every process manager that works with the table of steps.
import {
  assertNever,
  type PendingWork,
  type Position,
  type ProcessInput,
  type RecordedEvent,
} from '@holdfast/kernel';
import type {
  Step,
  StepAttemptFailed,
  StepFailed,
  StepRetried,
  StepSettled,
  UndoStuck,
} from './checkout.events.js';
import { isStep, outage, rowOf, stuckAfter, waitMs, type CheckoutCommand } from './checkout-steps.js';
import type { InterventionEvent } from './intervention.events.js';
import { isDoneBy, isOpen, roundOf, type Undos } from './undos.js';

/** Failures of a step so far. `retryAt` is null when it need not wait: a person had it tried at once. */
export type Attempt = {
  readonly failed: number;
  readonly retryAt: string | null;
  /** position of the last event that told of a failure; null when none did */
  readonly toldAt: Position | null;
};
export type Attempts = ReadonlyMap<Step, Attempt>;

/** `since`: a position of the log before which the command can't have been carried out; absent: the process' beginning. */
export type StepCommand = {
  readonly step: Step;
  readonly command: CheckoutCommand;
  readonly since?: Position;
};

/** A process manager at work. */
export type Working = {
  /** wanted now, in the order in which they are to be carried out */
  readonly commands: readonly StepCommand[];
  readonly attempts: Attempts;
  readonly undo: Undos;
  /** of the last request of a person that had an effect */
  readonly askedAt: Position;
};

/** The step as long as its command is wanted: what became of it later, or before, changes nothing. */
export const wanted = ({ commands }: Pick<Working, 'commands'>, step: string): Step | undefined =>
  commands.find((work) => work.step === step)?.step;

/** Whether the step is an undo that is not done and that a person can do by hand. */
export const isSettleable = (state: Pick<Working, 'undo'>, step: string): step is Step =>
  isStep(step) && rowOf(step).byHand && isOpen(state, step);

/**
 * An event at `position` says that the gateway did not do what the step asked for. The step is asked for again, with a wait
 * that differs between orders, so that a gateway that comes back is not asked by all of them at once.
 */
export function onOutage(
  name: Step,
  { error, at, position }: { readonly error: string; readonly at: string; readonly position: Position },
  working: Working,
): readonly (StepAttemptFailed | UndoStuck | StepFailed)[] {
  const step = wanted(working, name);
  const toldAt = working.attempts.get(name)?.toldAt ?? null;
  if (step === undefined || (toldAt !== null && position <= toldAt)) return [];
  const undo = working.undo.get(step);
  if (undo !== undefined && !isDoneBy(working, step, position)) return [];
  const attempt = failedAttempts(working, step) + 1;
  const policy = undo === undefined ? outage : rowOf(step).rejected;
  if (policy.attempts !== null && attempt >= policy.attempts)
    return [{ type: 'StepFailed', data: { step, reason: 'exhausted', error } }];
  const waits = waitMs(policy, attempt);
  const retryAt = plus(at, Math.round(waits * (0.5 + 0.5 * spread(position))));
  return onAttemptFailed(step, { attempt, error, retryAt, position }, working);
}

/** Between 0 and 1, the same for the same position: a process can't use chance. */
const spread = (position: Position): number => ((position * 2_654_435_761) % 4096) / 4096;

/** A person's request: for a step that is still wanted, and once; null when it changes nothing. */
export function onRequest(
  { type, data, position, metadata: { actor } }: RecordedEvent<InterventionEvent>,
  working: Working,
): StepRetried | StepSettled | null {
  if (position <= working.askedAt) return null;
  const { reason } = data;
  switch (type) {
    case 'StepRetryRequested': {
      const step = wanted(working, data.step);
      return step === undefined ? null : { type: 'StepRetried', data: { step, actor, reason, position } };
    }
    case 'StepSettlementRequested': {
      const { step } = data;
      if (!isSettleable(working, step)) return null;
      return { type: 'StepSettled', data: { step, actor, reason, position } };
    }
    default:
      return assertNever(type);
  }
}

/** `position` is that of the event that tells of it; absent when the command itself failed. */
type Failure = {
  readonly attempt: number;
  readonly error: string;
  readonly retryAt: string;
  readonly position?: Position;
};

export function onAttemptFailed(
  name: string,
  { attempt, error, retryAt, position }: Failure,
  working: Working,
): readonly (StepAttemptFailed | UndoStuck)[] {
  const step = wanted(working, name);
  if (step === undefined || attempt <= failedAttempts(working, step)) return [];
  const failed: StepAttemptFailed = {
    type: 'StepAttemptFailed',
    data: { step, attempt, error, retryAt, ...(position !== undefined && { position }) },
  };
  const isNewlyStuck = attempt >= stuckAfter && working.undo.get(step)?.is === 'todo';
  return isNewlyStuck ? [failed, { type: 'UndoStuck', data: { step, attempts: attempt, error } }] : [failed];
}

const failedAttempts = ({ attempts }: Working, step: Step): number => attempts.get(step)?.failed ?? 0;

/**
 * The command was rejected, or its attempts are used up. A rejection may only mean that something has happened whose
 * event is yet to reach us, so that asking again some times, or for an undo without end, is right.
 */
export function onCommandFailed(
  { step: name, reason, error, at }: Extract<ProcessInput, { kind: 'stepFailed' }>,
  working: Working,
): readonly (StepAttemptFailed | UndoStuck | StepFailed)[] {
  const step = wanted(working, name);
  if (step === undefined) return [];
  const row = rowOf(step);
  const attempt = failedAttempts(working, step) + 1;
  const { attempts } = row.rejected;
  if (row.isUndo || (reason === 'rejected' && attempts !== null && attempt < attempts))
    return onAttemptFailed(
      step,
      { attempt, error, retryAt: plus(at, waitMs(row.rejected, attempt)) },
      working,
    );
  return [{ type: 'StepFailed', data: { step, reason, error } }];
}

/** Each command with its attempts, its round, and the time that it must wait for. */
export function pendingCommands({
  commands,
  attempts,
  undo,
}: Omit<Working, 'askedAt'>): readonly PendingWork<CheckoutCommand>[] {
  let notBefore: string | undefined;
  return commands.map(({ step, command, since }) => {
    const { failed = 0, retryAt } = attempts.get(step) ?? {};
    // A command to the order must not overtake the one before it.
    const isInLine = rowOf(step).to === 'order';
    const earliest = isInLine ? later(notBefore, retryAt ?? undefined) : (retryAt ?? undefined);
    if (isInLine) notBefore = earliest;
    const round = roundOf({ undo }, step);
    return {
      kind: 'command',
      step,
      command,
      failedAttempts: failed,
      ...(earliest !== undefined && { notBefore: earliest }),
      ...(round > 1 && { round }),
      ...(since !== undefined && { since }),
    };
  });
}

const later = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a;

/** ISO 8601 */
export const plus = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
