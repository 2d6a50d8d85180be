// Commands that fail: the decision that follows, the time of the next attempt, and the requests of persons. The same
// for every process manager that uses the table of steps.
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
import { isStep, rowOf } from './step-names.js';
import { outage, stuckAfter, waitMs, type CheckoutCommand } from './checkout-steps.js';
import type { StepRequest } from './intervention.events.js';
import { isDoneBy, isOpen, roundOf, type Undos } from './undos.js';

/** Failures of a step so far. `retryAt` is null when it need not wait, because a person had it retried at once. */
export type Attempt = {
  readonly failed: number;
  readonly retryAt: string | null;
  /** position of the last event that reported a failure; null when none did */
  readonly toldAt: Position | null;
};
export type Attempts = ReadonlyMap<Step, Attempt>;

/**
 * `since`: the command was certainly not carried out before this log position; absent: not before the process began.
 */
export type StepCommand = {
  readonly step: Step;
  readonly command: CheckoutCommand;
  readonly since?: Position;
};

/** The present work of a process manager. */
export type Working = {
  /** the commands wanted now, in the order in which they must be carried out */
  readonly commands: readonly StepCommand[];
  readonly attempts: Attempts;
  readonly undo: Undos;
  /** position of the last request of a person that had an effect */
  readonly askedAt: Position;
};

/** The step while its command is wanted; undefined otherwise, since outcomes of an unwanted command change nothing. */
export const wanted = ({ commands }: Pick<Working, 'commands'>, step: string): Step | undefined =>
  commands.find((work) => work.step === step)?.step;

/** Whether the step is an unfinished undo that a person can do by hand. */
export const isSettleable = (state: Pick<Working, 'undo'>, step: string): step is Step =>
  isStep(step) && rowOf(step).byHand && isOpen(state, step);

/**
 * An event at `position` reports that the gateway did not carry out the step. The step is asked for again after a wait
 * that differs between orders, so that not all orders ask a recovered gateway at once.
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

/** A number between 0 and 1, the same for the same position, because a process can't use chance. */
const spread = (position: Position): number => ((position * 2_654_435_761) % 4096) / 4096;

/**
 * The decision on a person's request for a step that is still wanted; null when it changes nothing. Each request counts
 * once.
 */
export function onRequest(
  { type, data, position, metadata: { actor } }: RecordedEvent<StepRequest>,
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

/** `position` is that of the event that reports the failure; absent when the command itself failed. */
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
 * The command was rejected, or its attempts are used up. An event that has yet to arrive may explain the rejection, so
 * the command is sent again: a few times, or without limit for an undo.
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
    const earliest = isInLine ? laterOf(notBefore, retryAt ?? undefined) : (retryAt ?? undefined);
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

const laterOf = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a;

/** ISO 8601 */
export const plus = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
