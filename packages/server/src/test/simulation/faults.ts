// The faults of a run: each seed switches on some of them, at rates of its own.
import type { World } from './world.js';

export type Faults = {
  /** mean time between two kills of the shop; Infinity: none */
  readonly crashEveryMs: number;
  /** probability for each sector or commit that was not synced to survive a kill */
  readonly keepsUnsynced: number;
  /** probability for each operation of the disk to fail */
  readonly diskFails: number;
  /** probability for a request to the outside world to get lost, and for a response */
  readonly lostRequests: number;
  readonly lostResponses: number;
  /** probability for a request to arrive twice, and for a webhook */
  readonly repeats: number;
  readonly slowestMs: number;
  /** mean time between two outages of the outside world, each up to five minutes; Infinity: none */
  readonly outageEveryMs: number;
  /** mean time between two jumps of the shop's clock, each up to an hour; Infinity: none */
  readonly clockJumpsEveryMs: number;
};

/** A fault of the product, planted to see that a run finds it. */
export type Planted =
  | 'an answer that does not wait for the disk'
  | 'a gateway that forgets the keys of operations'
  | 'stock that is never released';

export const noFaults: Faults = {
  ...{ crashEveryMs: Infinity, keepsUnsynced: 0.5, diskFails: 0 },
  ...{ lostRequests: 0, lostResponses: 0, repeats: 0, slowestMs: 50 },
  ...{ outageEveryMs: Infinity, clockJumpsEveryMs: Infinity },
};

const minute = 60_000;

export function faultsOf({ chance, below, random }: World): Faults {
  const often = (most: number): number => (chance(0.5) ? random.next() * most : 0);
  return {
    crashEveryMs: chance(0.75) ? minute * (0.5 + 4 * random.next()) : Infinity,
    keepsUnsynced: [0, 0.5, 1][below(3)] ?? 0,
    diskFails: chance(0.25) ? 0.002 * random.next() : 0,
    lostRequests: often(0.3),
    lostResponses: often(0.4),
    repeats: often(0.5),
    slowestMs: chance(0.5) ? 40_000 : 300,
    outageEveryMs: chance(0.3) ? 10 * minute : Infinity,
    clockJumpsEveryMs: chance(0.2) ? 10 * minute : Infinity,
  };
}

/** Repeats an action at random moments, so many milliseconds apart on average, while `isOn`. */
export function nowAndThen(world: World, everyMs: number, isOn: () => boolean, run: () => void): void {
  if (everyMs === Infinity) return;
  const next = (): void => {
    world.after(2 * everyMs * world.random.next(), () => {
      if (!isOn()) return;
      run();
      next();
    });
  };
  next();
}
