// The front door for programs that run the engine themselves: the benchmarks, and specs.
export { openEngine, type Engine, type EngineOptions } from './engine.js';
