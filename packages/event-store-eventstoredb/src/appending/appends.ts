// Appends on an EventStoreDB server. They add the parts that the client lacks: handling of unknown outcomes, and
// de-duplication without a limit.
import {
  EventStoreDBClient,
  MaxAppendSizeExceededError,
  WrongExpectedVersionError,
  type AppendResult,
} from '@eventstore/db-client';
import {
  EventTooLarge,
  StoreUnavailable,
  StreamDeleted,
  type Appended,
  type ExpectedRevision,
  type RevisionConflict,
} from '@holdfast/event-store';
import { accepted, invariant, rejected, type NewEvent, type Result, type Scheduler } from '@holdfast/kernel';
import type { Reads } from '../reading/reads.js';
import { eventBytes, eventData, exact } from '../reading/recorded-event.js';
import { asStoreError, isDeletedForGood, isOutage, isSilence, StoreSilent } from '../store-errors.js';
import type { OwnAppends } from './own-appends.js';
import { StreamIds, type KnownStream } from './stream-ids.js';

export type AppendsOptions = {
  readonly url: string;
  readonly scheduler: Scheduler;
  readonly streamPrefix: string;
  readonly own: OwnAppends;
  readonly reads: Reads;
  /** longest wait for a reply */
  readonly answerMs: number;
  mustBeOpen(this: void): void;
};

const appendLimitBytes = 1_048_576;
/** waits before an append without a reply is tried again */
const retryAfterMs: readonly number[] = [50, 200, 800];

