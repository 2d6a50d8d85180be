// Front door.
export { upcasters } from './fulfilment.upcasters.js';
export * from './fulfilment.events.js';
export * from './fulfilment.js';
export { type Fulfilment, type FulfilmentState } from './fulfilment-state.js';
export * from './fulfilment-status.js';
export { type FulfilmentCommand, type FulfilmentInput } from './fulfilment-steps.js';
