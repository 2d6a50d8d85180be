// Random calls of the protocol, made by a seed: requests that a client could send, with bytes changed in some, and bytes that are
// no request. Each gets a result or a status of its own fault, and the log stays whole. SEEDS=<n> runs that many seeds.
import { describe, expect, test } from '@jest/globals';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import persistent from '@eventstore/db-client/generated/persistent_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { seeds } from '@holdfast/testing';
import fc, { type Arbitrary } from 'fast-check';
import type { Message } from 'google-protobuf';
import { event, serveForSpecs } from './test/official-client.js';
import { streamIdentifier } from './wire.js';

const served = serveForSpecs();

type Call = { readonly path: string; readonly messages: readonly Uint8Array[] };

const empty = (): shared.Empty => new shared.Empty();
const names = fc.oneof(
  fc.constantFrom('a', 'b', '$$a', '$all', '$et-Counted', ''),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const stream = names.map((name) => streamIdentifier(name));
const revision = fc.constantFrom('0', '1', '5', '18446744073709551615', '9007199254740993');
const uuid = fc.oneof(fc.uuid(), fc.constantFrom('', 'x', '00000000-0000-0000-0000-000000000000'));
const id = uuid.map((text) => new shared.UUID().setString(text));

/** The revision that the request expects of the stream: one of the four kinds, or none. */
const expected = <T extends Record<'setNoStream' | 'setAny' | 'setStreamExists', (is: shared.Empty) => T>>(
  options: T,
  n: number,
): T =>
  [() => options, () => options.setNoStream(empty()), () => options.setAny(empty())][n % 3]?.() ?? options;

const metadata = fc.dictionary(
  fc.constantFrom('type', 'content-type', 'x'),
  fc.constantFrom('Counted', 'application/json', 'application/octet-stream', '', '$metadata', '$>'),
);
const proposed = fc
  .record({ id, metadata, data: fc.uint8Array({ maxLength: 60 }), custom: fc.uint8Array({ maxLength: 8 }) })
  .map((one) => {
    const message = new streams.AppendReq.ProposedMessage().setId(one.id).setData(one.data);
    for (const [key, value] of Object.entries(one.metadata)) message.getMetadataMap().set(key, value);
    return new streams.AppendReq().setProposedMessage(message.setCustomMetadata(one.custom));
  });
const appends = fc
  .tuple(stream, fc.nat(2), fc.array(proposed, { maxLength: 3 }), fc.boolean())
  .map(([to, n, events, hasOptions]) => {
    const options = expected(new streams.AppendReq.Options().setStreamIdentifier(to), n);
    return [...(hasOptions ? [new streams.AppendReq().setOptions(options)] : []), ...events];
  });

const reads = fc
  .record({
    stream,
    revision,
    n: fc.nat(5),
    count: fc.constantFrom('0', '1', '1000', '18446744073709551615'),
  })
  .map((one) => {
    const { Options } = streams.ReadReq;
    const place = new Options.StreamOptions().setStreamIdentifier(one.stream);
    if (one.n % 2 === 0) place.setRevision(one.revision);
    const position = new Options.Position().setCommitPosition(one.revision).setPreparePosition(one.revision);
    const options = new Options().setNoFilter(empty()).setCount(one.count);
    if (one.n < 3) options.setStream(place);
    else options.setAll(new Options.AllOptions().setPosition(position));
    if (one.n === 5) options.setSubscription(new Options.SubscriptionOptions());
    options.setReadDirection(
      one.n % 2 === 0 ? Options.ReadDirection.FORWARDS : Options.ReadDirection.BACKWARDS,
    );
    if (one.n !== 4) options.setUuidOption(new Options.UUIDOption().setString(empty()));
    return [new streams.ReadReq().setOptions(options)];
  });

const deletions = fc
  .tuple(stream, fc.nat(2))
  .map(([of, n]) => [
    new streams.DeleteReq().setOptions(expected(new streams.DeleteReq.Options().setStreamIdentifier(of), n)),
  ]);

const groups = fc.tuple(stream, names, fc.integer({ min: -1, max: 5 })).map(([of, name, n]) => {
  const { Options, Settings } = persistent.CreateReq;
  const settings = new Settings()
    .setMaxRetryCount(n)
    .setReadBatchSize(n * 3)
    .setHistoryBufferSize(n * 9);
  const place = new persistent.CreateReq.StreamOptions().setStreamIdentifier(of).setStart(empty());
  const options = new Options().setGroupName(name).setSettings(settings);
  return [new persistent.CreateReq().setOptions(n === 0 ? options : options.setStream(place))];
});
const groupReads = fc.tuple(stream, names, fc.integer({ min: -1, max: 20 })).map(([of, name, size]) => {
  const options = new persistent.ReadReq.Options().setStreamIdentifier(of).setGroupName(name);
  return [new persistent.ReadReq().setOptions(options.setBufferSize(size))];
});

const inStreams = '/event_store.client.streams.Streams';
const inGroups = '/event_store.client.persistent_subscriptions.PersistentSubscriptions';

/** Changes some bytes: a field of another type, another length, a text that is no UTF-8. */
const changed = (bytes: Uint8Array, changes: readonly (readonly [number, number])[]): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte;
  return copy;
};
const changes = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 3 }),
);

