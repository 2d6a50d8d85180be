// Deletion is metadata, as on EventStoreDB: these values are written into `$$stream`, and invalid values there are ignored.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  binaryEvent,
  END,
  NO_STREAM,
  STREAM_EXISTS,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { event, events, newStream, serveForSpecs } from '../test/official-client.js';
import { streamIdentifier } from '../wire.js';

const served = serveForSpecs();

/** The JSON of every revision of a stream's metadata, byte for byte. */
const metadataOf = async (stream: string): Promise<string[]> => {
  const written = await served.log.store().readStream(`$$${stream}`);
  const plain = written.map(({ data, metadata }) => {
    const marks = (metadata as unknown as { readonly $holdfast: { readonly data?: string } }).$holdfast;
    return marks.data === undefined
      ? JSON.stringify(data)
      : Buffer.from(String(data), 'base64').toString('utf8');
  });
  return plain;
};
/** Sets metadata to any JSON text. */
const setMetadata = async (stream: string, json: string): Promise<void> => {
  await served.client.appendToStream(
    `$$${stream}`,
    binaryEvent({ type: '$metadata', data: Buffer.from(json) }),
  );
};

const deleted = '{"$tb":9223372036854775807}';

describe('a delete', () => {
  test('writes the largest revision as $tb, and nothing else of the metadata stays', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(3));
    await served.client.setStreamMetadata(stream, { maxCount: 2, colour: 'blue' });
    await served.client.deleteStream(stream);
    expect((await metadataOf(stream)).at(-1)).toBe(deleted);
    await expect(served.revisions(stream)).rejects.toThrow(StreamNotFoundError);
  });

  test('and an append after it › writes $tb at the next revision, once', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(3));
    await served.client.deleteStream(stream);
    await served.client.appendToStream(stream, events(2));
    await served.client.appendToStream(stream, event());
    expect(await metadataOf(stream)).toEqual([deleted, '{"$tb":3}']);
    expect(await served.revisions(stream)).toEqual([3, 4, 5]);
  });

  test('and metadata set after it › keeps that metadata, with $tb at the next revision, and the stream is empty', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(2));
    await served.client.deleteStream(stream, { expectedRevision: 1n });
    await served.client.setStreamMetadata(stream, { maxCount: 1, colour: 'blue' }, { expectedRevision: 0n });
    const written = await metadataOf(stream);
    expect(written).toHaveLength(3);
    expect(JSON.parse(written[2] ?? '')).toEqual({ $maxCount: 1, colour: 'blue', $tb: 2 });
    expect(await served.revisions(stream)).toEqual([]);
    await expect(
      served.client.appendToStream(stream, event(), { expectedRevision: NO_STREAM }),
    ).rejects.toThrow(WrongExpectedVersionError);
    await served.client.appendToStream(stream, events(2));
    expect(await served.revisions(stream)).toEqual([3]);
  });

  test('of a deleted stream › is refused as deleted when the stream must exist, and carried out when it must not', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(2));
    await served.client.deleteStream(stream);
    // The Node client can't send this expectation; other clients can.
    const options = new streams.DeleteReq.Options()
      .setStreamIdentifier(streamIdentifier(stream))
      .setStreamExists(new shared.Empty());
    const request = new streams.DeleteReq().setOptions(options);
    const refusal = await new Promise((resolve) => served.raw.delete(request, resolve));
    expect(refusal).toMatchObject({ code: 9, details: `Event stream '${stream}' is deleted.` });
    expect(await served.client.deleteStream(stream, { expectedRevision: NO_STREAM })).toHaveProperty(
      'position',
    );
    expect(await metadataOf(stream)).toEqual([deleted, deleted]);
    expect(await served.client.tombstoneStream(stream, { expectedRevision: NO_STREAM })).toHaveProperty(
      'position',
    );
  });
});

test('the largest $tb, set by hand › deletes the stream, and subscribers get the event that revives it', async () => {
  const stream = newStream();
  await served.client.appendToStream(stream, events(2));
  const subscription = served.client.subscribeToStream(stream, { fromRevision: END });
  await new Promise((resolve) => subscription.on('caughtUp', resolve).on('data', () => undefined));
  await setMetadata(stream, deleted);
  await expect(served.revisions(stream)).rejects.toThrow(StreamNotFoundError);
  const seen = new Promise((resolve) => subscription.on('data', ({ event: of }) => resolve(of?.revision)));
  await served.client.appendToStream(stream, event(), { expectedRevision: NO_STREAM });
  expect(await seen).toBe(2n);
  expect(await served.revisions(stream)).toEqual([2]);
  expect((await metadataOf(stream)).at(-1)).toBe('{"$tb":2}');
  await subscription.unsubscribe();
});

test('a revived stream, when the server stopped before it wrote its $tb › shows its new events, and gets its $tb at the next append', async () => {
  const stream = newStream();
  await served.client.appendToStream(stream, events(2));
  await served.client.deleteStream(stream);
  const at = '2026-01-02T03:04:05.678Z';
  const metadata = {
    correlationId: 'c',
    causationId: 'c',
    commandId: 'c',
    actor: 'system',
    at,
    schemaVersion: 1,
  };
  await served.log.store().append(stream, [{ id: randomUUID(), type: 'Own', data: {}, metadata }], 1);
  expect(await served.revisions(stream)).toEqual([2]);
  await served.client.appendToStream(stream, event(), { expectedRevision: 2n });
  expect(await served.revisions(stream)).toEqual([2, 3]);
  expect(await metadataOf(stream)).toEqual([deleted, '{"$tb":2}']);
});

test('a stream that has metadata and no events › exists for an append that expects it, and is not found by a read', async () => {
  const stream = newStream();
  await served.client.setStreamMetadata(stream, { maxCount: 7 });
  await expect(served.revisions(stream)).rejects.toThrow(StreamNotFoundError);
  await served.client.appendToStream(stream, event(), { expectedRevision: STREAM_EXISTS });
  expect(await served.revisions(stream)).toEqual([0]);
});

describe('metadata that is not a whole number of at least 1', () => {
  const values = ['1.5', '0', '-1', '2.0', '1e1', '"2"', 'true', 'null', '9223372036854775808'];
  const fields = ['$maxCount', '$maxAge', '$tb'];
  const cases = fields.flatMap((field) => values.map((value) => ({ field, value })));

  test.each(cases)('$field $value › is ignored, by reads and by subscriptions', async ({ field, value }) => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(3));
    await setMetadata(stream, `{"${field}":${value}}`);
    expect(await served.revisions(stream)).toEqual([0, 1, 2]);
    const subscription = served.client.subscribeToStream(stream);
    const seen: unknown[] = [];
    for await (const { event: of } of subscription) if (seen.push(of?.revision) === 3) break;
    expect(seen).toEqual([0n, 1n, 2n]);
    await subscription.unsubscribe();
  });
});
