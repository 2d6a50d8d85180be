// Finds, before anything is written, every invoice that the domain or the store would refuse. The deciders run on the
// shop's present state and on the effects of earlier invoices of the file.
import { isDeepStrictEqual } from 'node:util';
import { account, accountStream } from '@holdfast/accounts';
import { stock, stockStream, type StockState } from '@holdfast/inventory';
import { accepted, rejected, type CustomerId, type Result, type Sku } from '@holdfast/kernel';
import {
  maxLines,
  maxQuantity,
  order,
  orderStream,
  type OrderPlaced,
  type OrderRejection,
} from '@holdfast/ordering';
import type { CommandHandler } from '@holdfast/runtime';
import { wallet, walletStream, type WalletState } from '@holdfast/wallet';
import type { ImportPlan, PlannedOrder } from './import-plan.js';
import { fundsOf, orderIdOfInvoice, placeOrder, stockOf, type Shares } from './order-of-invoice.js';

export type RefusedInvoice = {
  readonly invoiceNumber: string;
  /** line of the file, from 1 */
  readonly fileLine: number;
  readonly reason: string;
};

export type CheckedInvoices = {
  /** not in the shop yet: these are imported */
  readonly fresh: readonly PlannedOrder[];
  /** imported before, with the same lines */
  readonly known: readonly PlannedOrder[];
  /** imported before, with other lines: the order stays as it was */
  readonly changed: readonly PlannedOrder[];
  readonly refused: readonly RefusedInvoice[];
};

/** The longest name or country, in characters; the same limit as that of the API. */
const longestName = 200;
const longestCountry = 100;
/** One append may have 1 MiB; the difference is for the envelope. */
const largestOrderBytes = 1_000_000;

/** State of the shop when an invoice is imported after the invoices before it. */
type Shop = { readonly stocks: Map<Sku, StockState>; readonly wallets: Map<CustomerId, WalletState> };
type Refusal = { readonly fileLine: number; readonly reason: string };

export async function checkInvoices(
  commands: CommandHandler,
  { orders, currency }: ImportPlan,
  shares: Shares,
): Promise<CheckedInvoices> {
  const shop: Shop = { stocks: new Map(), wallets: new Map() };
  const strangers = new Map<CustomerId, boolean>();
  const fresh: PlannedOrder[] = [];
  const known: PlannedOrder[] = [];
  const changed: PlannedOrder[] = [];
  const refused: RefusedInvoice[] = [];
  for (const invoice of orders) {
    const { state } = await commands.load(order, orderStream(orderIdOfInvoice(invoice)));
    if (state.status !== 'NOT_PLACED') {
      const [placed] = state.placed.lines;
      if (placed !== undefined && placed.unitPrice.currency !== currency) {
        const reason = `it was imported in ${placed.unitPrice.currency} before`;
        refused.push({ invoiceNumber: invoice.invoiceNumber, ...at(invoice, reason) });
        continue;
      }
      (sameContent(invoice, state.placed) ? known : changed).push(invoice);
      continue;
    }
    const { customerId, lines } = invoice;
    for (const sku of new Set(lines.map((line) => line.sku)))
      if (!shop.stocks.has(sku)) shop.stocks.set(sku, (await commands.load(stock, stockStream(sku))).state);
    if (!shop.wallets.has(customerId)) {
      shop.wallets.set(customerId, (await commands.load(wallet, walletStream(customerId))).state);
      strangers.set(customerId, await isStranger(commands, customerId));
    }
    const refusal =
      strangers.get(customerId) === true
        ? at(invoice, `customer ${customerId} has an account here that no import made`)
        : (faultIn(invoice) ?? bring(invoice, shop, shares));
    if (refusal === null) fresh.push(invoice);
    else refused.push({ invoiceNumber: invoice.invoiceNumber, ...refusal });
  }
  return { fresh, known, changed, refused };
}

/** The address of an imported customer, which no mail can reach. An account with another address was not imported. */
export const importedEmail = (customerId: CustomerId): string => `${customerId}@customers.invalid`;

async function isStranger(commands: CommandHandler, customerId: CustomerId): Promise<boolean> {
  const { state } = await commands.load(account, accountStream(customerId));
  return state.status === 'REGISTERED' && state.email !== importedEmail(customerId);
}

