// Reads of the official client: of streams, of the whole log, of streams with metadata, and of deleted streams.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { EventStoreDBClient } from '@eventstore/db-client';
import {
  BACKWARDS,
  binaryEvent,
  END,
  NO_STREAM,
  type Position,
  START,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { event, events, newStream, serveForSpecs, userCredentials } from '../test/official-client.js';

/** milliseconds added to the server's clock */
let laterMs = 0;

const served = serveForSpecs({ clock: { now: () => Date.now() + laterMs } });

describe('a read', () => {
  test('of a stream › runs in both directions from a revision, the start or the end', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(600));
    expect(await served.revisions(stream)).toHaveLength(600);
    expect(await served.revisions(stream, { fromRevision: 598n })).toEqual([598, 599]);
    expect(await served.revisions(stream, { maxCount: 2 })).toEqual([0, 1]);
    expect(await served.revisions(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 2 })).toEqual([
      599, 598,
    ]);
    expect(await served.revisions(stream, { direction: BACKWARDS, fromRevision: 1n })).toEqual([1, 0]);
    expect(await served.revisions(stream, { direction: BACKWARDS, fromRevision: START })).toEqual([0]);
  });

  test('of a stream that does not exist › is refused with that reason', async () => {
    await expect(served.read(newStream())).rejects.toThrow(StreamNotFoundError);
  });

  test('of all › runs in both directions and includes the position it begins at', async () => {
    const [a, b] = [newStream(), newStream()];
    const { position } = await served.client.appendToStream(a, event());
    await served.client.appendToStream(b, events(2));
    const all = async (options: Parameters<EventStoreDBClient['readAll']>[0]) => {
      const seen: string[] = [];
      for await (const { event: of } of served.client.readAll(options)) seen.push(of?.streamId ?? '');
      return seen;
    };
    const fromPosition = position as Position;
    expect(await all({ fromPosition })).toEqual([a, b, b]);
    expect(await all({ fromPosition, maxCount: 1 })).toEqual([a]);
    expect(await all({ direction: BACKWARDS, fromPosition: END, maxCount: 3 })).toEqual([b, b, a]);
  });

  test('of a link › returns the event it points to, and the link', async () => {
    const [target, links] = [newStream(), newStream()];
    await served.client.appendToStream(target, events(2));
    await served.client.appendToStream(links, [
      binaryEvent({ type: '$>', data: Buffer.from(`1@${target}`) }),
      binaryEvent({ type: '$>', data: Buffer.from(`7@${target}`) }),
    ]);
    const [there, gone] = await served.read(links, { resolveLinkTos: true });
    expect(there).toMatchObject({ event: { streamId: target, revision: 1n }, link: { streamId: links } });
    expect(gone).toMatchObject({ link: { revision: 1n } });
    expect(gone?.event).toBeUndefined();
    expect((await served.read(links))[0]).toMatchObject({ event: { type: '$>' } });
  });

  test('of a link that names no event › returns the link as a plain event', async () => {
    const stream = newStream();
    const payloads = ['no link', '1', '@stream', 'x@stream', ''];
    await served.client.appendToStream(
      stream,
      payloads.map((text) => binaryEvent({ type: '$>', data: Buffer.from(text) })),
    );
    const got = await served.read(stream, { resolveLinkTos: true });
    expect(got.map(({ event: of }) => Buffer.from(of?.data as Uint8Array).toString())).toEqual(payloads);
    expect(got.map(({ link }) => link)).toEqual(payloads.map(() => undefined));
  });

  test('of an event that the program itself wrote › returns its data and metadata as JSON', async () => {
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
    await served.log
      .store()
      .append(stream, [{ id: randomUUID(), type: 'Own', data: { a: 1 }, metadata }], 'no_stream');
    const [own] = await served.read(stream);
    expect(own?.event).toMatchObject({ data: { a: 1 }, metadata, isJson: true, created: new Date(at) });
  });
});