export class Appends {
  readonly #options: AppendsOptions;
  /** The client of appends only, which share one call. When that call gets no reply, the call and the client are dropped. */
  #writer: EventStoreDBClient;
  readonly #ids = new StreamIds();
  /** appends without a revision take turns, stream by stream */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: AppendsOptions) {
    this.#options = options;
    this.#writer = EventStoreDBClient.connectionString(options.url);
  }

  async append(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<Result<Appended, RevisionConflict>> {
    invariant(events.length > 0, 'an append has at least one event');
    invariant(
      new Set(events.map(({ id }) => id)).size === events.length,
      `an append to ${stream} has two events with one id`,
    );
    const bytes = events.reduce((sum, event) => sum + eventBytes(event), 0);
    if (bytes > appendLimitBytes) throw new EventTooLarge(stream, bytes, appendLimitBytes);
    if (expected === 'any' || expected === 'stream_exists') {
      return this.#inTurn(stream, () => this.#appendAnywhere(stream, events, expected));
    }
    const last = expected === 'no_stream' ? -1 : expected;
    const outcome = await this.#appendAt(stream, events, last);
    if (!('actual' in outcome)) return accepted(outcome);
    const stored = await this.#stored(stream, events, last + 1);
    if (stored !== null) return accepted(stored);
    return rejected({ code: 'RevisionConflict', stream, expected, actual: outcome.actual });
  }

  async #inTurn<T>(stream: string, run: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(stream) ?? Promise.resolve()).then(run, run);
    this.#turns.set(stream, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(stream) === turn) this.#turns.delete(stream);
    }
  }

  /** Reads the stream to its end, so that its ids and its revision are known, and appends exactly there. */
  async #appendAnywhere(
    stream: string,
    events: readonly NewEvent[],
    expected: 'any' | 'stream_exists',
  ): Promise<Result<Appended, RevisionConflict>> {
    const known = this.#ids.of(stream);
    for (;;) {
      for (const { id, revision } of await this.#options.reads.stream(stream, { from: known.last + 1 })) {
        this.#ids.add(stream, id, revision);
      }
      const conflict = rejected({ code: 'RevisionConflict', stream, expected, actual: known.last } as const);
      if (known.last === -1 && expected === 'stream_exists') return conflict;
      if (events.some(({ id }) => known.revisions.has(id))) {
        const stored = await this.#knownStanding(stream, events, known);
        return stored === null ? conflict : accepted(stored);
      }
      const outcome = await this.#appendAt(stream, events, known.last);
      if ('actual' in outcome) {
        // Another writer was faster, or the reply to our own append was lost: the next read shows which.
        const before = known.last;
        const [next] = await this.#options.reads.stream(stream, { from: before + 1, limit: 1 });
        // Hidden events (`$maxAge`, `$tb`) can't be read, but the stream's revision includes them.
        if (next === undefined) known.last = Math.max(before, outcome.actual);
        continue;
      }
      for (const [i, { id }] of events.entries()) {
        this.#ids.add(stream, id, outcome.revision - events.length + 1 + i);
      }
      return accepted(outcome);
    }
  }

  async #knownStanding(
    stream: string,
    events: readonly NewEvent[],
    { revisions }: KnownStream,
  ): Promise<Appended | null> {
    const first = revisions.get((events[0] as NewEvent).id);
    return first === undefined ? null : this.#stored(stream, events, first);
  }

  /** Returns the place of the events when the stream has exactly these from a revision on; null otherwise. */
  async #stored(stream: string, events: readonly NewEvent[], from: number): Promise<Appended | null> {
    const there = await this.#options.reads.stream(stream, { from, limit: events.length });
    const last = there.at(-1);
    return last !== undefined &&
      events.every(({ id }, i) => there[i]?.id === id && there[i].revision === from + i)
      ? { revision: last.revision, position: last.position }
      : null;
  }

  /**
   * Appends behind a stream's last revision. Without a reply the outcome is unknown, so the same append is made again:
   * if the first one took effect, the server knows its ids, or refuses it and the caller reads them back.
   */
  async #appendAt(
    stream: string,
    events: readonly NewEvent[],
    last: number,
  ): Promise<Appended | { readonly actual: number }> {
    const data = events.map(eventData);
    const expectedRevision = last === -1 ? 'no_stream' : BigInt(last);
    for (let attempt = 0; ; attempt++) {
      const writer = this.#writer;
      try {
        const result: AppendResult = await this.#withinAnswerTime(
          writer.appendToStream(this.#options.streamPrefix + stream, data, { expectedRevision }),
        );
        const revision = exact(result.nextExpectedRevision);
        this.#options.own.reached(stream, revision);
        const appended =
          result.position === undefined
            ? await this.#stored(stream, events, last + 1)
            : { revision, position: exact(result.position.commit) };
        if (appended === null)
          throw new StoreUnavailable(`events that were appended to ${stream} can't be read yet`);
        this.#options.own.appended(stream, appended);
        return appended;
      } catch (error) {
        if (isDeletedForGood(error)) throw new StreamDeleted(stream, { cause: error });
        if (error instanceof WrongExpectedVersionError) {
          const actual = typeof error.actualVersion === 'bigint' ? exact(error.actualVersion) : -1;
          if (actual >= 0) this.#options.own.reached(stream, actual);
          return { actual };
        }
        if (error instanceof MaxAppendSizeExceededError) {
          const bytes = events.reduce((sum, event) => sum + eventBytes(event), 0);
          throw new EventTooLarge(stream, bytes, appendLimitBytes);
        }
        this.#options.mustBeOpen();
        if (isSilence(error)) {
          this.#giveUp(writer);
          // No more long waits: one last attempt shows the outcome.
          attempt = Math.max(attempt, retryAfterMs.length - 1);
        }
        const waitMs = retryAfterMs[attempt];
        if (!isOutage(error) || waitMs === undefined) throw asStoreError(error);
        await new Promise<void>((resolve) => {
          this.#options.scheduler.after(waitMs, resolve);
        });
      }
    }
  }

  #giveUp(writer: EventStoreDBClient): void {
    if (writer !== this.#writer) return;
    this.#writer = EventStoreDBClient.connectionString(this.#options.url);
    void writer.dispose();
  }

  /** Rejects after a time limit: the client itself waits without end when the server ends its call without an error. */
  #withinAnswerTime<T>(answer: Promise<T>): Promise<T> {
    const { scheduler, answerMs } = this.#options;
    return new Promise((resolve, reject) => {
      const cancel = scheduler.after(answerMs, () => {
        reject(new StoreSilent(`EventStoreDB did not reply within ${answerMs} ms`));
      });
      answer.then(resolve, reject).finally(cancel);
    });
  }

  dispose(): Promise<void> {
    return this.#writer.dispose();
  }
}
