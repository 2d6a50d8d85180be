// Front door.
export * from './stock.events.js';
export * from './stock.commands.js';
export * from './stock.js';
