// Imports retail invoices through the same commands as the API, and waits until every saga it started is done. Stock,
// money and command ids follow from each invoice, so that a second run, a mended file or a longer one adds only what is
// missing.
import { CommandMessage, fingerprintOf } from '@holdfast/api';
import { money, type Money } from '@holdfast/kernel';
import { order, orderStream, type OrderState } from '@holdfast/ordering';
import type { CommandContext, CommandOutcome } from '@holdfast/runtime';
import type { Engine } from '../engine.js';
import { checkInvoices, importedEmail, type RefusedInvoice } from './check-invoices.js';
import { bringReturn, isBack, moneyBack } from './bring-returns.js';
import { faults, type ImportPlan, type PlannedOrder } from './import-plan.js';
import { matchReturns, type UnmatchedReturn } from './match-returns.js';
import {
  fundsOf,
  orderIdOfInvoice,
  placeOrder,
  productsOf,
  stockOf,
  type Shares,
} from './order-of-invoice.js';

export type ImportOptions = Shares & {
  /** refuse the file whole when one of its invoices is refused, was changed or can't be read */
  readonly strict?: boolean;
  /** called as commands are done, and with every order that came to its end */
  onProgress(this: void, done: number, of: number): void;
};

/** The file's invoices as the shop has them, read back from its orders. */
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
  /** cancellations, as far as earlier orders of the file explain them */
  readonly returns: {
    /** one for each cancellation and order that it concerns */
    readonly count: number;
    readonly units: number;
    readonly money: Money;
    /** lines of the file, with the units that no earlier order has */
    readonly unmatched: readonly UnmatchedReturn[];
  };
  /** invoices that an earlier import had brought */
  readonly known: number;
  /** invoices that an earlier import had brought with other content: they are left as they were */
  readonly changed: readonly RefusedInvoice[];
  readonly refused: readonly RefusedInvoice[];
};

type Bus = { execute(command: object): Promise<CommandOutcome> };

/** A command was refused, or an order does not end; everything that was imported before stays. */
export class ImportFailed extends Error {
  override readonly name = 'ImportFailed';
}

/** `--strict`: the file has invoices that can't be imported as they are. Nothing was written. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused';
}

const atOnce = 64;
const pollMs = 20;
/** How long an order may take until its end. If it takes longer, something is wrong with it. */
const patienceMs = 60_000;

/** @throws ImportRefused before anything is written, ImportFailed */
export async function runImport(
  engine: Engine,
  commandBus: Bus,
  plan: ImportPlan,
  options: ImportOptions,
): Promise<ImportReport> {
  const { fresh, known, changed, refused } = await checkInvoices(engine.commands, plan, options);
  const left = changed.map(({ invoiceNumber, lines }) => ({
    invoiceNumber,
    fileLine: lines[0]?.fileLine ?? 0,
    reason: 'it was imported before with other content',
  }));
  if (options.strict === true) refuseFaults(plan, [...refused, ...left]);

  const imported = [...known, ...changed, ...fresh];
  const progress = countSteps(options, fresh, imported.length);
  const execute = async (command: object & Told): Promise<void> => {
    const outcome = await commandBus.execute(command);
    if (!outcome.ok && !isKnown(outcome.rejection.code))
      throw new ImportFailed(`${command.command.type}: ${outcome.rejection.code}`);
    progress();
  };
  await bringStock(execute, fresh, options);
  await bringMoney(execute, fresh, options);
  // One batch of orders ends before the next begins, however fast the event store is: an order that fails gives stock and
  // money back, and the next batch finds them.
  const ended = new Map<PlannedOrder, OrderState>();
  const untilAllEnded = async (batch: readonly PlannedOrder[]): Promise<void> => {
    for (const invoice of batch) {
      ended.set(invoice, await untilEnded(engine, invoice));
      progress();
    }
  };
  const placeOne = async (invoice: PlannedOrder): Promise<void> => {
    const place = placeOrder(invoice);
    await execute(new CommandMessage(place, context(`import-order-${place.data.orderId}`, place.data)));
  };
  await untilAllEnded([...known, ...changed]);
  await inBatches(fresh, placeOne, untilAllEnded);
  const sold = [...ended].filter(([, state]) => isSold(state)).map(([invoice]) => invoice);
  const returns = await bringReturns(engine, commandBus, matchReturns(plan, sold), plan.currency);
  await untilShown(engine);
  return {
    ...summary([...ended.values()], plan.currency),
    returns,
    known: known.length,
    changed: left,
    refused,
  };
}

type Matches = ReturnType<typeof matchReturns>;

async function bringReturns(
  engine: Engine,
  commandBus: Bus,
  { matched, unmatched }: Matches,
  currency: string,
): Promise<ImportReport['returns']> {
  const execute = async (command: object & Told): Promise<void> => {
    const outcome = await commandBus.execute(command);
    if (!outcome.ok) throw new ImportFailed(`${command.command.type}: ${outcome.rejection.code}`);
  };
  // One after the other: several may concern one order.
  for (const one of matched) {
    await bringReturn(execute, one);
    await until(engine, () => isBack(engine, one), `the return ${one.invoiceNumber} is under way`);
  }
  const units = matched.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0);
  const back = await moneyBack(engine, new Set(matched.map(({ order: sold }) => orderIdOfInvoice(sold))));
  return { count: matched.length, units, money: back ?? money.zero(currency), unmatched };
}

function refuseFaults(plan: ImportPlan, invoices: readonly RefusedInvoice[]): void {
  const named = invoices.map(describeInvoice);
  for (const reason of faults) named.push(...plan.skipped[reason].map((line) => `line ${line}: ${reason}`));
  if (named.length > 0) throw new ImportRefused(`nothing is imported: ${named.join('; ')}`);
}

