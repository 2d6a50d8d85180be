// The port of the event store. Every adapter passes the suite in `contract-suite`; only the server knows which one runs.
import type { Awaitable, NewEvent, Position, RecordedEvent, Result } from '@holdfast/kernel';

/** `no_stream`: the stream has no events; `stream_exists`: it has some; a number: the revision of its last event. */
export type ExpectedRevision = number | 'any' | 'no_stream' | 'stream_exists';

/** Positions of the last written and the last synced event; -1 in an empty log. */
export type End = {
  readonly written: Position;
  readonly synced: Position;
  /** Whether positions have no gaps, so that they count events. On EventStoreDB they are byte offsets. */
  readonly dense: boolean;
};

/** `revision` and `position` of the last event of the append. */
export type Appended = { readonly revision: number; readonly position: Position };

/** The stream is not where the caller thought. `actual` is the revision of its last event, -1 when there is none. */
export type RevisionConflict = {
  readonly code: 'RevisionConflict';
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly actual: number;
};

export type Direction = 'forwards' | 'backwards';

/** An event is chosen when its stream begins with one of the prefixes. No filter chooses all. */
export type Filter = { readonly streamPrefixes: readonly string[] };

/**
 * Some events in log order, without gaps: everything chosen by the filter after the previous batch's `position`
 * and up to this one's. `events` may be empty: then only the position moved, or the subscription went live.
 */
export type Batch = {
  readonly events: readonly RecordedEvent[];
  readonly position: Position;
  /** whether the end of the log was reached with this batch */
  readonly caughtUp: boolean;
};

export type SubscribeOptions = {
  /** the last position that was handled; `beforeAll` (-1) for everything */
  readonly after: Position;
  readonly filter?: Filter;
  /**
   * `synced` (the default): only events that survive a crash. `written`: also ordered events that a crash may lose, but
   * only together with everything after them (ADR 0004).
   */
  readonly upTo?: 'written' | 'synced';
  /** how many events a batch may hold; 1,000 unless given */
  readonly maxEvents?: number;
  /** ends the iteration */
  readonly signal?: AbortSignal;
};

export type EventStore = {
  /**
   * Appends all of `events` or none. The result means *written*: readable, ordered, not yet safe from a crash;
   * await `synced` before anything leaves the process. A store without this difference returns when both are true.
   * Events whose ids already stand in the stream, in this order, are acknowledged again and not written again.
   * @throws EventTooLarge, StreamDeleted, StoreUnavailable, StoreClosed
   */
  append(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Awaitable<Result<Appended, RevisionConflict>>;

  /** Resolves once everything up to and including `position` survives a crash. @throws StoreUnavailable, StoreClosed */
  synced(position: Position): Promise<void>;

  /** Up to `limit` written events; `from` is included and defaults to the first, or the last when backwards. */
  readStream(
    stream: string,
    options?: { readonly from?: number; readonly direction?: Direction; readonly limit?: number },
  ): Awaitable<readonly RecordedEvent[]>;

  /**
   * Like `readStream`, for the log in position order; synced events only. `from` is included. `after` is not: pass the
   * last position to read on. Pass only positions that this log returned, and never compute one: there may be gaps.
   */
  readAll(options?: {
    readonly from?: Position;
    readonly after?: Position;
    readonly direction?: Direction;
    readonly limit?: number;
    readonly filter?: Filter;
  }): Awaitable<readonly RecordedEvent[]>;

  /** All events after a position, then new ones, until `signal`, `close` or an error. Slow consumers lose nothing. */
  subscribeAll(options: SubscribeOptions): AsyncIterable<Batch>;

  end(): Awaitable<End>;

  /** Syncs what is written, ends subscriptions, gives up locks. Later calls throw StoreClosed. */
  close(): Promise<void>;
};

/** The store can't be reached, or can't write; whether the append took effect is unknown. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
}

/** The store refuses this program's user. Calls succeed again once the user has its rights back. */
export class StoreAccessDenied extends StoreUnavailable {
  override readonly name = 'StoreAccessDenied';
}

/** The stream was deleted for good, outside this program. It never takes an event again: a retry is useless. */
export class StreamDeleted extends Error {
  override readonly name = 'StreamDeleted';
  constructor(
    readonly stream: string,
    options?: ErrorOptions,
  ) {
    super(`the stream ${stream} was deleted for good and takes no more events`, options);
  }
}

export class StoreClosed extends Error {
  override readonly name = 'StoreClosed';
}

/** One append may carry 1,048,576 bytes on every store: EventStoreDB's limit. */
export class EventTooLarge extends Error {
  override readonly name = 'EventTooLarge';
  constructor(
    readonly stream: string,
    readonly bytes: number,
    readonly limitBytes: number,
  ) {
    super(`an append of ${bytes} bytes to ${stream} is over the limit of ${limitBytes}`);
  }
}

/** Another process has the folder open. */
export class StoreLocked extends Error {
  override readonly name = 'StoreLocked';
}

/** The log holds something that no crash can leave behind: a bit flip, or a file that was edited. */
export class StoreCorrupted extends Error {
  override readonly name = 'StoreCorrupted';
}
