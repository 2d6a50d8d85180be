// Runs a process manager: inputs in log order per process, decisions appended first, then the work that the new state
// asks for. Nothing is kept but the decisions: after a crash the live processes are loaded and their pending work is
// sent again, under the same command ids.
import type { DomainCommand, DomainEvent, Position } from '@holdfast/kernel';
import { beforeAll } from '@holdfast/kernel';
import { andThen } from './awaitable.js';
import type { ParkingConsumer } from './parked-events.js';
import { openParking } from './parking.js';
import { noPast, readPastDecisions } from './past-decisions.js';
import { createProcessFeed, type ProcessFeedHandler } from './process-feed.js';
import { isOutage } from './process-inputs.js';
import { logCollection } from './same-log.js';
import { processConsumer, liveCollection, belongsTo } from './process-names.js';
import { assemble, type Parts, type ProcessRunnerOptions } from './process-parts.js';

export type ProcessRunner = {
  readonly consumer: ParkingConsumer;
  /** position up to which every input has had its effect, written but perhaps not synced */
  handled(): Position;
  /** processes with work or a deadline pending */
  live(): number;
  stop(): Promise<void>;
};

const loadedAtOnce = 100;

export async function startProcess<I extends DomainEvent, E extends DomainEvent, S, C extends DomainCommand>(
  options: ProcessRunnerOptions<I, E, S, C>,
): Promise<ProcessRunner> {
  const { store, readStore, process: manager, environment, partition, onError } = options;
  const parking = await openParking(store, environment, processConsumer(manager.name));
  await readStore.define([{ name: liveCollection(manager.name, partition), indexes: {} }, logCollection]);
  const feed = createProcessFeed({ store, environment, streamPrefixes: manager.inputPrefixes, onError });
  const parts = assemble(options, parking, feed);
  const { instances, queue, recording, inputs, checkpoints } = parts;
  feed.start(feedHandler(options, parts));
  checkpoints.start();
  return {
    consumer: {
      parking,
      owns: belongsTo(partition),
      retry: async (event, actor, reason) => {
        await inputs.handleAgain(event);
        await parking.retried(event.position, actor, reason);
      },
      reload: async ({ key, position }, actor, reason) => {
        parking.unblock(position);
        queue.forget(key);
        await queue.resume(await instances.load(key));
        await parking.retried(position, actor, reason);
      },
    },
    handled: parts.handled,
    live: checkpoints.live,
    stop: async () => {
      await feed.stop();
      await Promise.all([...recording.unsettled()].map(queue.recordNow)).catch(onError);
      parts.timers.clear();
      await checkpoints.stop();
    },
  };
}

/** Begins behind the checkpoint with the live processes' pending work, and passes the inputs on. */
function feedHandler<I extends DomainEvent, E extends DomainEvent, S, C extends DomainCommand>(
  { store, environment, process: manager, partition }: ProcessRunnerOptions<I, E, S, C>,
  parts: Parts<I, S>,
): ProcessFeedHandler {
  const { reading, batches, instances, recording, queue, inputs, aside, checkpoints } = parts;

  const resumeIfReadable = async (id: string): Promise<void> => {
    if (aside.isSetAside(id)) return;
    try {
      await andThen(instances.load(id), queue.resume);
    } catch (error) {
      if (isOutage(error)) throw error;
      await aside.setAside(id, error);
    }
  };

  return {
    async start(started) {
      instances.restart();
      parts.timers.clear();
      parts.deadlines.clear();
      reading.isLive = false;
      const saved = await checkpoints.load();
      // This comes last: a checkpoint saved before must stay before the lost decisions.
      recording.clear();
      batches.reset(saved.position);
      reading.past =
        saved.position === beforeAll
          ? await readPastDecisions({ store, environment }, manager, belongsTo(partition))
          : noPast;
      for (const [id, folded] of reading.past.live) if (folded !== null) instances.add(id, folded);
      started();
      const live = [...new Set([...saved.live, ...reading.past.live.keys()])];
      for (let n = 0; n < live.length; n += loadedAtOnce)
        await Promise.all(live.slice(n, n + loadedAtOnce).map(resumeIfReadable));
      return saved.position;
    },
    handle(batch) {
      const close = batches.open(batch.position);
      return andThen(inputs.handle(batch), () => {
        reading.isLive ||= batch.caughtUp;
        if (batch.caughtUp) reading.past = noPast;
        close();
      });
    },
  };
}
