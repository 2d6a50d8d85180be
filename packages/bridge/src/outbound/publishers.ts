// Makes the publisher for the mode of delivery in the settings.
import type { Environment } from '@holdfast/kernel';
import type { ReadStore } from '@holdfast/read-store';
import { reactorCheckpoint } from '@holdfast/runtime';
import { CommittedReader } from '../kafka/committed-reader.js';
import type { KafkaSettings } from '../kafka/kafka-settings.js';
import { exactlyOncePublisher } from './exactly-once-publisher.js';
import { atLeastOncePublisher, type Publisher } from './publisher.js';

export type Mode = 'at-least-once' | 'exactly-once';

export type PublisherOptions = {
  readonly kafka: KafkaSettings;
  readonly mode: Mode;
  /** of the bridge in Kafka: its clients, its transactional id, its checkpoint */
  readonly name: string;
  /** of the bridge among the consumers of the log */
  readonly consumer: string;
  readonly readStore: ReadStore;
  readonly environment: Environment;
  onError(this: void, error: unknown): void;
};

/** The topic with the position of every bridge that publishes exactly once, each under its name. */
export const checkpointTopic = 'holdfast-bridge-checkpoints';

export function publisherOf(options: PublisherOptions, signal: AbortSignal): Publisher {
  const { kafka, mode, name, consumer, readStore } = options;
  const supervision = { ...options, clientId: name, signal };
  if (mode === 'at-least-once') return atLeastOncePublisher(supervision);
  const reader = new CommittedReader(kafka, `${name}-checkpoint`);
  const checkpoint = reactorCheckpoint(consumer);
  const firstCommit = `${checkpoint}:exactly-once:${name}`;
  const publisher = exactlyOncePublisher({
    ...supervision,
    transactionalId: name,
    reader,
    checkpointTopic,
    mustHoldLease: async () => {
      // A position that is stored already: this changes nothing, and is refused to a bridge without the lease.
      const stored = await readStore.checkpoint(checkpoint);
      if (stored !== null) await readStore.apply([], { name: checkpoint, position: stored });
    },
    first: {
      isDone: async () => (await readStore.checkpoint(firstCommit)) !== null,
      done: async (position) => {
        await readStore.apply([], { name: firstCommit, position });
      },
    },
  });
  return {
    ...publisher,
    close: async () => {
      await publisher.close();
      await reader.close();
    },
  };
}
