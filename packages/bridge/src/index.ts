// The front door of the bridge.
export type {
  IntegrationEvent,
  IntegrationEventsOf,
  ReadStream,
  SerialisedEvent,
  Serialise,
} from './integration/integration-event.js';
export { RegistryUnavailable } from './integration/integration-event.js';
