// Front door.
export { upcasters } from './inventory.upcasters.js';
export * from './stock.events.js';
export * from './stock.commands.js';
export * from './stock.js';
export { available, type StockState } from './stock-state.js';
export * from './allocation.events.js';
export * from './allocation.commands.js';
export * from './allocation.js';
