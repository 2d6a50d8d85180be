// The front door of the bridge.
export type {
  IntegrationEvent,
  IntegrationEventsOf,
  ReadStream,
  SerialisedEvent,
  Serialise,
} from './integration/integration-event.js';
export { RegistryUnavailable } from './integration/integration-event.js';
export { aliases, isAlias, withAliases, type Alias } from './integration/aliases.js';
export { integrationEventsOf, OrderUnknown } from './integration/integration-events.js';
export { publication, publicCategories } from './integration/publication.js';
export {
  publicTypes,
  schemaUri,
  topics,
  type PublicEvent,
  type PublicEvents,
  type PublicMoney,
  type PublicType,
  type Topic,
} from './integration/public-events.js';
export {
  createDeserialise,
  type Deserialise,
  type ReceivedEvent,
  type ReceivedRecord,
} from './serialisation/deserialise.js';
export { openSchemaRegistry, type SchemaRegistry } from './serialisation/schema-registry.js';
export { readSchemas, schemaFolder, type Schemas } from './serialisation/schemas.js';
export { createSerialise, type Format, type SerialiseOptions } from './serialisation/serialise.js';
export { SchemaRefused, Undeserialisable, Unserialisable } from './serialisation/unserialisable.js';
export {
  bridgeConsumer,
  prefixesOf,
  startBridge,
  type Bridge,
  type BridgeOptions,
  type BridgeSettings,
  type Problem,
  type Publishes,
} from './bridge.js';
export { replay, type EventsReplayed, type Replayed } from './outbound/replay.js';
export {
  CommittedReader,
  OffsetOutOfRange,
  UnknownTopic,
  type ReadPage,
  type ReadRecord,
} from './kafka/committed-reader.js';
export { ConnectionRefused, refusedBy } from './kafka/kafka-errors.js';
export type { KafkaSettings } from './kafka/kafka-settings.js';
export { answerCategory, commandAnswer, type RecordAnswer } from './inbound/answer.js';
export { commandReactor } from './inbound/command-reactor.js';
export type { CommandDoor, CommandDoors, Refusal } from './inbound/doors.js';
export type { AnswerEvent, InboxEvent } from './inbound/inbox.events.js';
