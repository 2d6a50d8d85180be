// Front door.
export * from './wallet.events.js';
export * from './wallet.commands.js';
export * from './wallet.js';
