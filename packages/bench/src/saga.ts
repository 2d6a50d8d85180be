// Orders from submission through the CommandBus until they are CONFIRMED or FAILED, durably, in their stream.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandBus, OrderingCommand, reconcile } from '@holdfast/api';
import { nodeEnvironment } from '@holdfast/runtime';
import { openEngine, type Engine } from '@holdfast/server';
import { seeded } from './random.js';
import { quantile } from './statistics.js';
import { drawOrder, stockShop, type Shop } from './workload.js';

export type SagaRun = {
  readonly inFlight: number;
  readonly orders: number;
  readonly confirmed: number;
  readonly failed: number;
  readonly ordersPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** user and system time of the whole process */
  readonly cpuSecondsPerThousand: number;
  readonly eventsPerOrder: number;
};

const shop: Shop = { skus: 1000, customers: 2000, poor: 0.05 };

/** Orders whose end is awaited, by id. */
type Outcomes = { wait(orderId: string): Promise<'OrderConfirmed' | 'OrderFailed'>; stop(): Promise<void> };

function followOutcomes(engine: Engine, after: number): Outcomes {
  const waiting = new Map<string, (type: 'OrderConfirmed' | 'OrderFailed') => void>();
  const stopping = new AbortController();
  const filter = { streamPrefixes: ['order-'] };
  const following = (async () => {
    for await (const batch of engine.store.subscribeAll({ after, filter, signal: stopping.signal })) {
      for (const { type, stream } of batch.events) {
        if (type !== 'OrderConfirmed' && type !== 'OrderFailed') continue;
        const orderId = stream.slice('order-'.length);
        waiting.get(orderId)?.(type);
        waiting.delete(orderId);
      }
    }
  })();
  return {
    wait: (orderId) => new Promise((resolve) => waiting.set(orderId, resolve)),
    stop: () => {
      stopping.abort();
      return following;
    },
  };
}

/** `inFlight` callers, each with one order at a time. */
export async function runSaga(options: {
  readonly inFlight: number;
  readonly orders: number;
  readonly warmUp: number;
  readonly seed: number;
}): Promise<SagaRun> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const fatal = (error: unknown): void => {
    throw error;
  };
  const engine = await openEngine({
    dataDirectory: directory,
    environment: nodeEnvironment(),
    reservationTtlMs: 900_000,
    paymentTimeoutMs: 300_000,
    onError: fatal,
    onFatal: fatal,
  });
  const { commandBus, close } = await createCommandBus(engine);
  await stockShop(engine, shop);
  const outcomes = followOutcomes(engine, (await engine.store.end()).written);
  const random = seeded(options.seed);
  let started = 0;

  const place = async (): Promise<{ readonly ms: number; readonly confirmed: boolean }> => {
    const orderId = `bench-${started++}`;
    const command = drawOrder(shop, random, orderId);
    const context = {
      commandId: orderId,
      correlationId: orderId,
      causationId: orderId,
      actor: 'customer:bench',
    };
    const begin = performance.now();
    const ended = outcomes.wait(orderId);
    await commandBus.execute(new OrderingCommand(command, { ...context, fingerprint: orderId }));
    const type = await ended;
    return { ms: performance.now() - begin, confirmed: type === 'OrderConfirmed' };
  };
  const callers = async (orders: number): Promise<{ readonly ms: number; readonly confirmed: boolean }[]> => {
    const placed: { readonly ms: number; readonly confirmed: boolean }[] = [];
    let left = orders;
    const caller = async (): Promise<void> => {
      while (left-- > 0) placed.push(await place());
    };
    await Promise.all(Array.from({ length: options.inFlight }, caller));
    return placed;
  };

  try {
    await callers(options.warmUp);
    const cpuBefore = process.cpuUsage();
    const eventsBefore = (await engine.store.end()).synced;
    const begin = performance.now();
    const placed = await callers(options.orders);
    const seconds = (performance.now() - begin) / 1000;
    const cpu = process.cpuUsage(cpuBefore);
    const events = (await engine.store.end()).synced - eventsBefore;
    await outcomes.stop();
    const end = (await engine.store.end()).synced;
    for (const { name } of await engine.projections.status())
      await engine.projections.reached(name, end, 60_000);
    const report = await reconcile(engine);
    if (!report.ok) throw new Error(`money or stock does not add up: ${JSON.stringify(report.checks)}`);
    const times = placed.map(({ ms }) => ms);
    const confirmed = placed.filter((one) => one.confirmed).length;
    return {
      inFlight: options.inFlight,
      orders: placed.length,
      confirmed,
      failed: placed.length - confirmed,
      ordersPerSecond: placed.length / seconds,
      p50Ms: quantile(times, 0.5),
      p99Ms: quantile(times, 0.99),
      cpuSecondsPerThousand: (cpu.user + cpu.system) / 1e6 / (placed.length / 1000),
      eventsPerOrder: events / placed.length,
    };
  } finally {
    await close();
    await engine.stop();
    await rm(directory, { recursive: true });
  }
}
