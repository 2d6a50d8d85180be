// The front door of the kernel: the parts that every bounded context is made of. No dependency, no I/O.
export * from './decider.js';
export * from './envelope.js';
export * from './environment.js';
export * from './exhaustive.js';
export * from './ids.js';
export type { Money } from './money.js';
export * as money from './money.js';
export * from './parked.js';
export * from './persistent-map.js';
export * from './process.js';
export * from './projection.js';
export * from './reason.js';
export * from './recent-map.js';
export * from './result.js';
export * from './upcaster.js';
