// Imports retail invoices through the same commands as the API, and waits until every saga it started is done. All
// command ids follow from the file, so that a second run, or one after a crash, adds only what is missing.
import {
  AccountsCommand,
  fingerprintOf,
  InventoryCommand,
  orderIdOf,
  OrderingCommand,
  WalletsCommand,
} from '@holdfast/api';
import { money, type Money, type OrderId } from '@holdfast/kernel';
import { order, orderStream, type OrderState } from '@holdfast/ordering';
import type { CommandContext, CommandOutcome } from '@holdfast/runtime';
import type { Engine } from './engine.js';
import type { ImportPlan, PlannedOrder } from './import-plan.js';

export type ImportOptions = {
  /** share of what will be ordered that is put in stock, per SKU, rounded down */
  readonly stockShare: number;
  /** share of what their orders cost that customers get, rounded down */
  readonly fundsShare: number;
  /** called as commands are done, and with every order that came to its end */
  onProgress(this: void, done: number, of: number): void;
};

export type ImportReport = {
  readonly confirmed: number;
  /** orders that ended otherwise, by reason */
  readonly failed: Readonly<Record<string, number>>;
  readonly lines: number;
  readonly products: number;
  readonly customers: number;
  /** of confirmed orders */
  readonly units: number;
  readonly total: Money;
  /** commands that had been carried out by an earlier import */
  readonly repeated: number;
};

type Bus = { execute(command: object): Promise<CommandOutcome> };

/** A command was refused, or an order does not come to its end; everything before it stands. */
export class ImportFailed extends Error {
  override readonly name = 'ImportFailed';
}

const atOnce = 64;
const pollMs = 20;
/** How long an order may take to its end before something is wrong with it. */
const patienceMs = 60_000;

export async function runImport(
  engine: Engine,
  commandBus: Bus,
  plan: ImportPlan,
  options: ImportOptions,
): Promise<ImportReport> {
  const { products, customers, orders } = plan;
  const steps = 2 * products.length + 2 * customers.length + 2 * orders.length;
  let done = 0;
  let repeated = 0;
  const step = (): void => {
    done += 1;
    options.onProgress(done, steps);
  };
  const execute = async (
    command: object & { readonly command: { readonly type: string } },
  ): Promise<void> => {
    const outcome = await commandBus.execute(command);
    const known = !outcome.ok && isKnown(outcome.rejection.code);
    if (!outcome.ok && !known) throw new ImportFailed(`${command.command.type}: ${outcome.rejection.code}`);
    if (known || (outcome.ok && outcome.repeated)) repeated += 1;
    step();
  };

  await inBatches(products, async ({ sku, name, price, ordered }) => {
    const create = { type: 'CreateProduct', data: { sku, name, price } } as const;
    await execute(new InventoryCommand(create, context(`import-create-${sku}`, create.data)));
    const quantity = Math.floor(ordered * options.stockShare);
    const receive = { type: 'ReceiveStock', data: { sku, quantity } } as const;
    if (quantity === 0) step();
    else
      await execute(
        new InventoryCommand(receive, context(`import-${plan.digest}-stock-${sku}`, receive.data)),
      );
  });
  await inBatches(customers, async ({ id, owes }) => {
    const register = {
      type: 'Register',
      data: {
        accountId: id,
        email: `${id}@customers.invalid`,
        name: `Customer ${id}`,
        // No password has this hash: an imported customer can't sign in.
        passwordHash: '!',
        roles: ['CUSTOMER'],
      },
    } as const;
    await execute(new AccountsCommand(register, context(`import-customer-${id}`, register.data)));
    const amount = money.of(Math.floor(owes.minor * options.fundsShare), owes.currency);
    const deposit = { type: 'Deposit', data: { customerId: id, amount } } as const;
    if (amount.minor === 0) step();
    else
      await execute(new WalletsCommand(deposit, context(`import-${plan.digest}-funds-${id}`, deposit.data)));
  });
  const ended: { readonly planned: PlannedOrder; readonly state: OrderState }[] = [];
  // What one batch holds back and gives up again the next one finds, however fast the event store is.
  await inBatches(
    orders,
    async (planned) => {
      const place = placeOrder(planned);
      await execute(new OrderingCommand(place, context(`import-order-${place.data.orderId}`, place.data)));
    },
    async (batch) => {
      for (const planned of batch) {
        ended.push({ planned, state: await untilEnded(engine, orderIdOfPlanned(planned)) });
        step();
      }
    },
  );
  const { synced } = await engine.store.end();
  for (const { name } of await engine.projections.status()) {
    await engine.projections.reached(name, synced, 60_000);
  }
  return {
    ...summary(ended),
    products: products.length,
    customers: customers.length,
    lines: plan.lines,
    repeated,
  };
}

