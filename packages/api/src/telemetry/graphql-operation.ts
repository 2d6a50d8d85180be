// GraphQL operations, the same over HTTP and WebSocket: each has a time limit, and is counted, logged and traced at its end.
import { Kind, type OperationDefinitionNode } from 'graphql';
import type { Scheduler } from '@holdfast/kernel';
import { notInTime } from '../graphql/errors.js';
import type { Logger } from './logger.js';
import { createTurnClock, createTurns, type HasTurn } from './turns.js';
import type { Telemetry } from './telemetry.js';
import type { TracedOperation } from './spans.js';

export type Operation = {
  /** Part of the errors of the response and of the log lines. */
  readonly correlationId: string;
  /** Sets the definition, once it is known to be valid for the schema. */
  asks(definition: OperationDefinitionNode): void;
  /** Extends the time limit, because the caller lets the operation wait. */
  mayTake(moreMs: number): void;
  /** `run` is called when the time limit is reached before the operation has ended. */
  onExpired(run: () => void): void;
  /** Ends the operation with `ok` or an error code. Only the first call counts; later outcomes are dropped. */
  end(outcome: string): void;
  /**
   * Runs a resolver at once, or, when resolvers have used up the present turn of the event loop, after other work.
   * @throws GraphQLError SERVICE_UNAVAILABLE once the operation has ended
   */
  inTurn<T>(this: void, run: () => T | Promise<T>): T | Promise<T>;
  /** Lets other work run, between the pages of a long read. @throws as `inTurn` */
  pause(this: void): Promise<void>;
  /** null without traces */
  readonly trace: TracedOperation | null;
};

/** Longer than any operation takes in normal times, and short enough that the caller is still waiting for the error. */
export const longestOperationMs = 10_000;

/** These fields have more time, since they read the whole log or handle many events again. */
const longer: Readonly<Record<string, number>> = {
  reconciliation: 120_000,
  events: 120_000,
  retryParkedEvents: 120_000,
};

/** The code of an operation that has reached its time limit. */
export const expired = 'SERVICE_UNAVAILABLE';

type OperationParts = {
  readonly telemetry: Telemetry;
  readonly scheduler: Scheduler;
  readonly logger: Logger;
  readonly limitMs: number;
  readonly hasTurn: HasTurn;
};

export function createOperationStart(
  telemetry: Telemetry,
  scheduler: Scheduler,
  logger: Logger,
  limitMs: number,
): (correlationId: string) => Operation {
  const hasTurn = createTurnClock(telemetry.now, scheduler);
  const parts = { telemetry, scheduler, logger, limitMs, hasTurn };
  return (correlationId) => startOperation(correlationId, parts);
}

function startOperation(
  correlationId: string,
  { telemetry: { now, metrics, tracing }, scheduler, logger, limitMs, hasTurn }: OperationParts,
): Operation {
  const since = now();
  const trace = tracing?.operation() ?? null;
  let definition: OperationDefinitionNode | null = null;
  let hasEnded = false;
  let atExpiry = (): void => undefined;

  const end = (outcome: string): void => {
    if (hasEnded) return;
    hasEnded = true;
    cancel();
    const ms = now() - since;
    const field = fieldOf(definition);
    const kind = definition?.operation ?? 'unknown';
    metrics.operationEnded(field, outcome, ms / 1000);
    if (trace !== null)
      tracing?.operationEnded(trace, { correlationId, name: `${kind} ${field}`, outcome, since });
    const details = { correlationId, kind, operation: field, outcome, ms: Math.round(ms * 10) / 10 };
    if (outcome === 'ok') logger.debug(details, 'ended');
    else logger.info(details, 'ended with an error');
  };
  const expire = (): void => {
    end(expired);
    atExpiry();
  };
  let cancel = scheduler.after(limitMs, expire);
  const mayTake = (moreMs: number): void => {
    if (hasEnded) return;
    cancel();
    cancel = scheduler.after(Math.max(0, limitMs + moreMs - (now() - since)), expire);
  };

  const { inTurn, pause } = createTurns(hasTurn, scheduler, () => {
    if (hasEnded) throw notInTime(correlationId);
  });
  return {
    correlationId,
    trace,
    pause,
    inTurn,
    asks(asked) {
      definition = asked;
      const moreMs = longer[fieldOf(asked)];
      if (moreMs !== undefined) mayTake(moreMs);
    },
    mayTake,
    onExpired(run) {
      atExpiry = run;
    },
    end,
  };
}

export type StartOperation = ReturnType<typeof createOperationStart>;

/** The first root field. It is a name of the schema, so the number of label values is bounded. */
function fieldOf(definition: OperationDefinitionNode | null): string {
  const first = definition?.selectionSet.selections.find((selection) => selection.kind === Kind.FIELD);
  return first?.name.value ?? 'other';
}
