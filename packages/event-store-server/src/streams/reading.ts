// Reads and catch-up subscriptions, of one stream or of the whole log.
import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Position, RecordedEvent, Scheduler } from '@holdfast/kernel';
import type { Direction, EventStore } from '@holdfast/event-store';
import { chooser, eventFilter } from '../filters/event-filter.js';
import type { Outgoing } from './outgoing.js';
import { invalidArgument, streamDeleted } from '../refusal.js';
import { isTombstone } from './stored-event.js';
import { linkTarget } from './link.js';
import type { StreamView } from './stream-view.js';
import { idForm, type IdForm, integer, recorded, streamIdentifier, streamName } from '../wire.js';

type Out = Outgoing<streams.ReadResp>;
/** A place to read from: a revision, a position, or an end. */
type Place = number | 'start' | 'end';

const { Options } = streams.ReadReq;
/** `bounds`: whether the client understands messages with the first and last revision of the stream. */
type StreamRead = { readonly direction: Direction; readonly limit: number; readonly bounds: boolean };

const pageEvents = 256;
/** EventStoreDB reads this many at a time, and sends the first revision only when all of the first page is hidden. */
const originalPageEvents = 32;
const defaultWindow = 32;

export class Reading {
  constructor(
    private readonly store: EventStore,
    private readonly view: StreamView,
    private readonly environment: { readonly scheduler: Scheduler; readonly ids: { next(): string } },
  ) {}

  async answer(request: streams.ReadReq, out: Out): Promise<void> {
    const options = request.getOptions();
    if (options === undefined) throw invalidArgument('A read needs options.');
    const form = idForm(options.getUuidOption());
    const links = options.getResolveLinks();
    const send = async (event: RecordedEvent): Promise<void> => {
      await out.send(new streams.ReadResp().setEvent(await this.#readEvent(event, links, form)));
    };
    const direction: Direction =
      options.getReadDirection() === Options.ReadDirection.BACKWARDS ? 'backwards' : 'forwards';
    const ofStream = options.getStream();
    const ofAll = options.getAll();
    if (ofStream !== undefined) {
      const stream = streamName(ofStream.getStreamIdentifier());
      const from = place(ofStream, ofStream.hasRevision() ? ofStream.getRevision() : undefined);
      if (options.hasSubscription()) await this.#subscribeToStream(stream, from, out, send);
      else {
        const bounds = (options.getControlOption()?.getCompatibility() ?? 0) >= 1;
        const limit = integer(options.getCount());
        await this.#readStream(stream, from, { direction, limit, bounds }, out, send);
      }
    } else if (ofAll !== undefined) {
      const from = place(ofAll, ofAll.getPosition()?.getCommitPosition());
      if (options.hasSubscription()) await this.#subscribeToAll(from, options.getFilter(), out, send);
      else {
        const filter = options.getFilter();
        await this.#readAll(from, direction, integer(options.getCount()), filter, out, send);
      }
    } else throw invalidArgument('A read is of a stream or of all.');
  }

  async #readEvent(
    event: RecordedEvent,
    resolveLinks: boolean,
    form: IdForm,
  ): Promise<streams.ReadResp.ReadEvent> {
    const { ReadEvent } = streams.ReadResp;
    const answer = new ReadEvent().setCommitPosition(String(event.position));
    const message = recorded(new ReadEvent.RecordedEvent(), event, form);
    if (!resolveLinks || linkTarget(event) === null) return answer.setEvent(message);
    const target = await this.view.linked(event);
    answer.setLink(message);
    return target === null ? answer : answer.setEvent(recorded(new ReadEvent.RecordedEvent(), target, form));
  }

  async #readStream(
    stream: string,
    from: Place,
    { direction, limit, bounds }: StreamRead,
    out: Out,
    send: (event: RecordedEvent) => Promise<void>,
  ): Promise<void> {
    const range = bounds ? await this.view.range(stream) : null;
    const pages = await this.view.read(stream, {
      direction,
      limit: from === 'end' && direction === 'forwards' ? 0 : limit,
      ...(typeof from === 'number' && { from }),
      ...(from === 'start' && { from: 0 }),
    });
    if (pages === null) {
      const notFound = new streams.ReadResp.StreamNotFound();
      await out.send(
        new streams.ReadResp().setStreamNotFound(notFound.setStreamIdentifier(streamIdentifier(stream))),
      );
      return;
    }
    if (range !== null && direction === 'forwards' && from !== 'end') {
      const start = from === 'start' ? 0 : from;
      const next = start > range.last ? range.last + 1 : Math.max(start, range.first);
      const isSkipped = next < start || next >= start + Math.min(limit, originalPageEvents);
      if (next !== start && isSkipped)
        await out.send(new streams.ReadResp().setFirstStreamPosition(String(next)));
    }
    for await (const page of pages) {
      for (const event of page) await send(event);
      if (out.isGone) return;
    }
    if (range !== null) await out.send(new streams.ReadResp().setLastStreamPosition(String(range.last)));
  }

