// Front door.
export { upcasters } from './fulfilment.upcasters.js';
export * from './fulfilment.events.js';
export * from './fulfilment.js';
export { type Fulfilment, type FulfilmentState } from './fulfilment-state.js';
export * from './fulfilment-status.js';
export * from './fulfilment-requests.events.js';
export * from './fulfilment-requests.js';
export {
  canBeRetried as canFulfilmentRetry,
  canBeSettled as canFulfilmentSettle,
} from './fulfilment-decisions.js';
export {
  isFulfilmentStep,
  type FulfilmentCommand,
  type FulfilmentInput,
  type FulfilmentSettings,
} from './fulfilment-steps.js';
