// The lanes in memory, with their folds: bounded in number, and in the commands that all folds together remember.
import type { AnyAggregate, RecordedEvent } from '@holdfast/kernel';
import { Cache } from './cache.js';
import { evolve, type Fold } from './fold.js';
import type { Lane } from './lane-attempt.js';
import { whenReadable } from './upcasting.js';

/** Commands remembered over all streams, some 250 bytes each: 100 MB. */
const rememberedInAll = 400_000;

export function createLaneMemory(cachedStreams: number) {
  const lanes = new Cache<string, Lane>(cachedStreams);
  /** busy lanes, so that an evicted lane is not opened twice */
  const working = new Map<string, Lane>();
  /** Upper bound of the number of remembered commands: commands of evicted folds count until the next recount. */
  let remembered = 0;

  return {
    open: (aggregate: AnyAggregate, stream: string): Lane => {
      const found = lanes.get(stream) ?? working.get(stream);
      if (found !== undefined) return found;
      const lane: Lane = { stream, aggregate, fold: null, seen: -1, jobs: [], busy: false };
      lanes.set(stream, lane);
      return lane;
    },
    begin: (lane: Lane): void => {
      lane.busy = true;
      working.set(lane.stream, lane);
    },
    end: (lane: Lane): void => {
      lane.busy = false;
      working.delete(lane.stream);
    },
    forget: ({ stream }: Lane): void => {
      lanes.delete(stream);
    },
    known: (stream: string): Fold | null => {
      const lane = lanes.get(stream) ?? working.get(stream);
      const fold = lane?.fold ?? null;
      return lane !== undefined && fold !== null && fold.revision >= lane.seen ? fold : null;
    },
    learn: (events: readonly RecordedEvent[]): void => {
      for (const event of events) {
        const lane = lanes.peek(event.stream) ?? working.get(event.stream);
        if (lane === undefined || event.revision <= lane.seen) continue;
        lane.seen = event.revision;
        if (lane.fold === null || lane.busy || event.revision !== lane.fold.revision + 1) continue;
        // An event that can't be read fails the next command of its stream, which reads on; other streams go on.
        whenReadable(() => {
          if (lane.fold !== null) evolve(lane.fold, event);
        });
      }
    },
    /** Counts newly remembered commands. Above the limit it forgets folds that were not used lately; all, if need be. */
    grow: (commands: number): void => {
      remembered += commands;
      if (remembered <= rememberedInAll) return;
      lanes.age();
      remembered = 0;
      for (const { fold } of lanes.values()) remembered += fold?.recent.size ?? 0;
      if (remembered <= rememberedInAll / 2) return;
      lanes.clear();
      remembered = 0;
    },
  };
}