  async #readAll(
    from: Place,
    direction: Direction,
    limit: number,
    filter: streams.ReadReq.Options.FilterOptions | undefined,
    out: Out,
    send: (event: RecordedEvent) => Promise<void>,
  ): Promise<void> {
    const forwards = direction === 'forwards';
    if (from === (forwards ? 'end' : 'start')) return;
    const chosen = chooser(eventFilter(filter));
    // A position is before its event: forwards the event is included, backwards it is not.
    let next = typeof from !== 'number' ? undefined : forwards ? from : from - 1;
    let left = limit;
    while (left > 0 && !out.isGone && (next ?? 0) >= 0) {
      const page = await this.store.readAll({
        direction,
        limit: pageEvents,
        ...(next !== undefined && { from: next }),
        ...(chosen.filter && { filter: chosen.filter }),
      });
      for (const event of page.filter((one) => chosen.chooses(one)).slice(0, left)) {
        await send(event);
        left -= 1;
      }
      const last = page.at(-1);
      if (last === undefined || (!forwards && last.position === 0)) return;
      next = last.position + (forwards ? 1 : -1);
      // the log returns without waiting, so let other tasks have a turn
      await new Promise<void>((resolve) => {
        this.environment.scheduler.soon(resolve);
      });
    }
  }

  async #confirm(out: Out): Promise<void> {
    const confirmation = new streams.ReadResp.SubscriptionConfirmation();
    confirmation.setSubscriptionId(this.environment.ids.next());
    await out.send(new streams.ReadResp().setConfirmation(confirmation));
  }

  async #subscribeToStream(
    stream: string,
    from: Place,
    out: Out,
    send: (event: RecordedEvent) => Promise<void>,
  ): Promise<void> {
    const last = await this.view.lastRevision(stream);
    // Later events come from the live subscription; earlier ones are read.
    const { synced } = await this.store.end();
    await this.#confirm(out);
    let seen = from === 'end' ? last : from === 'start' ? -1 : from;
    const history = await this.view.read(stream, { from: seen + 1, direction: 'forwards', limit: Infinity });
    for await (const page of history ?? []) {
      for (const event of page) {
        await send(event);
        seen = event.revision;
      }
      if (out.isGone) return;
    }
    await out.send(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
    const filter = { streamPrefixes: [stream] };
    for await (const batch of this.store.subscribeAll({ after: synced, filter, signal: out.signal })) {
      for (const event of batch.events) {
        if (event.stream !== stream || event.revision <= seen) continue;
        await send(event);
        if (isTombstone(event)) throw streamDeleted(stream);
        seen = event.revision;
      }
    }
  }

  /** A checkpoint comes every so many events of the log, chosen or not. Positions have no gaps, so they count them. */
  async #subscribeToAll(
    from: Place,
    filter: streams.ReadReq.Options.FilterOptions | undefined,
    out: Out,
    send: (event: RecordedEvent) => Promise<void>,
  ): Promise<void> {
    const chosen = chooser(eventFilter(filter));
    const after = from === 'end' ? (await this.store.end()).synced : from === 'start' ? -1 : from;
    const window = filter?.hasMax() === true ? filter.getMax() : defaultWindow;
    const interval = filter === undefined ? Infinity : window * filter.getCheckpointintervalmultiplier();
    if (interval === 0) throw invalidArgument('Checkpoints need a window and an interval above 0.');
    let next = after + interval;
    const checkpointsUpTo = async (position: Position): Promise<void> => {
      for (; next <= position && !out.isGone; next += interval) await out.send(checkpoint(next));
    };
    await this.#confirm(out);
    let live = false;
    const subscription = this.store.subscribeAll({
      after,
      signal: out.signal,
      ...(chosen.filter && { filter: chosen.filter }),
    });
    for await (const batch of subscription) {
      for (const event of batch.events) {
        if (!chosen.chooses(event)) continue;
        await checkpointsUpTo(event.position - 1);
        await send(event);
      }
      await checkpointsUpTo(batch.position);
      if (batch.caughtUp && !live) {
        live = true;
        await out.send(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
      }
    }
  }
}

function checkpoint(position: Position): streams.ReadResp {
  const message = new streams.ReadResp.Checkpoint();
  message.setCommitPosition(String(position)).setPreparePosition(String(position));
  return new streams.ReadResp().setCheckpoint(message);
}

const place = (options: { hasEnd(): boolean }, at: string | undefined): Place => {
  if (at !== undefined) return integer(at);
  return options.hasEnd() ? 'end' : 'start';
};

export const position = (at: Position): shared.AllStreamPosition =>
  new shared.AllStreamPosition().setCommitPosition(String(at)).setPreparePosition(String(at));
