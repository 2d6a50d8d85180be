// One run of the product's core in one process, decided by its seed: the engine on a simulated disk, with the outside world
// and people around it. It is disturbed for a while, then healed, and must come to rest with every promise kept.
import { createHash } from 'node:crypto';
import { order, orderStream, type OrderState } from '@holdfast/ordering';
import type { Engine } from '../../engine.js';
import { faultsOf, type Planted } from './faults.js';
import { brokenPromises, unrest, type Parts } from './invariants.js';
import { Machine } from './machine.js';
import { Outside } from './outside.js';
import { People } from './people.js';
import { World } from './world.js';

export type SimulatedRun = {
  readonly seed: number;
  /** broken promises; empty when the run is as it has to be */
  readonly broken: readonly string[];
  /** digest of every byte of the log */
  readonly log: string;
  readonly events: number;
  readonly crashes: number;
  readonly statuses: Readonly<Record<string, number>>;
};

const minute = 60_000;
const disturbedMs = 20 * minute;
const restMs = 3 * 60 * minute;

/** `planted`: a fault of the product itself, which the run should find */
export async function simulate(seed: number, planted: Planted | null = null): Promise<SimulatedRun> {
  const world = new World(seed);
  const faults = faultsOf(world);
  const outside = new Outside(world, faults, planted);
  const machine = new Machine(world, outside, faults, planted);
  const people = new People(world, machine, planted);
  machine.start();
  people.openShop();
  people.come(8 + world.below(20), disturbedMs / 2);
  await world.run(() => false, disturbedMs);

  outside.heal();
  machine.heal();
  people.goHome();
  await world.run(() => machine.running !== null || machine.errors.length > 0, world.nowMs + 10 * minute);
  if (machine.running === null)
    return { ...empty, seed, broken: ['the shop does not start', ...machine.errors.map(String)] };
  const parts: Parts = { world, machine, outside, people, engine: machine.running.engine };
  const broken = (await rested(parts)) ?? (await world.settled(brokenPromises(parts)));
  return { seed, broken, ...(await summary(parts)) };
}

/** Runs until the shop is at rest, and returns null; after a long time, the reasons why it is not at rest. */
async function rested(parts: Parts): Promise<readonly string[] | null> {
  const { world, people } = parts;
  for (const endMs = world.nowMs + restMs; world.nowMs < endMs;) {
    await world.run(() => false, world.nowMs + 2 * minute);
    if (people.areServed && (await world.settled(unrest(parts))).length === 0) return null;
  }
  const waiting = people.areServed ? [] : ['a request has no answer'];
  return [...waiting, ...(await world.settled(unrest(parts)))];
}

const empty = { log: '', events: 0, crashes: 0, statuses: {} };

async function summary({
  world,
  machine,
  engine,
  people,
}: Parts): Promise<Omit<SimulatedRun, 'seed' | 'broken'>> {
  const hash = createHash('sha256');
  for (const [name, content] of machine.disk.files()) hash.update(name).update(content);
  const { written } = await engine.store.end();
  const statuses: Record<string, number> = {};
  for (const status of await world.settled(statusesOf(engine, people)))
    statuses[status] = (statuses[status] ?? 0) + 1;
  return { log: hash.digest('hex'), events: written + 1, crashes: machine.crashes, statuses };
}

const statusesOf = (engine: Engine, { placed }: People): Promise<readonly OrderState['status'][]> =>
  Promise.all(
    placed.map(async ({ orderId }) => (await engine.commands.load(order, orderStream(orderId))).state.status),
  );
