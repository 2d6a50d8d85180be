// A log as the bridge publishes it, without Kafka.
import { memoryTopics, type MemoryTopics } from '@holdfast/analytics/test/memory-topics';
import { createSerialise, integrationEventsOf, readSchemas } from '@holdfast/bridge';
import type { EventStore } from '@holdfast/event-store';

const pageOfEvents = 1000;

export async function publishedLog(store: EventStore): Promise<MemoryTopics> {
  const serialise = createSerialise({ schemas: readSchemas(), format: 'json', registry: null });
  const topics = memoryTopics(serialise, { batchSize: 10_000 });
  for (let after = -1; ;) {
    const events = await store.readAll({ after, limit: pageOfEvents });
    for (const event of events)
      await topics.publish(...(await integrationEventsOf(event, async (stream) => store.readStream(stream))));
    after = events.at(-1)?.position ?? after;
    if (events.length < pageOfEvents) return topics;
  }
}