describe('metadata of a stream', () => {
  test('is read back as it was set, and has its own revisions', async () => {
    const stream = newStream();
    expect(await served.client.getStreamMetadata(stream)).toEqual({ streamName: stream });
    await served.client.setStreamMetadata(stream, { maxCount: 7, custom: { a: [1] } });
    await served.client.setStreamMetadata(stream, { maxCount: 8 }, { expectedRevision: 0n });
    expect(await served.client.getStreamMetadata(stream)).toMatchObject({
      streamName: stream,
      metadata: { maxCount: 8 },
    });
  });

  test('with $maxCount or $tb › hides the earlier events, and revisions go on', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(10));
    await served.client.setStreamMetadata(stream, { maxCount: 3 });
    expect(await served.revisions(stream)).toEqual([7, 8, 9]);
    expect(await served.revisions(stream, { direction: BACKWARDS, fromRevision: END })).toEqual([9, 8, 7]);
    expect(await served.revisions(stream, { fromRevision: 2n, maxCount: 2 })).toEqual([7, 8]);
    await served.client.appendToStream(stream, event());
    expect(await served.revisions(stream)).toEqual([8, 9, 10]);
    await served.client.setStreamMetadata(stream, { truncateBefore: 5 });
    expect(await served.revisions(stream)).toEqual([5, 6, 7, 8, 9, 10]);
  });

  test('with $maxAge › hides older events, until the stream reads as empty', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(2));
    await served.client.setStreamMetadata(stream, { maxAge: 3600 });
    expect(await served.revisions(stream)).toEqual([0, 1]);
    laterMs += 3_601_000;
    expect(await served.revisions(stream)).toEqual([]);
    laterMs = 0;
  });
});

describe('a deleted stream', () => {
  test('is not found, may begin again, and its revisions go on', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(3));
    expect(await served.client.deleteStream(stream, { expectedRevision: 2n })).toHaveProperty('position');
    await expect(served.read(stream)).rejects.toThrow(StreamNotFoundError);
    const again = [event()];
    const result = await served.client.appendToStream(stream, again, { expectedRevision: NO_STREAM });
    expect(result.nextExpectedRevision).toBe(3n);
    expect(await served.client.appendToStream(stream, again, { expectedRevision: NO_STREAM })).toEqual(
      result,
    );
    expect(await served.revisions(stream)).toEqual([3]);
    await served.client.deleteStream(stream);
    await served.client.appendToStream(stream, event(), { expectedRevision: 3n });
    expect(await served.revisions(stream)).toEqual([4]);
  });

  test('that is given new metadata › exists again, without the deleted events', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(3));
    await served.client.deleteStream(stream);
    await served.client.setStreamMetadata(stream, { colour: 'blue' });
    expect(await served.revisions(stream)).toEqual([]);
    await served.client.appendToStream(stream, event());
    await served.client.setStreamMetadata(stream, { colour: 'red' });
    expect(await served.revisions(stream)).toEqual([3]);
    expect(await served.client.getStreamMetadata(stream)).toMatchObject({ metadata: { colour: 'red' } });
  });

  test('when another revision was expected › stays, and the refusal names the actual one', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(4));
    for (const remove of [
      () => served.client.deleteStream(stream, { expectedRevision: 2n }),
      () => served.client.tombstoneStream(stream, { expectedRevision: 2n }),
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
    expect(await served.revisions(stream)).toHaveLength(4);
  });

  test('that never existed › is refused, but may be tombstoned', async () => {
    const stream = newStream();
    await expect(served.client.deleteStream(stream, { expectedRevision: NO_STREAM })).rejects.toThrow(
      WrongExpectedVersionError,
    );
    await served.client.tombstoneStream(stream, { expectedRevision: NO_STREAM });
    await expect(served.read(stream)).rejects.toThrow(StreamDeletedError);
  });

  test('with a tombstone › is deleted permanently, for reads, appends and its metadata', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(2));
    await served.client.tombstoneStream(stream);
    const calls: readonly (() => Promise<unknown>)[] = [
      () => served.read(stream),
      () => served.client.appendToStream(stream, event()),
      () => served.client.appendToStream(stream, event(), { credentials: userCredentials }),
      () => served.client.deleteStream(stream),
      () => served.client.setStreamMetadata(stream, { maxCount: 1 }),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(StreamDeletedError);
    await expect(served.read(stream)).rejects.toMatchObject({ streamName: stream });
  });
});
