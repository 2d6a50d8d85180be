// Front door.
export * from './order.events.js';
export * from './order.commands.js';
