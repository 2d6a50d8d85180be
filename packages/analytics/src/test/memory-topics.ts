// Topics in memory, with what Kafka may do to a consumer: records again, partitions, small batches.
import type { IntegrationEvent, Serialise } from '@holdfast/bridge';
import {
  partitionKey,
  type Offsets,
  type TopicBatch,
  type TopicRecord,
  type Topics,
} from '../topics/topics.js';

export type MemoryTopics = Topics & {
  /** appends an event as the bridge does */
  publish(this: void, ...events: readonly IntegrationEvent[]): Promise<void>;
  /** appends a record as it is */
  append(this: void, record: Pick<TopicRecord, 'topic' | 'value' | 'headers'>): void;
  readonly records: readonly TopicRecord[];
};

/** `read` ends once everything was read: no spec publishes while it collects. */
export function memoryTopics(serialise: Serialise, { batchSize = 100 } = {}): MemoryTopics {
  const records: TopicRecord[] = [];
  const ends = new Map<string, bigint>();
  const append: MemoryTopics['append'] = ({ topic, value, headers }) => {
    const offset = ends.get(topic) ?? 0n;
    ends.set(topic, offset + 1n);
    records.push({ topic, partition: 0, offset, value, headers });
  };
  return {
    records,
    append,
    publish: async (...events) => {
      for (const event of events) {
        const { value, headers } = await serialise(event);
        const { id, type, subject, time, dataSchema, topic } = event;
        const attributes = {
          ce_id: id,
          ce_type: type,
          ce_subject: subject,
          ce_time: time,
          ce_dataschema: dataSchema,
        };
        append({ topic, value, headers: { ...headers, ...attributes } });
      }
    },
    read: async function* (from: Offsets, signal: AbortSignal): AsyncGenerator<TopicBatch> {
      const left = records.filter(
        ({ topic, partition, offset }) => offset >= (from.get(partitionKey(topic, partition)) ?? 0n),
      );
      await Promise.resolve();
      for (let start = 0; start < left.length && !signal.aborted; start += batchSize)
        yield batchOf(left.slice(start, start + batchSize), start + batchSize >= left.length);
      if (left.length === 0) yield { records: [], next: new Map(), isCaughtUp: true };
    },
  };
}

const batchOf = (records: readonly TopicRecord[], isCaughtUp: boolean): TopicBatch => ({
  records,
  next: new Map(records.map(({ topic, partition, offset }) => [partitionKey(topic, partition), offset + 1n])),
  isCaughtUp,
});
