// Front door.
export { upcasters } from './ordering.upcasters.js';
export * from './order.events.js';
export * from './order.commands.js';
export * from './order-lines.js';
export * from './order-status.js';
export type { OrderState } from './order-state.js';
export * from './order.js';