/** Whether the order was placed from an invoice with the same lines and country. */
const sameContent = (invoice: PlannedOrder, { lines, shippingAddress }: OrderPlaced['data']): boolean =>
  isDeepStrictEqual(placeOrder(invoice).data.lines, lines) && invoice.country === shippingAddress.country;

const at = (invoice: PlannedOrder, reason: string, line = 0): Refusal => ({
  fileLine: invoice.lines[line]?.fileLine ?? 0,
  reason,
});

/** Reasons to refuse the invoice in any shop. */
function faultIn(invoice: PlannedOrder): Refusal | null {
  const command = placeOrder(invoice);
  const decision = order.decide(command, order.initialState);
  if (!decision.ok) return orderRefusal(invoice, decision.rejection);
  const tooLong = invoice.lines.findIndex(({ name }) => name.length > longestName);
  if (tooLong !== -1) return at(invoice, `its description is longer than ${longestName} characters`, tooLong);
  if (invoice.country.length > longestCountry)
    return at(invoice, `its country is longer than ${longestCountry} characters`);
  const bytes = Buffer.byteLength(JSON.stringify(command.data));
  if (bytes > largestOrderBytes)
    return at(invoice, `its ${bytes} bytes are more than the ${largestOrderBytes} of one order`);
  return null;
}

function orderRefusal(invoice: PlannedOrder, rejection: OrderRejection): Refusal {
  switch (rejection.code) {
    case 'TooManyLines':
      return at(invoice, `it has more than ${maxLines} lines`, maxLines);
    case 'InvalidQuantity':
      return at(invoice, `its quantity is more than ${maxQuantity}`, rejection.line);
    case 'InvalidPrice':
      return at(invoice, 'its price is too high', rejection.line);
    case 'TotalTooLarge':
      return at(invoice, 'its total is too high');
    default:
      return at(invoice, rejection.code);
  }
}

/** Brings the invoice's stock and money into the shop in memory, both or neither. */
function bring(invoice: PlannedOrder, { stocks, wallets }: Shop, shares: Shares): Refusal | null {
  const received = receive(invoice, stocks, shares);
  if (!received.ok) return received.rejection;
  const paidIn = deposit(invoice, wallets, shares);
  if (!paidIn.ok) return paidIn.rejection;
  for (const [sku, state] of received.value) stocks.set(sku, state);
  wallets.set(invoice.customerId, paidIn.value);
  return null;
}

/** The stock of the invoice's SKUs after its units were received. */
function receive(
  invoice: PlannedOrder,
  stocks: Shop['stocks'],
  shares: Shares,
): Result<ReadonlyMap<Sku, StockState>, Refusal> {
  const received = new Map<Sku, StockState>();
  const units = stockOf(invoice, shares);
  for (const [n, { sku, name, unitPrice }] of invoice.lines.entries()) {
    if (received.has(sku)) continue;
    let state = stocks.get(sku) ?? stock.initialState;
    if (state.kind === 'unlisted') {
      state = stock.evolve(state, { type: 'ProductCreated', data: { name, price: unitPrice } });
    } else if (state.price.currency !== unitPrice.currency) {
      return rejected(at(invoice, `${sku} is sold in ${state.price.currency} here`, n));
    }
    const quantity = units.get(sku);
    if (quantity !== undefined) {
      const decision = stock.decide({ type: 'ReceiveStock', data: { sku, quantity } }, state);
      if (!decision.ok)
        return rejected(at(invoice, `the stock of ${sku} refuses it: ${decision.rejection.code}`, n));
      state = decision.value.reduce(stock.evolve, state);
    }
    received.set(sku, state);
  }
  return accepted(received);
}

/** The customer's wallet after the invoice's money was deposited. */
function deposit(
  invoice: PlannedOrder,
  wallets: Shop['wallets'],
  shares: Shares,
): Result<WalletState, Refusal> {
  const { customerId } = invoice;
  const amount = fundsOf(invoice, shares);
  const state = wallets.get(customerId) ?? wallet.initialState;
  if (amount.minor === 0) return accepted(state);
  const decision = wallet.decide({ type: 'Deposit', data: { customerId, amount } }, state);
  return decision.ok
    ? accepted(decision.value.reduce(wallet.evolve, state))
    : rejected(at(invoice, `the wallet of ${customerId} refuses it: ${decision.rejection.code}`));
}
