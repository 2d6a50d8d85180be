// Front door.
export { upcasters } from './inventory.upcasters.js';
export * from './stock.events.js';
export * from './stock.commands.js';
export * from './stock.js';
export { available, type StockState } from './stock-state.js';
