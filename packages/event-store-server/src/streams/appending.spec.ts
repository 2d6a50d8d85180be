// Appends of the official client: over Append and BatchAppend, as EventStoreDB replies to them.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  AccessDeniedError,
  binaryEvent,
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  type Position,
  StreamDeletedError,
  StreamNotFoundError,
} from '@eventstore/db-client';
import { event, events, newStream, serveForSpecs, userCredentials } from '../test/official-client.js';

const served = serveForSpecs();

/** Eleven events with so many bytes of data together, and types and metadata beside it. */
const bytes = (count: number) =>
  Array.from({ length: 11 }, (_, n) =>
    binaryEvent({
      type: 'x'.repeat(1000),
      data: Buffer.alloc(n < 10 ? 100_000 : count - 1_000_000),
      metadata: new Uint8Array(10_000).fill(n),
    }),
  );
describe('an append', () => {
  test('of JSON and of bytes › is read back byte for byte, with a time between before and after', async () => {
    const stream = newStream();
    const before = Date.now();
    const bytes = Uint8Array.from([0, 255, 128, 10]);
    const sent = [
      jsonEvent({ type: 'Json', data: { b: 1, 2: 'ü', __proto__: 1 }, metadata: { $correlationId: 'c' } }),
      jsonEvent({ type: 'Json', data: 'text' }),
      binaryEvent({ type: 'Bytes', data: bytes, metadata: bytes }),
    ];
    const result = await served.client.appendToStream(stream, sent, { expectedRevision: NO_STREAM });
    expect(result).toMatchObject({ success: true, nextExpectedRevision: 2n });
    const got = (await served.read(stream)).map((one) => one.event);
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

  test.each([{ path: 'BatchAppend' }, { path: 'Append', credentials: userCredentials }])(
    'over $path with the wrong revision › gets an error with the expected and the actual revision',
    async ({ credentials: given }) => {
      const stream = newStream();
      await served.client.appendToStream(stream, events(2));
      for (const expectedRevision of [5n, NO_STREAM] as const) {
        const attempt = served.client.appendToStream(stream, event(), {
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
      const missing = served.client.appendToStream(newStream(), event(), {
        expectedRevision: 0n,
        ...(given && { credentials: given }),
      });
      await expect(missing).rejects.toMatchObject({ actualVersion: 'no_stream' });
    },
  );

  test.each([{ path: 'BatchAppend' }, { path: 'Append', credentials: userCredentials }])(
    'over $path of more than 1 MiB › is refused with the limit',
    async ({ credentials: given }) => {
      const stream = newStream();
      const attempt = served.client.appendToStream(stream, bytes(1_048_577), {
        ...(given && { credentials: given }),
      });
      await expect(attempt).rejects.toThrow(MaxAppendSizeExceededError);
      await expect(attempt).rejects.toMatchObject({ maxAppendSize: 1_048_576 });
      await expect(served.read(stream)).rejects.toThrow(StreamNotFoundError);
    },
  );

  test.each([{ path: 'BatchAppend' }, { path: 'Append', credentials: userCredentials }])(
    'over $path of exactly 1 MiB of data › is accepted, however large types and metadata are',
    async ({ credentials: given }) => {
      const stream = newStream();
      const sent = bytes(1_048_576);
      await served.client.appendToStream(stream, sent, { ...(given && { credentials: given }) });
      const got = await served.read(stream);
      expect(got.map(({ event: of }) => of?.data.length)).toEqual(sent.map(({ data }) => data.length));
      expect(got[0]?.event?.metadata).toEqual(sent[0]?.metadata);
    },
  );

  test.each([{ path: 'BatchAppend' }, { path: 'Append', credentials: userCredentials }])(
    'over $path with one id twice › writes both events under it, and once when it is sent again',
    async ({ credentials: given }) => {
      const stream = newStream();
      const id = randomUUID();
      const twice = [0, 1].map((n) => jsonEvent({ id, type: 'Counted', data: { n } }));
      const options = { expectedRevision: NO_STREAM, ...(given && { credentials: given }) } as const;
      const first = await served.client.appendToStream(stream, twice, options);
      expect(first.nextExpectedRevision).toBe(1n);
      expect(await served.client.appendToStream(stream, twice, options)).toEqual(first);
      const got = await served.read(stream);
      expect(got.map(({ event: of }) => of?.id)).toEqual([id, id]);
      expect(got.map(({ event: of }) => of?.data)).toEqual([{ n: 0 }, { n: 1 }]);
    },
  );

  test.each([{ path: 'BatchAppend' }, { path: 'Append', credentials: userCredentials }])(
    'over $path of no events › has a position, and the revision where the stream ends',
    async ({ credentials: given }) => {
      const stream = newStream();
      const { position } = await served.client.appendToStream(stream, events(2));
      const empty = await served.client.appendToStream(stream, [], { ...(given && { credentials: given }) });
      expect(empty.nextExpectedRevision).toBe(1n);
      expect((empty.position as Position).commit).toBeGreaterThanOrEqual((position as Position).commit);
      expect(await served.revisions(stream)).toEqual([0, 1]);
    },
  );

  test.each([
    { what: 'bytes', list: [binaryEvent({ type: 'B', data: Buffer.alloc(1_048_576, 'ü') })] },
    { what: 'many small events', list: events(9000, 'A type of forty-five characters, or about so') },
  ])('of $what, exactly 1 MiB › is accepted, however many bytes it takes on the disk', async ({ list }) => {
    const stream = newStream();
    const { nextExpectedRevision } = await served.client.appendToStream(stream, list);
    expect(nextExpectedRevision).toBe(BigInt(list.length - 1));
    const got = await served.read(stream);
    expect(got.map(({ event: of }) => of?.data)).toEqual(
      list.map(({ data }) => (data instanceof Buffer ? new Uint8Array(data) : data)),
    );
  });

  test.each([{ path: 'BatchAppend' }, { path: 'Append', credentials: userCredentials }])(
    'over $path to the log itself, or under an invalid name › is refused, and the server goes on',
    async ({ credentials: given }) => {
      const options = { ...(given && { credentials: given }) };
      await expect(served.client.appendToStream('$all', event(), options)).rejects.toThrow(AccessDeniedError);
      for (const refused of [
        () => served.client.appendToStream('$$', event(), options),
        () => served.client.appendToStream('x'.repeat(65_535), event(), options),
        () => served.client.appendToStream(newStream(), event(0, ''), options),
        () => served.client.appendToStream(newStream(), event(0, 'x'.repeat(65_536)), options),
      ]) {
        await expect(refused()).rejects.toMatchObject({ type: 'unknown' });
      }
      expect(await served.client.appendToStream('x'.repeat(65_000), event(), options)).toMatchObject({
        success: true,
      });
    },
  );

  test('when the stream must exist › is accepted if it does, and refused if it does not or was deleted', async () => {
    const stream = newStream();
    const append = () => served.client.appendToStream(stream, event(), { expectedRevision: STREAM_EXISTS });
    await expect(append()).rejects.toMatchObject({
      expectedVersion: 'stream_exists',
      actualVersion: 'no_stream',
    });
    await served.client.appendToStream(stream, event());
    expect(await append()).toMatchObject({ nextExpectedRevision: 1n });
    await served.client.deleteStream(stream);
    await expect(append()).rejects.toThrow(StreamDeletedError);
  });

  test('in 625 chunks › is one append', async () => {
    const stream = newStream();
    const result = await served.client.appendToStream(stream, events(5000), { batchAppendSize: 1000 });
    expect(result.nextExpectedRevision).toBe(4999n);
    expect(await served.revisions(stream)).toHaveLength(5000);
  });

  test('of 1 kB, 10,000 times in one tick › is acknowledged each time', async () => {
    const stream = newStream();
    const data = { text: 'x'.repeat(1000) };
    const results = await Promise.all(
      Array.from({ length: 10_000 }, () =>
        served.client.appendToStream(stream, jsonEvent({ type: 'Large', data }), { deadline: 55_000 }),
      ),
    );
    expect(new Set(results.map((one) => one.nextExpectedRevision)).size).toBe(10_000);
  }, 60_000);

  test('sent again with the same ids › is acknowledged and written once', async () => {
    const stream = newStream();
    const list = events(3);
    const first = await served.client.appendToStream(stream, list, { expectedRevision: NO_STREAM });
    await served.client.appendToStream(stream, event());
    expect(await served.client.appendToStream(stream, list, { expectedRevision: NO_STREAM })).toEqual(first);
    expect(await served.client.appendToStream(stream, list)).toEqual(first);
    expect(await served.revisions(stream)).toHaveLength(4);
  });

  test('whose deadline is over › is refused with that reason', async () => {
    await expect(served.client.appendToStream(newStream(), event(), { deadline: -1 })).rejects.toMatchObject({
      type: 'deadline-exceeded',
    });
  });
});
