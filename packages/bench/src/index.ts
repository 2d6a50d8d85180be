// The benchmarks' front door, for the specs that run them small.
export { runSaga, type SagaRun } from './saga.js';
