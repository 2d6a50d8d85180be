// A process manager: it reads facts and records decisions. The work that is still to do is derived from the decisions.
import type { DomainCommand, DomainEvent, Position, RecordedEvent } from './envelope.js';

export type Route =
  { readonly kind: 'start' | 'continue'; readonly id: string } | { readonly kind: 'ignore' };

/** An input that a process decides on. `at` is ISO 8601; positions are log positions. */
export type ProcessInput<I extends DomainEvent = DomainEvent> =
  | {
      readonly kind: 'event';
      readonly event: RecordedEvent<I>;
      readonly at: string;
      readonly position: Position;
    }
  /** an armed deadline came due; it may be stale by now */
  | { readonly kind: 'deadline'; readonly name: string; readonly dueAt: string; readonly at: string }
  /** a command could not be carried out; it will be sent again at `retryAt` */
  | {
      readonly kind: 'attemptFailed';
      readonly step: string;
      readonly attempt: number;
      readonly error: string;
      readonly retryAt: string;
      readonly at: string;
    }
  /** the aggregate refused the command, or its attempts are used up: it will not be sent again unasked */
  | {
      readonly kind: 'stepFailed';
      readonly step: string;
      readonly reason: 'rejected' | 'exhausted';
      readonly error: string;
      readonly at: string;
    };

/** How often, and after which delays, a failed command is sent again. */
export type RetryPolicy = {
  /** attempts in all, the first one included; null: without end */
  readonly attempts: number | null;
  /** The wait doubles with each failure from here … */
  readonly baseMs: number;
  /** … up to here. */
  readonly limitMs: number;
};

/** Work that the state of a process asks for. `step` names it within the process; command ids derive from `step`. */
export type PendingWork<C extends DomainCommand = DomainCommand> =
  | {
      readonly kind: 'command';
      readonly step: string;
      readonly command: C;
      /** attempts that have failed so far */
      readonly failedAttempts: number;
      /** earliest time to send it, ISO 8601 */
      readonly notBefore?: string;
      /** 2 when the step is carried out for the second time, and so on; absent the first time */
      readonly round?: number;
      /** The command was certainly not carried out before this log position; absent: not before the process began. */
      readonly since?: Position;
    }
  | { readonly kind: 'deadline'; readonly name: string; readonly dueAt: string };

/**
 * `decide` appends nothing by itself: the runner appends its events to the stream `name-id` and dispatches `pending`.
 * The runner may record a decision after it sent the commands. After a crash the event is read again, so `decide` must
 * return the same decision, and the commands must have the same effect. All four functions are pure. A process without
 * pending work is finished, or waits for an event.
 */
export type Process<I extends DomainEvent, E extends DomainEvent, S, C extends DomainCommand> = {
  readonly name: string;
  readonly initialState: S;
  /** current schemaVersion of each decision's type that is not at 1 */
  readonly schemaVersions?: Readonly<Partial<Record<E['type'], number>>>;
  /** stream prefixes that its inputs come from */
  readonly inputPrefixes: readonly string[];
  route(this: void, event: RecordedEvent<I>): Route;
  decide(this: void, input: ProcessInput<I>, state: S): readonly E[];
  evolve(this: void, state: S, event: E): S;
  pending(this: void, state: S): readonly PendingWork<C>[];
  /** retry policy of the step's command; absent: that of the runner */
  retryPolicy?(this: void, step: string): RetryPolicy;
};