const call = (path: string, messages: Arbitrary<readonly Message[]>): Arbitrary<Call> =>
  fc.tuple(messages, changes).map(([made, at]) => ({
    path,
    messages: made.map((one) => changed(one.serializeBinary(), at)),
  }));

const calls: Arbitrary<Call> = fc.oneof(
  call(`${inStreams}/Append`, appends),
  call(`${inStreams}/Read`, reads),
  call(`${inStreams}/Delete`, deletions),
  call(`${inGroups}/Create`, groups),
  call(`${inGroups}/Read`, groupReads),
  fc.record({
    path: fc.constantFrom(
      ...['Append', 'BatchAppend', 'Read', 'Delete'].map((name) => `${inStreams}/${name}`),
    ),
    messages: fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 2 }),
  }),
);

const asIs = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
/** Longer than any of the calls takes. A subscription is cancelled after this time. */
const deadlineMs = 300;

/** Makes the call, and returns the error that ends it; null when it ends well. */
const made = (client: Client, { path, messages }: Call): Promise<ServiceError | null> =>
  new Promise((resolve) => {
    const running = client.makeBidiStreamRequest(path, asIs, asIs, { deadline: Date.now() + deadlineMs });
    running.on('error', resolve);
    running.on('end', () => {
      resolve(null);
    });
    running.resume();
    for (const message of messages) running.write(message);
    running.end();
  });

/** INTERNAL is the status of gRPC for bytes that are no message, and of EventStoreDB for impossible settings of a group. */
const isOfCaller = ({ code, details }: ServiceError): boolean =>
  code === status.INTERNAL
    ? /deserializ|out of the range of valid values/i.test(details)
    : code !== status.UNKNOWN && code !== status.UNAVAILABLE && code !== status.DATA_LOSS;

describe.each(seeds(2))('random calls of seed %i', (seed) => {
  test('each ends well, or with a status of the fault of its caller', async () => {
    const client = new Client(`127.0.0.1:${served.log.port}`, credentials.createInsecure());
    const group = fc.array(calls, { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(group, async (several) => {
      const errors = await Promise.all(several.map((one) => made(client, one)));
      for (const error of errors)
        expect(error === null || isOfCaller(error) ? null : `${error.code}: ${error.details}`).toBeNull();
    });
    await fc.assert(property, { seed, numRuns: 60 });
    client.close();
  }, 60_000);

  test('leave a log behind that is whole, and a server that goes on', async () => {
    const stored = await served.log.store().readAll();
    const last = new Map<string, number>();
    for (const { stream: name, revision: at } of stored) {
      expect(at).toBe((last.get(name) ?? -1) + 1);
      last.set(name, at);
    }
    expect(stored.length).toBeGreaterThan(5);
    expect(await served.client.appendToStream(`after-${seed}`, event())).toMatchObject({ success: true });
  });
});
