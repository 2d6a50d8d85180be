// Front door.
export * from './checkout.events.js';
