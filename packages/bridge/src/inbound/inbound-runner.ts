// Takes commands from a topic into the log. Each partition has a stream, and the stream's last event has the next offset.
// So a record is taken once, and the offsets in Kafka do not matter. They are committed after the durable append, for
// Kafka's own tools only.
import type { EventStore } from '@holdfast/event-store';
import type { Environment, RecordedEvent } from '@holdfast/kernel';
import { backoffMs, delay } from '@holdfast/runtime';
import { Admin } from '@platformatic/kafka';
import { CommittedReader, type ReadPage, type ReadRecord } from '../kafka/committed-reader.js';
import { clientOptions, type KafkaSettings } from '../kafka/kafka-settings.js';
import { messagesOf, superviseProducer, type SupervisedProducer } from '../kafka/supervised-producer.js';
import type { KafkaRecord } from '../kafka/records.js';
import type { CommandDoors } from './doors.js';
import { envelopeOf, inboxStream, longestCommand, readCommand } from './inbox.js';
import type { InboxEvent } from './inbox.events.js';

export type InboundOptions = {
  readonly kafka: KafkaSettings;
  /** of the clients, and of the consumer group whose offsets are committed */
  readonly name: string;
  readonly topic: string;
  readonly doors: CommandDoors;
  readonly store: EventStore;
  readonly environment: Environment;
  onError(this: void, error: unknown): void;
};

export type InboundRunner = { stop(): Promise<void> };

export const deadLetterTopic = (topic: string): string => `${topic}-dead-letter`;

const retry = { baseMs: 100, limitMs: 5_000 };
const waitMs = 500;

/** Kafka has deleted commands, by their age or by hand, before they were taken. */
export class RecordsLost extends Error {
  override readonly name = 'RecordsLost';
}

/** The number of partitions has changed: all of them are followed anew. */
class Repartitioned extends Error {
  override readonly name = 'Repartitioned';
}

export function startInbound(options: InboundOptions): InboundRunner {
  const { environment, name, kafka, onError } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const deadLetters = superviseProducer({
    ...options,
    clientId: `${name}-dead-letter`,
    transactionalId: null,
    signal,
  });

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!isAborted(signal)) {
      const reader = new CommittedReader(kafka, `${name}-commands`);
      const admin = new Admin(clientOptions(kafka, `${name}-offsets`));
      try {
        await followTopic({ ...options, reader, admin, deadLetters }, signal, () => {
          failures = 0;
        });
      } catch (error) {
        if (!isAborted(signal) && !(error instanceof Repartitioned)) onError(error);
        failures += 1;
      }
      await Promise.allSettled([reader.close(), admin.close()]);
      if (failures > 0) await delay(environment, backoffMs(retry, failures, environment.random), signal);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      await deadLetters.close();
    },
  };
}

/** A function, because after one check the compiler takes `aborted` for false in the lines below it. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

type Following = InboundOptions & {
  readonly reader: CommittedReader;
  readonly admin: Admin;
  readonly deadLetters: SupervisedProducer;
};

/** Follows all partitions until one of them fails. */
async function followTopic(following: Following, signal: AbortSignal, onProgress: () => void): Promise<void> {
  const { reader, topic } = following;
  const { id, partitionsCount } = await reader.topic(topic);
  const ending = new AbortController();
  const ended = AbortSignal.any([signal, ending.signal]);
  const partitions = Array.from({ length: partitionsCount }, (_, partition) =>
    followPartition(following, { id, partition, partitionsCount }, ended, onProgress),
  );
  try {
    await Promise.all(partitions);
  } finally {
    ending.abort();
    await Promise.allSettled(partitions);
  }
}

type Place = { readonly id: string; readonly partition: number; readonly partitionsCount: number };

