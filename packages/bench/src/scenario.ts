// Scenarios, and the sizes in which they run. A scenario is a list of cases. Each run of a case starts from nothing, so that
// the runs of all cases can be interleaved and other load of the machine falls on all cases alike.
import type { Grounds } from './grounds.js';
import type { Figures } from './statistics.js';
import { wideShop, type Shop } from './workload.js';

export type Case = {
  /** the system under test */
  readonly system: string;
  /** the parameter that varies: `16 in flight` */
  readonly name: string;
  /** The same seed sends the same requests. @throws when the outcome is wrong: then there is no figure */
  run(this: void, seed: number): Promise<Figures>;
};

export type Scenario = {
  readonly name: string;
  /** one line: the start and the end of the measured time */
  readonly about: string;
  /** Run once: a second run would start with the memory of the first. */
  readonly once?: true;
  cases(scale: Scale, grounds: Grounds): readonly Case[];
};

export type Scale = {
  /** the system that takes the orders, unless the scenario has its own */
  readonly shop: Shop;
  /** callers in flight; each has one order at a time */
  readonly inFlight: readonly number[];
  readonly orders: number;
  readonly buyers: number;
  readonly reservations: number;
  /** sizes of the logs that are opened, rebuilt from, and queried */
  readonly events: readonly number[];
  readonly subscribers: readonly number[];
  /** changes that each subscriber receives */
  readonly changes: number;
};

export const scales = {
  /** the least sizes that can show an error, for the specs */
  smoke: {
    shop: { ...wideShop, skus: 120, customers: 100 },
    inFlight: [8],
    orders: 200,
    buyers: 150,
    reservations: 400,
    events: [2_500],
    subscribers: [3],
    changes: 5,
  },
  /** all scenarios in some minutes */
  short: {
    shop: wideShop,
    inFlight: [1, 16, 64],
    orders: 5_000,
    buyers: 2_000,
    reservations: 100_000,
    events: [100_000],
    subscribers: [1, 100],
    changes: 30,
  },
  full: {
    shop: wideShop,
    inFlight: [1, 16, 64],
    orders: 20_000,
    buyers: 2_000,
    reservations: 1_000_000,
    events: [1_000_000, 5_000_000],
    subscribers: [1, 100, 1_000],
    changes: 60,
  },
} as const satisfies Record<string, Scale>;
