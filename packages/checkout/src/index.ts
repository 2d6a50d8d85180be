// Front door.
export * from './checkout.events.js';
export * from './checkout.js';
