// Imports retail invoices through the same commands as the API, and waits until every saga it started is done. Stock,
// money and command ids follow from each invoice, so that a second run, a mended file or a longer one adds only what is
// missing.
import { CommandMessage } from '@holdfast/api';
import { money } from '@holdfast/kernel';
import { order, orderStream, type OrderState } from '@holdfast/ordering';
import type { CommandOutcome } from '@holdfast/runtime';
import type { Engine } from '../engine.js';
import { checkInvoices, type RefusedInvoice } from './check-invoices.js';
import { bringReturn, isBack, moneyBack } from './bring-returns.js';
import { faults, type ImportPlan, type PlannedOrder } from './import-plan.js';
import { matchReturns } from './match-returns.js';
import {
  fundsOf,
  orderIdOfInvoice,
  placeOrder,
  productsOf,
  stockOf,
  type Shares,
} from './order-of-invoice.js';
import { bringStock, bringMoney, context, inBatches, customersOf, type Told } from './bring-goods.js';
import { isSold, summary, type ImportReport } from './import-report.js';

export type ImportOptions = Shares & {
  /** refuse the file whole when one of its invoices is refused, was changed or can't be read */
  readonly strict?: boolean;
  /** called as commands are done, and with every order that came to its end */
  onProgress(this: void, done: number, of: number): void;
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

/** Existing data stays as it is: from an import that ended early or had other shares, or an existing product or customer. */
const isKnown = (rejection: string): boolean =>
  rejection === 'IdempotencyConflict' || rejection === 'ProductExists' || rejection === 'EmailTaken';

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
