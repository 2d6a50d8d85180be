// Front door.
export { upcasters } from './wallet.upcasters.js';
export * from './deposit.events.js';
export * from './deposit.js';
export * from './wallet.events.js';
export * from './wallet.commands.js';
export * from './wallet.js';
export { available, type WalletState } from './wallet-state.js';
export type { CardPart } from './card-money.js';
