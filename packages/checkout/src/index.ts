// Front door.
export { upcasters } from './checkout.upcasters.js';
export * from './checkout.events.js';
export * from './checkout.js';
