// Front door.
export * from './account.events.js';
