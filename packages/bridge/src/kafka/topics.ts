// Makes missing topics. Existing topics stay unchanged: the operator decides their partitions and retention.
import { Admin } from '@platformatic/kafka';
import { kafkaCodesOf, refusedBy } from './kafka-errors.js';
import { clientOptions, type KafkaSettings } from './kafka-settings.js';

export type TopicKind = 'events' | 'checkpoint';

/** Partitions of a topic that the bridge makes. The number must never change, because each key's partition depends on it. */
const eventPartitions = 6;

/** Records are kept for ever, so that a new consumer can begin at the first one. */
const eventConfiguration = { 'retention.ms': '-1' } as const;

/** Few small segments, so that old checkpoints are soon compacted away. */
const checkpointConfiguration = {
  'cleanup.policy': 'compact',
  'segment.ms': '3600000',
  'min.cleanable.dirty.ratio': '0.1',
} as const;

/** @throws ConnectionRefused, and what the brokers refuse */
export async function ensureTopics(
  kafka: KafkaSettings,
  clientId: string,
  topics: ReadonlyMap<string, TopicKind>,
): Promise<void> {
  const admin = new Admin(clientOptions(kafka, clientId));
  try {
    const there = new Set(await admin.listTopics());
    for (const [name, kind] of topics) {
      if (there.has(name)) continue;
      try {
        await admin.createTopics({
          topics: [name],
          partitions: kind === 'events' ? eventPartitions : 1,
          // as many as the brokers have by default
          replicas: -1,
          configs: Object.entries(kind === 'checkpoint' ? checkpointConfiguration : eventConfiguration).map(
            ([key, value]) => ({ name: key, value }),
          ),
        });
      } catch (error) {
        // Another bridge was faster.
        if (!kafkaCodesOf(error).includes('TOPIC_ALREADY_EXISTS')) throw error;
      }
    }
  } catch (error) {
    throw refusedBy(kafka.brokers, error);
  } finally {
    await admin.close();
  }
}