async function followPartition(
  following: Following,
  { id, partition, partitionsCount }: Place,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<void> {
  const { reader, store, topic } = following;
  const stream = inboxStream(id, partition);
  const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
  const { first } = await reader.bounds(topic, partition);
  const taken = last === undefined ? -1 : (last as RecordedEvent<InboxEvent>).data.offset;
  // These records are lost. The other partitions go on.
  if (taken >= 0 && first > taken + 1)
    following.onError(
      new RecordsLost(
        `offsets ${taken + 1} to ${first - 1n} of ${topic}/${partition} were deleted before they were taken`,
      ),
    );
  let next = BigInt(taken + 1) < first ? first : BigInt(taken + 1);
  let revision = last?.revision ?? -1;
  while (!signal.aborted) {
    const page = await reader.read(topic, partition, next, waitMs);
    if (page.records.length > 0) revision = await take(following, { id, stream, revision }, page);
    next = page.next;
    onProgress();
    const known = (await reader.metadata({ topics: [topic] })).topics.get(topic);
    if (known?.partitionsCount !== partitionsCount) throw new Repartitioned(topic);
  }
}

/** Bytes of commands in one append. With their envelopes they stay far below the limit of an append. */
const appendBytes = 500_000;

/** Dead letters first, then the durable append, then the commit. Returns the stream's last revision. */
async function take(
  following: Following,
  { id, stream, revision }: { readonly id: string; readonly stream: string; readonly revision: number },
  { records, next }: ReadPage,
): Promise<number> {
  const { store, doors, environment } = following;
  const at = new Date(environment.clock.now()).toISOString();
  let last = revision;
  for (const group of groupsOf(records)) {
    const events = group.map((record) => readCommand(record, doors));
    const dead = events.flatMap((event, n) =>
      event.type === 'CommandDeadLettered' ? [deadLetterOf(group[n] as ReadRecord, event.data.reason)] : [],
    );
    if (dead.length > 0)
      await following.deadLetters.untilDone((producer) => producer.send({ messages: messagesOf(dead) }));
    const expected = last === -1 ? 'no_stream' : last;
    const appended = await store.append(
      stream,
      events.map((event) => envelopeOf(id, event, at)),
      expected,
    );
    // Another bridge was faster: the partition is read again from the offset that it has reached.
    if (!appended.ok) throw new Error(`${stream} was written by another bridge`);
    await store.synced(appended.value.position);
    last = appended.value.revision;
  }
  await commit(following, records[0] as ReadRecord, next);
  return last;
}

/** Commits the offset. The bridge does not depend on it, so an error is only reported. */
async function commit(
  { admin, name, onError }: Following,
  { topic, partition }: ReadRecord,
  offset: bigint,
): Promise<void> {
  const topics = [{ name: topic, partitionOffsets: [{ partition, offset }] }];
  await admin.alterConsumerGroupOffsets({ groupId: name, topics }).catch(onError);
}

function groupsOf(records: readonly ReadRecord[]): readonly (readonly ReadRecord[])[] {
  const groups: ReadRecord[][] = [];
  let bytes = Infinity;
  for (const record of records) {
    const size = (record.value?.length ?? 0) + 1_000;
    if (bytes + size > appendBytes) {
      groups.push([]);
      bytes = 0;
    }
    bytes += size;
    groups.at(-1)?.push(record);
  }
  return groups;
}

/** Makes a dead letter: the record unchanged, with its origin and the reason why it is no command. */
function deadLetterOf(
  { topic, partition, offset, key, value, headers }: ReadRecord,
  reason: string,
): KafkaRecord {
  const told = new Map(headers)
    .set('dead_letter_topic', topic)
    .set('dead_letter_partition', String(partition))
    .set('dead_letter_offset', String(offset))
    .set('dead_letter_reason', reason);
  return {
    topic: deadLetterTopic(topic),
    key: key ?? Buffer.alloc(0),
    // With the reason added, the record would be too large.
    value: value === null || value.length > longestCommand ? Buffer.alloc(0) : value,
    headers: new Map([...told].map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
  };
}
