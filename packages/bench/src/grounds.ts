// The surroundings of scenarios: temporary folders, logs that several scenarios read, and the systems to measure.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHoldfast, stockShop } from './holdfast.js';
import { callers, type Market, type System } from './orders.js';
import { seeded } from './random.js';
import { filledShop, ordersIn, type Shop } from './workload.js';

export type Grounds = {
  /** the systems that the comparing scenarios send orders to */
  readonly systems: readonly System[];
  /** Runs `action` in an empty folder. */
  inFolder<T>(this: void, run: (folder: string) => Promise<T>): Promise<T>;
  /** Runs `action` with a new market whose shop is stocked. */
  atMarket<T>(
    this: void,
    system: System,
    options: { readonly shop: Shop; readonly inFlight: number },
    run: (market: Market) => Promise<T>,
  ): Promise<T>;
  /** A cleanly closed data directory whose log has at least this many events: `filledShop` and its orders. */
  filled(this: void, events: number): Promise<string>;
  /** Reports progress. */
  say(this: void, line: string): void;
  /** Removes all folders and processes that were made. */
  close(): Promise<void>;
};

export function createGrounds(
  systems: readonly System[],
  say: (line: string) => void = () => undefined,
): Grounds {
  const made = new Set<string>();
  const logs = new Map<number, Promise<string>>();
  const newFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
    made.add(folder);
    return folder;
  };
  const remove = async (folder: string): Promise<void> => {
    await rm(folder, { recursive: true });
    made.delete(folder);
  };
  const inFolder: Grounds['inFolder'] = async (run) => {
    const folder = await newFolder();
    try {
      return await run(folder);
    } finally {
      await remove(folder);
    }
  };
  return {
    systems,
    say,
    inFolder,
    atMarket: (system, { shop, inFlight }, run) =>
      inFolder(async (folder) => {
        const market = await system.open({ folder, shop, inFlight });
        try {
          return await run(market);
        } finally {
          await market.close();
        }
      }),
    filled: (events) => {
      const log =
        logs.get(events) ??
        newFolder().then((folder) => {
          say(`filling a log with ${events.toLocaleString('en')} events`);
          return fill(folder, events);
        });
      logs.set(events, log);
      return log;
    },
    close: async () => {
      for (const folder of made) await remove(folder);
    },
  };
}

const atOnce = 64;
const ordersBetweenLooks = 2_000;

async function fill(folder: string, events: number): Promise<string> {
  const market = await openHoldfast(folder);
  await stockShop(market, filledShop);
  const draw = ordersIn(filledShop, seeded(events));
  while ((await market.engine.store.end()).synced + 1 < events)
    await callers(market, atOnce, Math.min(ordersBetweenLooks, Math.ceil(events / 20)), draw);
  await market.verify();
  await market.close();
  return folder;
}
