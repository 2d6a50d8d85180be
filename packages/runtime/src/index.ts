// The front door of the runtime.
export { Cache } from './cache.js';
export * from './command-handler.js';
export * from './contract.js';
export * from './feed.js';
export * from './leases.js';
export * from './node-environment.js';
export { createParkedEvents, parkedId, type ParkingConsumer } from './parked-events.js';
export * from './process-runner.js';
export { groupCheckpoint } from './generations.js';
export * from './projection-reader.js';
export * from './projection-runner.js';
export { openRemoteProjections } from './remote-projections.js';
export { askForParkedEvents, followRequests } from './requests.js';
export { isOfThisLog } from './same-log.js';
export { openSnapshots, type Snapshots } from './snapshots.js';
export { shownForm, UnreadableEvent, whenReadable, withUpcasting } from './upcasting.js';
export { andThen, isPending } from './awaitable.js';
