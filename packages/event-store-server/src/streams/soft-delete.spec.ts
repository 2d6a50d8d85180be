// Deletion is metadata, as on EventStoreDB: what is written into `$$stream`, and what values there say nothing.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  binaryEvent,
  END,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  STREAM_EXISTS,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { credentials } from '@grpc/grpc-js';
import { type ServedLog, serveLog } from '../test/served-log.js';
import { streamIdentifier } from '../wire.js';

let log: ServedLog;
let client: EventStoreDBClient;
let raw: StreamsClient;

beforeAll(async () => {
  log = await serveLog();
  client = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${log.port}?tls=false`);
  raw = new StreamsClient(`127.0.0.1:${log.port}`, credentials.createInsecure());
});
afterAll(async () => {
  raw.close();
  await client.dispose();
  await log.dispose();
});

const event = () => jsonEvent({ type: 'Counted', data: {} });
const events = (count: number) => Array.from({ length: count }, event);
const newStream = (): string => `stream-${randomUUID()}`;

const revisions = async (stream: string): Promise<number[]> => {
  const seen: number[] = [];
  for await (const { event: of } of client.readStream(stream)) seen.push(Number(of?.revision));
  return seen;
};
/** The JSON of every revision of a stream's metadata, byte for byte. */
const metadataOf = async (stream: string): Promise<string[]> => {
  const written = await log.store().readStream(`$$${stream}`);
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
  await client.appendToStream(`$$${stream}`, binaryEvent({ type: '$metadata', data: Buffer.from(json) }));
};

const deleted = '{"$tb":9223372036854775807}';

describe('a delete', () => {
  test('writes the largest revision as $tb, and nothing else of the metadata stays', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(3));
    await client.setStreamMetadata(stream, { maxCount: 2, colour: 'blue' });
    await client.deleteStream(stream);
    expect((await metadataOf(stream)).at(-1)).toBe(deleted);
    await expect(revisions(stream)).rejects.toThrow(StreamNotFoundError);
  });

  test('and an append after it › writes $tb at the next revision, once', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(3));
    await client.deleteStream(stream);
    await client.appendToStream(stream, events(2));
    await client.appendToStream(stream, event());
    expect(await metadataOf(stream)).toEqual([deleted, '{"$tb":3}']);
    expect(await revisions(stream)).toEqual([3, 4, 5]);
  });

  test('and metadata set after it › keeps what was set, with $tb at the next revision, and the stream is empty', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(2));
    await client.deleteStream(stream, { expectedRevision: 1n });
    await client.setStreamMetadata(stream, { maxCount: 1, colour: 'blue' }, { expectedRevision: 0n });
    const written = await metadataOf(stream);
    expect(written).toHaveLength(3);
    expect(JSON.parse(written[2] ?? '')).toEqual({ $maxCount: 1, colour: 'blue', $tb: 2 });
    expect(await revisions(stream)).toEqual([]);
    await expect(client.appendToStream(stream, event(), { expectedRevision: NO_STREAM })).rejects.toThrow(
      WrongExpectedVersionError,
    );
    await client.appendToStream(stream, events(2));
    expect(await revisions(stream)).toEqual([3]);
  });

  test('of a deleted stream › is refused as deleted when it has to exist, and done when it must not', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(2));
    await client.deleteStream(stream);
    // the Node client has no way to ask for it, others have
    const options = new streams.DeleteReq.Options()
      .setStreamIdentifier(streamIdentifier(stream))
      .setStreamExists(new shared.Empty());
    const request = new streams.DeleteReq().setOptions(options);
    const refusal = await new Promise((resolve) => raw.delete(request, resolve));
    expect(refusal).toMatchObject({ code: 9, details: `Event stream '${stream}' is deleted.` });
    expect(await client.deleteStream(stream, { expectedRevision: NO_STREAM })).toHaveProperty('position');
    expect(await metadataOf(stream)).toEqual([deleted, deleted]);
    expect(await client.tombstoneStream(stream, { expectedRevision: NO_STREAM })).toHaveProperty('position');
  });
});

test('the largest $tb, set by hand › deletes: the stream is not found, and subscribers see what revives it', async () => {
  const stream = newStream();
  await client.appendToStream(stream, events(2));
  const subscription = client.subscribeToStream(stream, { fromRevision: END });
  await new Promise((resolve) => subscription.on('caughtUp', resolve).on('data', () => undefined));
  await setMetadata(stream, deleted);
  await expect(revisions(stream)).rejects.toThrow(StreamNotFoundError);
  const seen = new Promise((resolve) => subscription.on('data', ({ event: of }) => resolve(of?.revision)));
  await client.appendToStream(stream, event(), { expectedRevision: NO_STREAM });
  expect(await seen).toBe(2n);
  expect(await revisions(stream)).toEqual([2]);
  expect((await metadataOf(stream)).at(-1)).toBe('{"$tb":2}');
  await subscription.unsubscribe();
});

test('a stream of which the server stopped before it wrote that it is revived › shows its new events, and says so at the next append', async () => {
  const stream = newStream();
  await client.appendToStream(stream, events(2));
  await client.deleteStream(stream);
  const at = '2026-01-02T03:04:05.678Z';
  const metadata = {
    correlationId: 'c',
    causationId: 'c',
    commandId: 'c',
    actor: 'system',
    at,
    schemaVersion: 1,
  };
  await log.store().append(stream, [{ id: randomUUID(), type: 'Own', data: {}, metadata }], 1);
  expect(await revisions(stream)).toEqual([2]);
  await client.appendToStream(stream, event(), { expectedRevision: 2n });
  expect(await revisions(stream)).toEqual([2, 3]);
  expect(await metadataOf(stream)).toEqual([deleted, '{"$tb":2}']);
});

test('a stream that has metadata alone › exists for an append that asks for it, and is not found by a read', async () => {
  const stream = newStream();
  await client.setStreamMetadata(stream, { maxCount: 7 });
  await expect(revisions(stream)).rejects.toThrow(StreamNotFoundError);
  await client.appendToStream(stream, event(), { expectedRevision: STREAM_EXISTS });
  expect(await revisions(stream)).toEqual([0]);
});

describe('metadata that is no whole number from 1 on', () => {
  const values = ['1.5', '0', '-1', '2.0', '1e1', '"2"', 'true', 'null', '9223372036854775808'];
  const fields = ['$maxCount', '$maxAge', '$tb'];
  const cases = fields.flatMap((field) => values.map((value) => ({ field, value })));

  test.each(cases)('$field $value › is ignored, by reads and by subscriptions', async ({ field, value }) => {
    const stream = newStream();
    await client.appendToStream(stream, events(3));
    await setMetadata(stream, `{"${field}":${value}}`);
    expect(await revisions(stream)).toEqual([0, 1, 2]);
    const subscription = client.subscribeToStream(stream);
    const seen: unknown[] = [];
    for await (const { event: of } of subscription) if (seen.push(of?.revision) === 3) break;
    expect(seen).toEqual([0n, 1n, 2n]);
    await subscription.unsubscribe();
  });
});
