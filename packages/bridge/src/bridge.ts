// The bridge as a whole: the log out to Kafka, and commands in from it.
import type { EventStore } from '@holdfast/event-store';
import type { Environment, Position } from '@holdfast/kernel';
import type { ReadStore } from '@holdfast/read-store';
import type { ParkingConsumer } from '@holdfast/runtime';
import { withAliases, type Alias } from './integration/aliases.js';
import {
  RegistryUnavailable,
  type IntegrationEventsOf,
  type Serialise,
} from './integration/integration-event.js';
import { integrationEventsOf } from './integration/integration-events.js';
import { publicCategories } from './integration/publication.js';
import { topics } from './integration/public-events.js';
import type { CommandDoors } from './inbound/doors.js';
import { deadLetterTopic, startInbound } from './inbound/inbound-runner.js';
import { ConnectionRefused, kafkaCodesOf } from './kafka/kafka-errors.js';
import type { KafkaSettings } from './kafka/kafka-settings.js';
import { ensureTopics, type TopicKind } from './kafka/topics.js';
import { startOutbound } from './outbound/outbound-runner.js';
import { checkpointTopic, publisherOf, type Mode } from './outbound/publishers.js';
import type { Publisher } from './outbound/publisher.js';
import { readSchemas } from './serialisation/schemas.js';
import { openSchemaRegistry } from './serialisation/schema-registry.js';
import { createSerialise, type Format } from './serialisation/serialise.js';

export type BridgeSettings = KafkaSettings & {
  /** of its clients, its transactional id and its checkpoint in Kafka: the same at every start, and another for every log */
  readonly name: string;
  readonly mode: Mode;
  /** where the very first run begins */
  readonly start: 'beginning' | 'now';
  readonly format: Format;
  /** null: no registry, so that the format decides */
  readonly registryUrl: string | null;
  readonly aliases: readonly Alias[];
  /** null: no commands are taken from Kafka */
  readonly commandsTopic: string | null;
};

export type BridgeOptions = {
  readonly settings: BridgeSettings;
  readonly store: EventStore;
  /** fenced by the lease, where several processes share the work */
  readonly readStore: ReadStore;
  /** the commands of this shop for those from Kafka; absent: none are taken */
  readonly doors?: CommandDoors;
  readonly environment: Environment;
  onError(this: void, error: unknown): void;
};

export type Bridge = {
  readonly consumer: ParkingConsumer;
  /** every event up to here is published, parked, or gives no integration event */
  handled(): Position;
  /** why publishing failed last; null when it has succeeded since */
  problem(): Problem | null;
  readonly publishes: Publishes;
  stop(): Promise<void>;
};

/** `message` is for an operator. `registry`: the schema registry is away or refuses. */
export type Problem = {
  readonly fault: ConnectionRefused['fault'] | 'registry' | 'other';
  readonly message: string;
};

/** How events get to Kafka. `avro-with-registry`: in Confluent's wire format, whatever the format in the settings. */
export type Publishes = { readonly delivery: Mode; readonly format: Format | 'avro-with-registry' };

/** The bridge among the consumers of the log. */
export const bridgeConsumer = 'bridge';

export const prefixesOf = (): readonly string[] => publicCategories.map((category) => `${category}-`);

export const sourceOf = ({ name }: Pick<BridgeSettings, 'name'>): string => `/${name}`;

/** How stored events become records, by the settings. */
export function publicationOf({
  aliases: wanted,
  format,
  registryUrl,
}: Pick<BridgeSettings, 'aliases' | 'format' | 'registryUrl'>): {
  readonly eventsOf: IntegrationEventsOf;
  readonly serialise: Serialise;
} {
  const registry = registryUrl === null ? null : openSchemaRegistry(registryUrl);
  return {
    eventsOf: async (event, read) => withAliases(await integrationEventsOf(event, read), wanted),
    serialise: createSerialise({ schemas: readSchemas(), format, registry }),
  };
}

/** Starts the bridge. Kafka need not run yet: the bridge waits for it. */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { settings, readStore, environment, doors } = options;
  const { mode, name, commandsTopic: topic } = settings;
  const kafka: KafkaSettings = settings;
  const outbound = await startOutbound({
    ...options,
    ...publicationOf(settings),
    name: bridgeConsumer,
    prefixes: prefixesOf(),
    source: sourceOf(settings),
    start: settings.start,
    openPublisher: (signal, onError) => {
      const publishing = { kafka, mode, name, consumer: bridgeConsumer, readStore, environment, onError };
      return makingTopics({ settings, onError }, publisherOf(publishing, signal));
    },
  });
  const inbound =
    topic === null || doors === undefined ? null : startInbound({ ...options, kafka, name, topic, doors });
  return {
    consumer: outbound.consumer,
    handled: () => outbound.handled(),
    problem: () => {
      const error = outbound.lastError();
      return error && problemOf(error);
    },
    publishes: {
      delivery: mode,
      format: settings.registryUrl === null ? settings.format : 'avro-with-registry',
    },
    stop: async () => {
      await Promise.all([outbound.stop(), inbound?.stop()]);
    },
  };
}

function problemOf(error: Error): Problem {
  if (error instanceof ConnectionRefused) return { fault: error.fault, message: error.message };
  if (error instanceof RegistryUnavailable) return { fault: 'registry', message: error.message };
  return error.cause instanceof Error ? problemOf(error.cause) : { fault: 'other', message: error.message };
}

/** Makes missing topics before the first record. An operator may have made them, and forbidden others to make topics. */
function makingTopics(
  { settings, onError }: Pick<BridgeOptions, 'settings' | 'onError'>,
  publisher: Publisher,
): Publisher {
  return {
    ...publisher,
    begin: async () => {
      try {
        await ensureTopics(settings, settings.name, topicsOf(settings));
      } catch (error) {
        if (!kafkaCodesOf(error).some((code) => code.endsWith('AUTHORIZATION_FAILED'))) throw error;
        onError(error);
      }
      return publisher.begin();
    },
  };
}

function topicsOf({ mode, aliases: wanted, commandsTopic }: BridgeSettings): ReadonlyMap<string, TopicKind> {
  const taken = commandsTopic === null ? [] : [commandsTopic, deadLetterTopic(commandsTopic)];
  const events: readonly string[] = [...topics, ...wanted, ...taken];
  const made = new Map<string, TopicKind>(events.map((topic) => [topic, 'events']));
  if (mode === 'exactly-once') made.set(checkpointTopic, 'checkpoint');
  return made;
}
