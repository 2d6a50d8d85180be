// The front door of the runtime.
export { backoffMs, type Backoff } from './backoff.js';
export { Cache } from './cache.js';
export * from './command-handler.js';
export * from './commands.js';
export * from './projections.js';
export * from './feed.js';
export { delay, follow, type FollowOptions } from './follow.js';
export { countBehind, history, revisionAt } from './history.js';
export { fenced } from './fenced.js';
export type { Work } from './leases.js';
export { partitionOf } from './partitions.js';
export * from './worker.js';
export * from './node-environment.js';
export { impatient, remembering } from './outages.js';
export * from './parked-events.js';
export { openParking, type Parking } from './parking.js';
export { processCheckpoint, processConsumer, type ProcessPartition } from './process-names.js';
export type { ProcessRunnerOptions } from './process-parts.js';
export { startProcess, type ProcessRunner } from './process-runner.js';
export { createCheckpoint, reactorCheckpoint, type Checkpoint } from './reactor-checkpoint.js';
export * from './reactor-runner.js';
export { groupCheckpoint } from './generations.js';
export * from './projection-reader.js';
export * from './projection-runner.js';
export { heldIn, NothingHeld, UnknownProjection, type Rebuilds } from './rebuilds.js';
export type { RebuildDiff, RebuildSample } from './rebuild-diff.js';
export { openRemoteProjections } from './remote-projections.js';
export {
  askForParkedEvents,
  followRequests,
  recordRebuild,
  type Request,
  type RequestAnswered,
} from './requests.js';
export { isOfThisLog } from './same-log.js';
export { openSnapshots, type Snapshots } from './snapshots.js';
export { lagBehind, type Lag } from './lag.js';
export { isForeign, withOwnEvents, type OwnEvents } from './own-events.js';
export { shownForm, UnreadableEvent, whenReadable, withUpcasting } from './upcasting.js';
export { andThen, isPending } from './awaitable.js';
export { takingTurns, type Turn } from './turns.js';
