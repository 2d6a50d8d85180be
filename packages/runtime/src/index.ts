// The front door of the runtime.
export * from './contract.js';