export const describeInvoice = ({ invoiceNumber, fileLine, reason }: RefusedInvoice): string =>
  `invoice ${invoiceNumber}, line ${fileLine}: ${reason}`;

type Told = { readonly command: { readonly type: string } };
type Execute = (command: object & Told) => Promise<void>;

function countSteps(
  { onProgress, ...shares }: ImportOptions,
  fresh: readonly PlannedOrder[],
  orders: number,
): () => void {
  const receipts = fresh.reduce((sum, invoice) => sum + stockOf(invoice, shares).size, 0);
  const deposits = fresh.filter((invoice) => fundsOf(invoice, shares).minor > 0).length;
  const products = productsOf(fresh).length;
  const steps = products + receipts + customersOf(fresh).length + deposits + fresh.length + orders;
  let done = 0;
  return () => {
    done += 1;
    onProgress(done, steps);
  };
}

const customersOf = (fresh: readonly PlannedOrder[]) => [
  ...new Set(fresh.map(({ customerId }) => customerId)),
];

async function bringStock(execute: Execute, fresh: readonly PlannedOrder[], shares: Shares): Promise<void> {
  await inBatches(productsOf(fresh), async ({ sku, name, price }) => {
    const create = { type: 'CreateProduct', data: { sku, name, price } } as const;
    await execute(new CommandMessage(create, context(`import-create-${sku}`, create.data)));
  });
  await inBatches(fresh, async (invoice) => {
    const orderId = orderIdOfInvoice(invoice);
    for (const [sku, quantity] of stockOf(invoice, shares)) {
      const receive = { type: 'ReceiveStock', data: { sku, quantity } } as const;
      await execute(new CommandMessage(receive, context(`import-stock-${orderId}-${sku}`, receive.data)));
    }
  });
}

async function bringMoney(execute: Execute, fresh: readonly PlannedOrder[], shares: Shares): Promise<void> {
  await inBatches(customersOf(fresh), async (id) => {
    const register = {
      type: 'Register',
      data: {
        accountId: id,
        email: importedEmail(id),
        name: `Customer ${id}`,
        // No password has this hash: an imported customer can't sign in.
        passwordHash: '!',
        roles: ['CUSTOMER'],
      },
    } as const;
    await execute(new CommandMessage(register, context(`import-customer-${id}`, register.data)));
  });
  await inBatches(fresh, async (invoice) => {
    const { customerId } = invoice;
    const amount = fundsOf(invoice, shares);
    if (amount.minor === 0) return;
    const deposit = { type: 'Deposit', data: { customerId, amount } } as const;
    const commandId = `import-funds-${orderIdOfInvoice(invoice)}`;
    await execute(new CommandMessage(deposit, context(commandId, deposit.data)));
  });
}

/** Existing data stays as it is: from an import that ended early or had other shares, or an existing product or customer. */
const isKnown = (rejection: string): boolean =>
  rejection === 'IdempotencyConflict' || rejection === 'ProductExists' || rejection === 'EmailTaken';

/** Runs in the given order, in batches: the next batch begins when a batch is done and `after` has run. */
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

/** Whether the order was sold; an earlier import may have delivered it or taken it back. */
const isSold = (state: OrderState): boolean => 'invoiceNumber' in state;

async function untilEnded(engine: Engine, invoice: PlannedOrder): Promise<OrderState> {
  const orderId = orderIdOfInvoice(invoice);
  let state: OrderState = order.initialState;
  const hasEnded = async (): Promise<boolean> => {
    ({ state } = await engine.commands.load(order, orderStream(orderId)));
    return isSold(state) || state.status === 'FAILED' || state.status === 'CANCELLED';
  };
  await until(engine, hasEnded, `order ${orderId} is under way`);
  return state;
}

/** @throws ImportFailed when it takes too long */
async function until(
  { environment: { clock, scheduler } }: Engine,
  isSo: () => Promise<boolean>,
  meanwhile: string,
): Promise<void> {
  for (const since = clock.now(); !(await isSo());) {
    if (clock.now() - since > patienceMs)
      throw new ImportFailed(`${meanwhile} for too long: look at its saga and at parked events`);
    await new Promise<void>((resolve) => {
      scheduler.after(pollMs, resolve);
    });
  }
}

/** Waits until the read models have the effects of all events. */
async function untilShown({ store, projections }: Engine): Promise<void> {
  const { synced } = await store.end();
  for (const { name } of await projections.status()) await projections.reached(name, synced, 60_000);
}

function summary(
  ended: readonly OrderState[],
  currency: string,
): Omit<ImportReport, 'returns' | 'known' | 'changed' | 'refused'> {
  const failed: Record<string, number> = {};
  const skus = new Set<string>();
  const customers = new Set<string>();
  let [lines, confirmed, units] = [0, 0, 0];
  let total = money.zero(currency);
  for (const state of ended) {
    if (state.status === 'NOT_PLACED') continue;
    customers.add(state.placed.customerId);
    for (const { sku } of state.placed.lines) skus.add(sku);
    lines += state.placed.lines.length;
    if (!isSold(state)) {
      const reason = 'reason' in state ? state.reason : state.status;
      failed[reason] = (failed[reason] ?? 0) + 1;
      continue;
    }
    confirmed += 1;
    for (const { quantity, unitPrice } of state.placed.lines) {
      units += quantity;
      total = money.add(total, money.multiply(unitPrice, quantity));
    }
  }
  const counts = { confirmed, failed, lines, products: skus.size, customers: customers.size, units };
  return { ...counts, total };
}
