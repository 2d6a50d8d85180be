// The product as a market: the engine on its embedded stores, commands through the CommandBus, no network.
import { createCommandBus, CommandMessage, reconcile } from '@holdfast/api';
import type { PlaceOrder } from '@holdfast/ordering';
import { nodeEnvironment, type CommandContext, type CommandOutcome } from '@holdfast/runtime';
import { openEngine, type Engine } from '@holdfast/server';
import { countingDisk, type CountingDisk } from './counting-disk.js';
import type { Market, System } from './orders.js';
import { customerOf, funds, hasMoney, priceOf, skuOf, type Shop } from './workload.js';

export type Holdfast = Market & {
  readonly engine: Engine;
  readonly disk: CountingDisk;
  /** Resolves when the command's events are synced. @throws when it is refused */
  execute(this: void, command: object): Promise<void>;
};

const patienceMs = 600_000;

export async function openHoldfast(folder: string): Promise<Holdfast> {
  const disk = countingDisk();
  const fatal = (error: unknown): void => {
    throw error;
  };
  const engine = await openEngine({
    dataDirectory: folder,
    environment: nodeEnvironment(),
    disk,
    projectionThread: true,
    reservationTtlMs: 900_000,
    paymentTimeoutMs: 300_000,
    onError: fatal,
    onFatal: fatal,
  });
  const bus = await createCommandBus(engine);
  const endings = await followEndings(engine);
  const execute = async (command: object): Promise<void> => {
    const outcome = await bus.commandBus.execute<object, CommandOutcome>(command);
    if (!outcome.ok) throw new Error(`a command was refused: ${outcome.rejection.code}`);
  };
  const idle = async (): Promise<void> => {
    const { synced } = await engine.store.end();
    for (const { name } of await engine.projections.status()) {
      if (!(await engine.projections.reached(name, synced, patienceMs)))
        throw new Error(`the read model ${name} does not catch up`);
    }
  };
  return {
    engine,
    disk,
    execute,
    idle,
    place: async (order: PlaceOrder) => {
      const { orderId } = order.data;
      const ended = endings.of(orderId);
      await execute(new CommandMessage(order, contextOf(orderId)));
      return ended;
    },
    usage: () => {
      const { user, system } = process.cpuUsage();
      const { bytes, syncs } = disk.counts;
      return Promise.resolve({ cpuSeconds: (user + system) / 1e6, bytes, syncs });
    },
    verify: async () => {
      await idle();
      const { ok, checks } = await reconcile(engine);
      if (!ok) throw new Error(`does not add up: ${JSON.stringify(checks.filter((check) => !check.ok))}`);
    },
    close: async () => {
      await endings.stop();
      await bus.close();
      await engine.stop();
    },
  };
}

export const holdfast: System = {
  name: 'Holdfast',
  open: async ({ folder, shop }) => {
    const market = await openHoldfast(folder);
    await stockShop(market, shop);
    return market;
  },
};

export const contextOf = (commandId: string): CommandContext => ({
  commandId,
  correlationId: commandId,
  causationId: commandId,
  actor: 'system',
  fingerprint: commandId,
});

/** Creates the shop's products, receives their stock, and fills the wallets of the customers who have money. */
export async function stockShop({ execute }: Holdfast, { skus, customers, stock }: Shop): Promise<void> {
  const products = Array.from({ length: skus }, async (_, n) => {
    const sku = skuOf(n);
    const create = { type: 'CreateProduct', data: { sku, name: `Product ${n}`, price: priceOf(n) } } as const;
    const receive = { type: 'ReceiveStock', data: { sku, quantity: stock } } as const;
    await execute(new CommandMessage(create, contextOf(`create-${n}`)));
    await execute(new CommandMessage(receive, contextOf(`receive-${n}`)));
  });
  const wallets = Array.from({ length: customers }, async (_, n) => {
    const customerId = customerOf(n);
    const deposit = { type: 'Deposit', data: { customerId, amount: funds } } as const;
    if (hasMoney(customerId)) await execute(new CommandMessage(deposit, contextOf(`deposit-${n}`)));
  });
  await Promise.all([...products, ...wallets]);
}

/** Follows the synced log for the ends of orders, as an outside program has to. */
async function followEndings(engine: Engine): Promise<{
  /** true once it is CONFIRMED, false once it FAILED */
  of(orderId: string): Promise<boolean>;
  stop(): Promise<void>;
}> {
  const waiting = new Map<string, (confirmed: boolean) => void>();
  const stopping = new AbortController();
  const subscription = engine.store.subscribeAll({
    after: (await engine.store.end()).synced,
    filter: { streamPrefixes: ['order-'] },
    signal: stopping.signal,
  });
  const following = (async () => {
    for await (const { events } of subscription) {
      for (const { type, stream } of events) {
        if (type !== 'OrderConfirmed' && type !== 'OrderFailed') continue;
        const orderId = stream.slice('order-'.length);
        waiting.get(orderId)?.(type === 'OrderConfirmed');
        waiting.delete(orderId);
      }
    }
  })();
  return {
    of: (orderId) => new Promise((resolve) => waiting.set(orderId, resolve)),
    stop: () => {
      stopping.abort();
      return following;
    },
  };
}
