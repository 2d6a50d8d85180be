// The front door of testing: the language of specs. Imported by specs only.
export * from './decider-specification.js';
export * from './eventually.js';
export * from './fake-environment.js';
export * from './golden-events.js';
export { lastingPort } from './lasting-port.js';
export { patience } from './patience.js';
export * from './process-specification.js';
export * from './projection-specification.js';
export * from './recorder.js';
export { seeds } from './seeds.js';
export * from './wire.js';
