// A process manager: facts in, decisions out, and the work that is still to do derived from the decisions.
import type { DomainCommand, DomainEvent, Position, RecordedEvent } from './envelope.js';

export type Route =
  { readonly kind: 'start' | 'continue'; readonly id: string } | { readonly kind: 'ignore' };

/** An input that a process decides about. `at` is ISO 8601; positions are those of the log. */
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

/** How often, and after which waits, a command that could not be carried out is sent again. */
export type RetryPolicy = {
  /** attempts in all, the first one included; null: without end */
  readonly attempts: number | null;
  /** The wait doubles with each failure from here … */
  readonly baseMs: number;
  /** … up to here. */
  readonly limitMs: number;
};

/** Work that the state of a process asks for. `step` names it within the process: command ids derive from it. */
export type PendingWork<C extends DomainCommand = DomainCommand> =
  | {
      readonly kind: 'command';
      readonly step: string;
      readonly command: C;
      /** attempts that have failed so far */
      readonly failedAttempts: number;
      /** not to be sent before this time, ISO 8601 */
      readonly notBefore?: string;
      /** 2 when the step is to be carried out for the second time, and so on; absent the first time */
      readonly round?: number;
      /** The command can't have been carried out before this position of the log; absent: before the process began. */
      readonly since?: Position;
    }
  | { readonly kind: 'deadline'; readonly name: string; readonly dueAt: string };

/**
 * `decide` appends nothing by itself: its events go to the stream `name-id`, and `pending` is dispatched. A decision on
 * an event may be recorded after its commands were sent: the event comes again after a crash, so `decide` must come to
 * the same decision, and its commands to the same effect.
 * All four functions are pure. Nothing is pending in a process that needs no one's attention.
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
  /** of the step's command; that of the runner unless given */
  retryPolicy?(this: void, step: string): RetryPolicy;
};
