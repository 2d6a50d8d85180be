// The topics in Kafka. Reads what is committed, and asks the offsets of nobody but the caller: there is no consumer group.
import { setTimeout } from 'node:timers/promises';
import {
  CommittedReader,
  OffsetOutOfRange,
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
  /** called with each failure that is tried again */
  onError(this: void, error: unknown): void;
};

/** Between two looks at topics that have nothing new, and between two tries. */
const pollMs = 500;

type Partition = { readonly topic: string; readonly partition: number };

export const kafkaTopics = ({ kafka, names, patienceMs, onError }: KafkaTopicsOptions): Topics => ({
  read: async function* (from, signal) {
    const reader = new CommittedReader(kafka, 'holdfast-analytics');
    const reached = new Map(from);
    let partitions: readonly Partition[] | null = null;
    try {
      for (let failing = 0; !signal.aborted;) {
        let batch: TopicBatch;
        try {
          partitions ??= await partitionsOf(reader, names);
          batch = await nextBatch(reader, partitions, reached);
          failing = 0;
        } catch (error) {
          // Waiting brings no records back.
          if (error instanceof OffsetOutOfRange || failing >= patienceMs) throw error;
          onError(error);
          failing += pollMs;
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