/** What stands is left alone: the same file with other shares, or a product that is sold already, at its own price. */
const isKnown = (rejection: string): boolean =>
  rejection === 'IdempotencyConflict' || rejection === 'ProductExists';

/** In the given order, some at a time: a batch is done, and `after` it, before the next begins. */
async function inBatches<T>(
  items: readonly T[],
  run: (item: T) => Promise<void>,
  after?: (batch: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += atOnce) {
    const batch = items.slice(from, from + atOnce);
    await Promise.all(batch.map(run));
    await after?.(batch);
  }
}

const context = (commandId: string, data: object): CommandContext => ({
  commandId,
  correlationId: commandId,
  causationId: commandId,
  actor: 'system',
  fingerprint: fingerprintOf(data),
});

const orderIdOfPlanned = ({ customerId, invoiceNumber }: PlannedOrder): OrderId =>
  orderIdOf(customerId, `import-${invoiceNumber}`);

const placeOrder = (planned: PlannedOrder) =>
  ({
    type: 'PlaceOrder',
    data: {
      orderId: orderIdOfPlanned(planned),
      customerId: planned.customerId,
      lines: planned.lines,
      paymentMethod: 'WALLET',
      paymentMode: 'AUTOMATIC',
      coordination: 'ORCHESTRATION',
      // An export of invoices holds no more of an address than the country.
      shippingAddress: {
        name: `Customer ${planned.customerId}`,
        line1: 'unknown',
        city: 'unknown',
        postalCode: 'unknown',
        country: planned.country,
      },
    },
  }) as const;

async function untilEnded({ commands, environment }: Engine, orderId: OrderId): Promise<OrderState> {
  const { clock, scheduler } = environment;
  for (const since = clock.now(); ;) {
    const { state } = await commands.load(order, orderStream(orderId));
    if (state.status === 'CONFIRMED' || state.status === 'FAILED' || state.status === 'CANCELLED')
      return state;
    if (clock.now() - since > patienceMs)
      throw new ImportFailed(
        `order ${orderId} is still ${state.status}; look at its saga and at parked events`,
      );
    await new Promise<void>((resolve) => {
      scheduler.after(pollMs, resolve);
    });
  }
}

function summary(
  ended: readonly { readonly planned: PlannedOrder; readonly state: OrderState }[],
): Pick<ImportReport, 'confirmed' | 'failed' | 'units' | 'total'> {
  const failed: Record<string, number> = {};
  let confirmed = 0;
  let units = 0;
  let total: Money | null = null;
  for (const { planned, state } of ended) {
    if (state.status !== 'CONFIRMED') {
      const reason = 'reason' in state ? state.reason : state.status;
      failed[reason] = (failed[reason] ?? 0) + 1;
      continue;
    }
    confirmed += 1;
    for (const { quantity, unitPrice } of planned.lines) {
      units += quantity;
      const cost = money.multiply(unitPrice, quantity);
      total = total === null ? cost : money.add(total, cost);
    }
  }
  return { confirmed, failed, units, total: total ?? money.zero('GBP') };
}
