// The front door for programs that run the engine in their own process: benchmarks and specs.
export { openEngine, type Engine, type EngineOptions } from './engine.js';
