// The topics in Kafka. Reads committed records alone. The caller keeps the offsets: there is no consumer group.
import { setTimeout } from 'node:timers/promises';
import {
  CommittedReader,
  ConnectionRefused,
  OffsetOutOfRange,
  refusedBy,
  UnknownTopic,
  type KafkaSettings,
  type ReadRecord,
} from '@holdfast/bridge';
import { partitionKey, type Offsets, type TopicBatch, type TopicRecord, type Topics } from './topics.js';

export type KafkaTopicsOptions = {
  readonly kafka: KafkaSettings;
  readonly names: readonly string[];
  /** how long Kafka may be away, once for each time: Infinity for a consumer that follows */
  readonly patienceMs: number;
  /** called with the first failure of each time that Kafka is away; it is tried again */
  onError(this: void, error: unknown): void;
};

/** The brokers are not there, refuse the client, or have failed for too long. */
export class KafkaUnreachable extends Error {
  override readonly name = 'KafkaUnreachable';
}

/** Between two looks at topics that have nothing new, and between two tries. */
const pollMs = 500;

type Partition = { readonly topic: string; readonly partition: number };

export const kafkaTopics = ({ kafka, names, patienceMs, onError }: KafkaTopicsOptions): Topics => ({
  read: async function* (from, signal) {
    const reader = new CommittedReader(kafka, 'holdfast-analytics');
    const reached = new Map(from);
    let partitions: readonly Partition[] | null = null;
    try {
      for (let failingSince: number | null = null; !signal.aborted;) {
        let batch: TopicBatch;
        try {
          partitions ??= await partitionsOf(reader, names);
          batch = await nextBatch(reader, partitions, reached);
          failingSince = null;
        } catch (error) {
          // The records are deleted, so trying again is useless.
          if (error instanceof OffsetOutOfRange) throw error;
          if (failingSince === null) onError(unreachable(kafka, error));
          failingSince ??= performance.now();
          if (performance.now() - failingSince >= patienceMs) throw unreachable(kafka, error);
          partitions = null;
          await pause(signal);
          continue;
        }
        for (const [key, next] of batch.next) reached.set(key, next);
        yield batch;
        if (!batch.isCaughtUp) continue;
        // A topic may have been made, or have more partitions now.
        partitions = null;
        await pause(signal);
      }
    } finally {
      await reader.close();
    }
  },
});

/** Names the settings that are at fault, where the brokers refuse the connection. */
function unreachable({ brokers }: KafkaSettings, cause: unknown): KafkaUnreachable {
  const refused = refusedBy(brokers, cause);
  const fault = `Kafka can't be read at ${brokers.join(', ')}: ${innermost(cause)}`;
  const why = refused instanceof ConnectionRefused ? `${fault}. ${refused.message}` : fault;
  return new KafkaUnreachable(why, { cause });
}

/** The client wraps one error into another, the first of several into the outer one. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = (error instanceof AggregateError ? (error.errors[0] as unknown) : undefined) ?? error.cause;
  return inner === undefined ? error.message : innermost(inner);
}

/** Ends early when the consumer is stopped. */
const pause = (signal: AbortSignal): Promise<unknown> =>
  setTimeout(pollMs, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });

async function partitionsOf(
  reader: CommittedReader,
  names: readonly string[],
): Promise<readonly Partition[]> {
  const found: Partition[] = [];
  for (const topic of names) {
    try {
      const { partitionsCount } = await reader.topic(topic);
      for (let partition = 0; partition < partitionsCount; partition += 1) found.push({ topic, partition });
    } catch (error) {
      // The bridge has not made it yet: it is empty.
      if (!(error instanceof UnknownTopic)) throw error;
    }
  }
  return found;
}

/** One page of each partition. */
async function nextBatch(
  reader: CommittedReader,
  partitions: readonly Partition[],
  reached: Offsets,
): Promise<TopicBatch> {
  const records: TopicRecord[] = [];
  const next = new Map<string, bigint>();
  let isCaughtUp = true;
  for (const { topic, partition } of partitions) {
    const key = partitionKey(topic, partition);
    const from = reached.get(key) ?? (await reader.bounds(topic, partition)).first;
    const page = await reader.read(topic, partition, from, 0);
    records.push(...page.records.map(topicRecord));
    if (page.next > from) next.set(key, page.next);
    if (page.next < page.end) isCaughtUp = false;
  }
  return { records, next, isCaughtUp };
}

const topicRecord = ({ topic, partition, offset, value, headers }: ReadRecord): TopicRecord => ({
  ...{ topic, partition, offset },
  value: value ?? Buffer.alloc(0),
  headers: Object.fromEntries(headers),
});
