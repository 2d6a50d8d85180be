// The official client on the protocol server: replies, errors and streams are those of EventStoreDB.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AccessDeniedError,
  type AllStreamResolvedEvent,
  BACKWARDS,
  binaryEvent,
  END,
  EventStoreDBClient,
  eventTypeFilter,
  excludeSystemEvents,
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  type Position,
  type ResolvedEvent,
  START,
  StreamDeletedError,
  streamNameFilter,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import { gossipServer } from '../features.js';
import { nodeEnvironment } from '../test/node-environment.js';
import { type ServedLog, serveLog } from '../test/served-log.js';

let log: ServedLog;
let client: EventStoreDBClient;

/** added to the server's clock */
let laterMs = 0;

beforeAll(async () => {
  log = await serveLog({ clock: { now: () => Date.now() + laterMs } });
  client = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${log.port}?tls=false`);
});
afterAll(async () => {
  await client.dispose();
  await log.dispose();
});

const event = (n = 0, type = 'Counted') => jsonEvent({ type, data: { n } });
const events = (count: number, type?: string) => Array.from({ length: count }, (_, n) => event(n, type));
/** Eleven events with so many bytes of data together, and types and metadata beside it. */
const bytes = (count: number) =>
  Array.from({ length: 11 }, (_, n) =>
    binaryEvent({
      type: 'x'.repeat(1000),
      data: Buffer.alloc(n < 10 ? 100_000 : count - 1_000_000),
      metadata: new Uint8Array(10_000).fill(n),
    }),
  );
const newStream = (): string => `stream-${randomUUID()}`;
/** makes the client use Append in place of BatchAppend */
const credentials = { username: 'someone', password: 'something' };

const read = async (stream: string, options?: Parameters<EventStoreDBClient['readStream']>[1]) => {
  const all: ResolvedEvent[] = [];
  for await (const one of client.readStream(stream, options)) all.push(one);
  return all;
};
const revisions = async (...args: Parameters<typeof read>): Promise<number[]> =>
  (await read(...args)).map(({ event: of }) => Number(of?.revision));

describe('an append', () => {
  test('of JSON and of bytes › comes back byte for byte, stamped between before and after', async () => {
    const stream = newStream();
    const before = Date.now();
    const bytes = Uint8Array.from([0, 255, 128, 10]);
    const sent = [
      jsonEvent({ type: 'Json', data: { b: 1, 2: 'ü', __proto__: 1 }, metadata: { $correlationId: 'c' } }),
      jsonEvent({ type: 'Json', data: 'text' }),
      binaryEvent({ type: 'Bytes', data: bytes, metadata: bytes }),
    ];
    const result = await client.appendToStream(stream, sent, { expectedRevision: NO_STREAM });
    expect(result).toMatchObject({ success: true, nextExpectedRevision: 2n });
    const got = (await read(stream)).map((one) => one.event);
    expect(got.map((one) => one?.data)).toEqual(sent.map(({ data }) => data));
    expect(got.map((one) => one?.metadata)).toEqual([{ $correlationId: 'c' }, undefined, bytes]);
    expect(got.map((one) => one?.isJson)).toEqual([true, true, false]);
    expect(got.map((one) => one?.id)).toEqual(sent.map(({ id }) => id));
    expect(got[2]?.position).toEqual(result.position);
    for (const one of got) {
      expect(one?.created.getTime()).toBeGreaterThanOrEqual(before);
      expect(one?.created.getTime()).toBeLessThanOrEqual(Date.now());
    }
  });

  test.each([{ path: 'BatchAppend' }, { path: 'Append', credentials }])(
    'over $path with the wrong revision › says what was expected and what is there',
    async ({ credentials: given }) => {
      const stream = newStream();
      await client.appendToStream(stream, events(2));
      for (const expectedRevision of [5n, NO_STREAM] as const) {
        const attempt = client.appendToStream(stream, event(), {
          expectedRevision,
          ...(given && { credentials: given }),
        });
        await expect(attempt).rejects.toMatchObject({
          type: 'wrong-expected-version',
          streamName: stream,
          expectedVersion: expectedRevision,
          actualVersion: 1n,
        });
      }
      const missing = client.appendToStream(newStream(), event(), {
        expectedRevision: 0n,
        ...(given && { credentials: given }),
      });
      await expect(missing).rejects.toMatchObject({ actualVersion: 'no_stream' });
    },
  );

  test.each([{ path: 'BatchAppend' }, { path: 'Append', credentials }])(
    'over $path of more than 1 MiB › is refused with the limit',
    async ({ credentials: given }) => {
      const stream = newStream();
      const attempt = client.appendToStream(stream, bytes(1_048_577), {
        ...(given && { credentials: given }),
      });
      await expect(attempt).rejects.toThrow(MaxAppendSizeExceededError);
      await expect(attempt).rejects.toMatchObject({ maxAppendSize: 1_048_576 });
      await expect(read(stream)).rejects.toThrow(StreamNotFoundError);
    },
  );

  test.each([{ path: 'BatchAppend' }, { path: 'Append', credentials }])(
    'over $path of just 1 MiB of data › is taken, whatever its types and metadata add',
    async ({ credentials: given }) => {
      const stream = newStream();
      const sent = bytes(1_048_576);
      await client.appendToStream(stream, sent, { ...(given && { credentials: given }) });
      const got = await read(stream);
      expect(got.map(({ event: of }) => of?.data.length)).toEqual(sent.map(({ data }) => data.length));
      expect(got[0]?.event?.metadata).toEqual(sent[0]?.metadata);
    },
  );

  test.each([{ path: 'BatchAppend' }, { path: 'Append', credentials }])(
    'over $path with one id twice › writes both events under it, and once when it is sent again',
    async ({ credentials: given }) => {
      const stream = newStream();
      const id = randomUUID();
      const twice = [0, 1].map((n) => jsonEvent({ id, type: 'Counted', data: { n } }));
      const options = { expectedRevision: NO_STREAM, ...(given && { credentials: given }) } as const;
      const first = await client.appendToStream(stream, twice, options);
      expect(first.nextExpectedRevision).toBe(1n);
      expect(await client.appendToStream(stream, twice, options)).toEqual(first);
      const got = await read(stream);
      expect(got.map(({ event: of }) => of?.id)).toEqual([id, id]);
      expect(got.map(({ event: of }) => of?.data)).toEqual([{ n: 0 }, { n: 1 }]);
    },
  );

  test.each([{ path: 'BatchAppend' }, { path: 'Append', credentials }])(
    'over $path of no events › has a position, and the revision where the stream ends',
    async ({ credentials: given }) => {
      const stream = newStream();
      const { position } = await client.appendToStream(stream, events(2));
      const empty = await client.appendToStream(stream, [], { ...(given && { credentials: given }) });
      expect(empty.nextExpectedRevision).toBe(1n);
      expect((empty.position as Position).commit).toBeGreaterThanOrEqual((position as Position).commit);
      expect(await revisions(stream)).toEqual([0, 1]);
    },
  );

  test.each([
    { what: 'bytes', list: [binaryEvent({ type: 'B', data: Buffer.alloc(1_048_576, 'ü') })] },
    { what: 'many small events', list: events(9000, 'A type of forty-five characters, or about so') },
  ])('of $what of just 1 MiB › is taken, whatever it takes on the disk', async ({ list }) => {
    const stream = newStream();
    const { nextExpectedRevision } = await client.appendToStream(stream, list);
    expect(nextExpectedRevision).toBe(BigInt(list.length - 1));
    const got = await read(stream);
    expect(got.map(({ event: of }) => of?.data)).toEqual(
      list.map(({ data }) => (data instanceof Buffer ? new Uint8Array(data) : data)),
    );
  });

  test.each([{ path: 'BatchAppend' }, { path: 'Append', credentials }])(
    'over $path to the log itself, or under a name that is none › is refused, and the server goes on',
    async ({ credentials: given }) => {
      const options = { ...(given && { credentials: given }) };
      await expect(client.appendToStream('$all', event(), options)).rejects.toThrow(AccessDeniedError);
      for (const refused of [
        () => client.appendToStream('$$', event(), options),
        () => client.appendToStream('x'.repeat(65_535), event(), options),
        () => client.appendToStream(newStream(), event(0, ''), options),
        () => client.appendToStream(newStream(), event(0, 'x'.repeat(65_536)), options),
      ]) {
        await expect(refused()).rejects.toMatchObject({ type: 'unknown' });
      }
      expect(await client.appendToStream('x'.repeat(65_000), event(), options)).toMatchObject({
        success: true,
      });
    },
  );

  test('when the stream has to exist › is taken where it does, and refused where it does not or was deleted', async () => {
    const stream = newStream();
    const append = () => client.appendToStream(stream, event(), { expectedRevision: STREAM_EXISTS });
    await expect(append()).rejects.toMatchObject({
      expectedVersion: 'stream_exists',
      actualVersion: 'no_stream',
    });
    await client.appendToStream(stream, event());
    expect(await append()).toMatchObject({ nextExpectedRevision: 1n });
    await client.deleteStream(stream);
    await expect(append()).rejects.toThrow(StreamDeletedError);
  });

  test('in 625 chunks › is one append', async () => {
    const stream = newStream();
    const result = await client.appendToStream(stream, events(5000), { batchAppendSize: 1000 });
    expect(result.nextExpectedRevision).toBe(4999n);
    expect(await revisions(stream)).toHaveLength(5000);
  });

  test('of 1 kB, 10,000 times in one tick › is acknowledged each time', async () => {
    const stream = newStream();
    const data = { text: 'x'.repeat(1000) };
    const results = await Promise.all(
      Array.from({ length: 10_000 }, () =>
        client.appendToStream(stream, jsonEvent({ type: 'Large', data }), { deadline: 55_000 }),
      ),
    );
    expect(new Set(results.map((one) => one.nextExpectedRevision)).size).toBe(10_000);
  }, 60_000);

  test('sent again with the same ids › is acknowledged and written once', async () => {
    const stream = newStream();
    const list = events(3);
    const first = await client.appendToStream(stream, list, { expectedRevision: NO_STREAM });
    await client.appendToStream(stream, event());
    expect(await client.appendToStream(stream, list, { expectedRevision: NO_STREAM })).toEqual(first);
    expect(await client.appendToStream(stream, list)).toEqual(first);
    expect(await revisions(stream)).toHaveLength(4);
  });

  test('whose deadline is over › is refused as such', async () => {
    await expect(client.appendToStream(newStream(), event(), { deadline: -1 })).rejects.toMatchObject({
      type: 'deadline-exceeded',
    });
  });
});

describe('a read', () => {
  test('of a stream › goes both ways from a revision, the start or the end', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(600));
    expect(await revisions(stream)).toHaveLength(600);
    expect(await revisions(stream, { fromRevision: 598n })).toEqual([598, 599]);
    expect(await revisions(stream, { maxCount: 2 })).toEqual([0, 1]);
    expect(await revisions(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 2 })).toEqual([
      599, 598,
    ]);
    expect(await revisions(stream, { direction: BACKWARDS, fromRevision: 1n })).toEqual([1, 0]);
    expect(await revisions(stream, { direction: BACKWARDS, fromRevision: START })).toEqual([0]);
  });

  test('of a stream that is not there › says so', async () => {
    await expect(read(newStream())).rejects.toThrow(StreamNotFoundError);
  });

  test('of all › goes both ways and includes the position it begins at', async () => {
    const [a, b] = [newStream(), newStream()];
    const { position } = await client.appendToStream(a, event());
    await client.appendToStream(b, events(2));
    const all = async (options: Parameters<EventStoreDBClient['readAll']>[0]) => {
      const seen: string[] = [];
      for await (const { event: of } of client.readAll(options)) seen.push(of?.streamId ?? '');
      return seen;
    };
    const fromPosition = position as Position;
    expect(await all({ fromPosition })).toEqual([a, b, b]);
    expect(await all({ fromPosition, maxCount: 1 })).toEqual([a]);
    expect(await all({ direction: BACKWARDS, fromPosition: END, maxCount: 3 })).toEqual([b, b, a]);
  });

  test('of a link › gives the event it points to, and the link', async () => {
    const [target, links] = [newStream(), newStream()];
    await client.appendToStream(target, events(2));
    await client.appendToStream(links, [
      binaryEvent({ type: '$>', data: Buffer.from(`1@${target}`) }),
      binaryEvent({ type: '$>', data: Buffer.from(`7@${target}`) }),
    ]);
    const [there, gone] = await read(links, { resolveLinkTos: true });
    expect(there).toMatchObject({ event: { streamId: target, revision: 1n }, link: { streamId: links } });
    expect(gone).toMatchObject({ link: { revision: 1n } });
    expect(gone?.event).toBeUndefined();
    expect((await read(links))[0]).toMatchObject({ event: { type: '$>' } });
  });

  test('of a link that names no event › gives it as the plain event that it is', async () => {
    const stream = newStream();
    const payloads = ['no link', '1', '@stream', 'x@stream', ''];
    await client.appendToStream(
      stream,
      payloads.map((text) => binaryEvent({ type: '$>', data: Buffer.from(text) })),
    );
    const got = await read(stream, { resolveLinkTos: true });
    expect(got.map(({ event: of }) => Buffer.from(of?.data as Uint8Array).toString())).toEqual(payloads);
    expect(got.map(({ link }) => link)).toEqual(payloads.map(() => undefined));
  });

  test('of what the program itself wrote › gives its data and metadata as JSON', async () => {
    const stream = newStream();
    const at = '2026-01-02T03:04:05.678Z';
    const metadata = {
      correlationId: 'c',
      causationId: 'c',
      commandId: 'c',
      actor: 'system',
      at,
      schemaVersion: 1,
    };
    await log
      .store()
      .append(stream, [{ id: randomUUID(), type: 'Own', data: { a: 1 }, metadata }], 'no_stream');
    const [own] = await read(stream);
    expect(own?.event).toMatchObject({ data: { a: 1 }, metadata, isJson: true, created: new Date(at) });
  });
});

describe('metadata of a stream', () => {
  test('comes back as it was set, and counts its own revisions', async () => {
    const stream = newStream();
    expect(await client.getStreamMetadata(stream)).toEqual({ streamName: stream });
    await client.setStreamMetadata(stream, { maxCount: 7, custom: { a: [1] } });
    await client.setStreamMetadata(stream, { maxCount: 8 }, { expectedRevision: 0n });
    expect(await client.getStreamMetadata(stream)).toMatchObject({
      streamName: stream,
      metadata: { maxCount: 8 },
    });
  });

  test('with $maxCount or $tb › hides the events before, and counts on', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(10));
    await client.setStreamMetadata(stream, { maxCount: 3 });
    expect(await revisions(stream)).toEqual([7, 8, 9]);
    expect(await revisions(stream, { direction: BACKWARDS, fromRevision: END })).toEqual([9, 8, 7]);
    expect(await revisions(stream, { fromRevision: 2n, maxCount: 2 })).toEqual([7, 8]);
    await client.appendToStream(stream, event());
    expect(await revisions(stream)).toEqual([8, 9, 10]);
    await client.setStreamMetadata(stream, { truncateBefore: 5 });
    expect(await revisions(stream)).toEqual([5, 6, 7, 8, 9, 10]);
  });

  test('with $maxAge › hides what is older, until the stream reads as empty', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(2));
    await client.setStreamMetadata(stream, { maxAge: 3600 });
    expect(await revisions(stream)).toEqual([0, 1]);
    laterMs += 3_601_000;
    expect(await revisions(stream)).toEqual([]);
    laterMs = 0;
  });
});

describe('a deleted stream', () => {
  test('is not found, may begin again, and goes on counting', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(3));
    expect(await client.deleteStream(stream, { expectedRevision: 2n })).toHaveProperty('position');
    await expect(read(stream)).rejects.toThrow(StreamNotFoundError);
    const again = [event()];
    const result = await client.appendToStream(stream, again, { expectedRevision: NO_STREAM });
    expect(result.nextExpectedRevision).toBe(3n);
    expect(await client.appendToStream(stream, again, { expectedRevision: NO_STREAM })).toEqual(result);
    expect(await revisions(stream)).toEqual([3]);
    await client.deleteStream(stream);
    await client.appendToStream(stream, event(), { expectedRevision: 3n });
    expect(await revisions(stream)).toEqual([4]);
  });

  test('that is given new metadata › is there again, without what was deleted', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(3));
    await client.deleteStream(stream);
    await client.setStreamMetadata(stream, { colour: 'blue' });
    expect(await revisions(stream)).toEqual([]);
    await client.appendToStream(stream, event());
    await client.setStreamMetadata(stream, { colour: 'red' });
    expect(await revisions(stream)).toEqual([3]);
    expect(await client.getStreamMetadata(stream)).toMatchObject({ metadata: { colour: 'red' } });
  });

  test('when another revision was expected › stays, and says which', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(4));
    for (const remove of [
      () => client.deleteStream(stream, { expectedRevision: 2n }),
      () => client.tombstoneStream(stream, { expectedRevision: 2n }),
    ]) {
      await expect(remove()).rejects.toThrow(WrongExpectedVersionError);
      await expect(remove()).rejects.toMatchObject({
        streamName: stream,
        expectedVersion: 2n,
        actualVersion: 3n,
        message: expect.stringContaining(
          `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: 2, Actual version: 3`,
        ) as unknown,
      });
    }
    expect(await revisions(stream)).toHaveLength(4);
  });

  test('that never was › is refused, but may be tombstoned', async () => {
    const stream = newStream();
    await expect(client.deleteStream(stream, { expectedRevision: NO_STREAM })).rejects.toThrow(
      WrongExpectedVersionError,
    );
    await client.tombstoneStream(stream, { expectedRevision: NO_STREAM });
    await expect(read(stream)).rejects.toThrow(StreamDeletedError);
  });

  test('with a tombstone › is deleted for ever, for reads, appends and its metadata', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(2));
    await client.tombstoneStream(stream);
    const calls: readonly (() => Promise<unknown>)[] = [
      () => read(stream),
      () => client.appendToStream(stream, event()),
      () => client.appendToStream(stream, event(), { credentials }),
      () => client.deleteStream(stream),
      () => client.setStreamMetadata(stream, { maxCount: 1 }),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(StreamDeletedError);
    await expect(read(stream)).rejects.toMatchObject({ streamName: stream });
  });
});

describe('a subscription', () => {
  test('to a stream › gives what came after a revision, says once that it caught up, then what comes', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(4));
    const subscription = client.subscribeToStream(stream, { fromRevision: 1n });
    const told: string[] = [];
    subscription.on('confirmation', () => told.push('confirmation'));
    subscription.on('caughtUp', () => {
      told.push('caughtUp');
      void client.appendToStream(stream, events(2)).then(() => client.appendToStream(newStream(), event()));
    });
    for await (const { event: of } of subscription) {
      told.push(String(of?.revision));
      if (of?.revision === 5n) break;
    }
    expect(told).toEqual(['confirmation', '2', '3', 'caughtUp', '4', '5']);
    await subscription.unsubscribe();
  });

  test('to the end of a stream that is not there › gives what comes', async () => {
    const stream = newStream();
    const subscription = client.subscribeToStream(stream, { fromRevision: END });
    subscription.on('caughtUp', () => void client.appendToStream(stream, event()));
    for await (const { event: of } of subscription) {
      expect(of?.revision).toBe(0n);
      break;
    }
    await subscription.unsubscribe();
  });

  test('to a stream that gets a tombstone › is given it, without a body, and ends with that', async () => {
    const stream = newStream();
    await client.appendToStream(stream, event());
    const subscription = client.subscribeToStream(stream);
    subscription.on('caughtUp', () => void client.tombstoneStream(stream));
    const seen: unknown[] = [];
    const run = async (): Promise<void> => {
      for await (const { event: of } of subscription) seen.push([of?.type, of?.revision, of?.data]);
    };
    await expect(run()).rejects.toThrow(StreamDeletedError);
    expect(seen).toEqual([
      ['Counted', 0n, { n: 0 }],
      ['$streamDeleted', 9_223_372_036_854_775_807n, new Uint8Array()],
    ]);
  });

  const filters = {
    'stream prefix': (mark: string) => streamNameFilter({ prefixes: [`${mark}-a`, `${mark}-b`] }),
    'stream expression': (mark: string) => streamNameFilter({ regex: `^${mark}-[ab]` }),
    'type prefix': (mark: string) => eventTypeFilter({ prefixes: [`${mark}-a`, `${mark}-b`] }),
    'type expression': (mark: string) => eventTypeFilter({ regex: `^${mark}-(a|b)$` }),
  };
  test.each(Object.entries(filters))('with a filter by %s › gives those and no others', async (_, filter) => {
    const mark = randomUUID();
    for (const name of ['a', 'b', 'c', 'a']) {
      await client.appendToStream(`${mark}-${name}`, events(2, `${mark}-${name}`));
    }
    const subscription = client.subscribeToAll({ filter: filter(mark) });
    const seen: string[] = [];
    for await (const { event: of } of subscription) {
      seen.push(of?.streamId.slice(-1) ?? '');
      if (seen.length === 6) break;
    }
    expect(seen.join('')).toBe('aabbaa');
    await subscription.unsubscribe();
  });

  test('with a filter › reaches a checkpoint every 64 events, chosen or not, while catching up and live', async () => {
    const stream = newStream();
    const { position } = await client.appendToStream(stream, event());
    const start = (position as Position).commit;
    await client.appendToStream(stream, events(100));
    const checkpoints: bigint[] = [];
    const subscription = client.subscribeToAll({
      fromPosition: position as Position,
      filter: excludeSystemEvents({
        checkpointInterval: 2,
        checkpointReached: (_, at) => {
          checkpoints.push(at.commit - start);
        },
      }),
    });
    subscription.on('caughtUp', () => {
      void client.setStreamMetadata(stream, { maxCount: 1000 }).then(async () => {
        await client.appendToStream(stream, [...events(99), event(0, 'Last')]);
      });
    });
    for await (const { event: of } of subscription as AsyncIterable<AllStreamResolvedEvent>) {
      if (of?.type === 'Last') break;
    }
    expect(checkpoints).toEqual([64n, 128n, 192n]);
    await subscription.unsubscribe();
  });

  test('taken up and left 80 times quickly › leaves the server answering', async () => {
    await Promise.all(
      Array.from({ length: 80 }, async () => {
        const subscription = client.subscribeToAll();
        await subscription.unsubscribe();
        subscription.resume();
      }),
    );
    expect(await client.appendToStream(newStream(), event())).toMatchObject({ success: true });
  });
});

test('what is not supported › answers so', async () => {
  await expect(client.createProjection('p', 'fromAll()')).rejects.toMatchObject({ code: 12 });
});

test('a cluster address › finds the one member', async () => {
  const seed = `127.0.0.1:${log.port}`;
  const other = EventStoreDBClient.connectionString(`esdb://${seed},${seed}?tls=false`);
  expect(await other.appendToStream(newStream(), event())).toMatchObject({ success: true });
  await other.dispose();
});

test('a server that listens on every address › names to a cluster client the one that it came by', async () => {
  const handlers = gossipServer(nodeEnvironment(), () => ({ host: '0.0.0.0', port: 2113 }));
  const cluster = await new Promise<ClusterInfo | null | undefined>((resolve) => {
    const call = { getHost: () => 'events.example:2113' } as unknown as Parameters<typeof handlers.read>[0];
    handlers.read(call, (_, answer) => {
      resolve(answer);
    });
  });
  const member = cluster?.getMembersList()[0]?.getHttpEndPoint();
  expect([member?.getAddress(), member?.getPort()]).toEqual(['events.example', 2113]);
});

test('the health checks of HTTP/1.1 › answer on the same port', async () => {
  expect((await fetch(`http://127.0.0.1:${log.port}/ping`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${log.port}/health/live`)).status).toBe(204);
  expect((await fetch(`http://127.0.0.1:${log.port}/web/index.html`)).status).toBe(404);
});
