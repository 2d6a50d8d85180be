// A consumer that can't handle an event parks it in the log, and continues with events that do not depend on it. A
// person retries it or discards it with a reason.
import type { DomainEvent } from './envelope.js';
import type { Reasoned } from './reason.js';

export type EventParked = DomainEvent<
  'EventParked',
  {
    /** the event that could not be handled */
    readonly stream: string;
    readonly revision: number;
    readonly position: number;
    readonly eventId: string;
    readonly eventType: string;
    /** Events of one key stay in order: later events under the same key are parked behind this one. */
    readonly key: string;
    /** number of attempts so far; 0 when it only waits behind another event */
    readonly attempts: number;
    readonly reason: string;
    readonly stack?: string;
  }
>;
/** `key`: that of the parked event; absent from events that were recorded before it was added */
type OfParked = { readonly position: number; readonly key?: string };
export type ParkedEventRetried = DomainEvent<'ParkedEventRetried', OfParked & Reasoned>;
export type ParkedEventDiscarded = DomainEvent<
  'ParkedEventDiscarded',
  OfParked & { readonly reason: string }
>;

export type ParkedEvent = EventParked | ParkedEventRetried | ParkedEventDiscarded;

/** One stream per consumer. */
export const parkedStream = (consumer: string): string => `parked-${consumer}`;

/** A bulk retry of parked events began with this set, which never changes. `ids` have the form `consumer:position`. */
export type BulkRetryStarted = DomainEvent<
  'BulkRetryStarted',
  {
    readonly runId: string;
    readonly ids: readonly string[];
    /** number of events that are tried first */
    readonly canary: number;
    /** limit of the speed, in events; null: none */
    readonly perSecond: number | null;
    readonly actor: string;
    readonly reason?: string;
    /** ISO 8601 */
    readonly at: string;
  }
>;
/** Some more events of the run were tried: `done` of them were handled, `failed` of them stay parked. */
export type BulkRetryStepped = DomainEvent<
  'BulkRetryStepped',
  { readonly runId: string; readonly done: number; readonly failed: number }
>;
/** STOPPED: an event failed again, and the rest was not tried. */
export type BulkRetryEnded = DomainEvent<
  'BulkRetryEnded',
  { readonly runId: string; readonly state: 'COMPLETED' | 'STOPPED'; readonly at: string }
>;

export type BulkRetryEvent = BulkRetryStarted | BulkRetryStepped | BulkRetryEnded;
