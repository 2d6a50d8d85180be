// The beginning and the end of a read: the bounds of a stream, which newer clients ask for, and positions of the log.
import { describe, expect, test } from '@jest/globals';
import { BACKWARDS, type Position, START } from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { events, newStream, serveForSpecs } from '../test/official-client.js';
import { streamIdentifier } from '../wire.js';

const served = serveForSpecs();

describe('a read of a stream with compatibility 1', () => {
  const { Options } = streams.ReadReq;
  type Read = { readonly from?: number; readonly count?: number; readonly backwards?: boolean };

  /** The messages in order: the bounds, and the number of events between them. */
  async function told(stream: string, { from, count = 1000, backwards = false }: Read = {}): Promise<string> {
    const place = new Options.StreamOptions().setStreamIdentifier(streamIdentifier(stream));
    if (from !== undefined) place.setRevision(String(from));
    else if (backwards) place.setEnd(new shared.Empty());
    else place.setStart(new shared.Empty());
    const options = new Options()
      .setStream(place)
      .setCount(String(count))
      .setNoFilter(new shared.Empty())
      .setReadDirection(backwards ? Options.ReadDirection.BACKWARDS : Options.ReadDirection.FORWARDS)
      .setUuidOption(new Options.UUIDOption().setString(new shared.Empty()))
      .setControlOption(new Options.ControlOption().setCompatibility(1));
    let text = '';
    let count_ = 0;
    for await (const one of served.raw.read(
      new streams.ReadReq().setOptions(options),
    ) as AsyncIterable<streams.ReadResp>) {
      if (one.hasFirstStreamPosition()) text += `first ${one.getFirstStreamPosition()}, `;
      else if (one.hasLastStreamPosition()) text += `${count_} events, last ${one.getLastStreamPosition()}`;
      else if (one.hasStreamNotFound()) text += 'not found';
      else count_ += 1;
    }
    return text;
  }

  test('ends with the last revision, however little was read', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(64));
    expect(await told(stream)).toBe('64 events, last 63');
    expect(await told(stream, { from: 10, count: 3 })).toBe('3 events, last 63');
    expect(await told(stream, { backwards: true, count: 3 })).toBe('3 events, last 63');
  });

  test('begins with the first revision where the start was skipped', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(64));
    await served.client.setStreamMetadata(stream, { truncateBefore: 32 });
    expect(await told(stream)).toBe('first 32, 32 events, last 63');
    expect(await told(stream, { from: 32 })).toBe('32 events, last 63');
    expect(await told(stream, { from: 40 })).toBe('24 events, last 63');
    expect(await told(stream, { from: 70 })).toBe('first 64, 0 events, last 63');
    expect(await told(stream, { backwards: true })).toBe('32 events, last 63');
  });

  test('of a stream that is not there › returns that, and nothing else', async () => {
    expect(await told(newStream())).toBe('not found');
  });
});

describe('a read of all backwards', () => {
  const read = async (fromPosition: Position | typeof START, maxCount: number): Promise<Position[]> => {
    const seen: Position[] = [];
    for await (const { event: of } of served.client.readAll({
      direction: BACKWARDS,
      fromPosition,
      maxCount,
    })) {
      seen.push((of as { readonly position: Position }).position);
    }
    return seen;
  };

  test('from a position › begins before the event there, and pages back over each event once', async () => {
    const appended = await served.client.appendToStream(newStream(), events(7));
    const last = appended.position as Position;
    const first = (await read(last, 6)).at(-1) as Position;
    const paged: Position[] = [];
    for (let place = last; place.commit > first.commit; place = paged.at(-1) as Position) {
      paged.push(...(await read(place, 2)));
    }
    expect(paged).toEqual(await read(last, 6));
    expect(paged[0]?.commit).toBe(last.commit - 1n);
  });

  test('from the start, or from the first event › is empty', async () => {
    expect(await read(START, 10)).toEqual([]);
    expect(await read({ commit: 0n, prepare: 0n }, 10)).toEqual([]);
  });
});
