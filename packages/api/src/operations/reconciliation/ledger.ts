// The books: the totals that wallets, stock and orders must have, computed from the log alone. This file is pure;
// `reconciliation.ts` enters the events and compares the books with the read models.
import { checkoutCategory, type CheckoutEvent } from '@holdfast/checkout';
import { stockCategory, type StockEvent } from '@holdfast/inventory';
import { streamCategory, streamId, type Money, type RecordedEvent } from '@holdfast/kernel';
import {
  orderCategory,
  orderTotal,
  statusAfterEvent,
  type OrderEvent,
  type OrderStatus,
} from '@holdfast/ordering';
import { depositPaidBy, paymentCategory, paymentOfStream, type PaymentEvent } from '@holdfast/payments';
import { walletCategory, type WalletEvent } from '@holdfast/wallet';

const categories: ReadonlySet<string> = new Set([
  orderCategory,
  stockCategory,
  walletCategory,
  checkoutCategory,
  paymentCategory,
]);

type LedgerEvent = OrderEvent | StockEvent | WalletEvent | CheckoutEvent | PaymentEvent;

type WalletBook = { currency: string; balance: number; held: number };
type StockBook = { onHand: number; reserved: number };
type OrderBook = {
  status: OrderStatus | null;
  total: number;
  /** units of all lines */
  ordered: number;
  /** captured less refunded, in minor units */
  paid: number;
  /** units reserved or sent, less the released ones */
  taken: number;
  /** how its checkout ended; null while it is under way */
  settled: 'completed' | 'compensated' | null;
  /** whether a person settled an undo by hand: its effect is not in the log */
  byHand: boolean;
};

export type Ledger = {
  readonly wallets: Map<string, WalletBook>;
  readonly stock: Map<string, StockBook>;
  readonly orders: Map<string, OrderBook>;
  /** streams that broke an invariant at some time: a total below zero, or more reserved than there was */
  readonly violations: Set<string>;
  /** `stream@revision` of each event that can't be read */
  readonly unreadable: string[];
};

export const emptyLedger = (): Ledger => ({
  wallets: new Map(),
  stock: new Map(),
  orders: new Map(),
  violations: new Set(),
  unreadable: [],
});

/** Enters one event, in log order. */
export function enter(ledger: Ledger, recorded: RecordedEvent): void {
  // The log may be shared with another program, whose events can have the same type names.
  if (!categories.has(streamCategory(recorded.stream))) return;
  const event = recorded as unknown as LedgerEvent;
  const id = streamId(recorded.stream);
  const reached = statusAfterEvent(event.type);
  if (reached !== undefined) orderBook(ledger, id).status = reached;
  switch (event.type) {
    case 'OrderPlaced': {
      const book = orderBook(ledger, id);
      book.total = orderTotal(event.data.lines).minor;
      book.ordered = event.data.lines.reduce((units, { quantity }) => units + quantity, 0);
      return;
    }
    case 'FundsDeposited':
      move(ledger, id, event.data.amount, 1, 0);
      return;
    case 'FundsWithdrawn':
      move(ledger, id, event.data.amount, -1, 0);
      return;
    case 'FundsHeld':
      move(ledger, id, event.data.amount, 0, 1);
      return;
    case 'HoldReleased':
      if (event.data.amount.minor !== 0) move(ledger, id, event.data.amount, 0, -1);
      return;
    case 'HoldCaptured':
      orderBook(ledger, event.data.orderId).paid += event.data.amount.minor;
      move(ledger, id, event.data.amount, -1, -1);
      return;
    case 'FundsRefunded':
      orderBook(ledger, event.data.orderId).paid -= event.data.amount.minor;
      move(ledger, id, event.data.amount, 1, 0);
      return;

    case 'StockReceived':
      shift(ledger, id, event.data.quantity, 0);
      return;
    case 'StockAdjusted':
      shift(ledger, id, event.data.delta, 0);
      return;
    case 'StockReserved':
      orderBook(ledger, event.data.orderId).taken += event.data.quantity;
      shift(ledger, id, 0, event.data.quantity);
      return;
    case 'StockReleased':
      if (event.data.quantity === 0) return;
      orderBook(ledger, event.data.orderId).taken -= event.data.quantity;
      shift(ledger, id, 0, -event.data.quantity);
      return;
    case 'StockCommitted':
      shift(ledger, id, -event.data.quantity, -event.data.quantity);
      return;
    case 'StockReturned':
      orderBook(ledger, event.data.orderId).taken -= event.data.quantity;
      shift(ledger, id, event.data.quantity, 0);
      return;

    default:
      settle(ledger, event, recorded.stream);
  }
}

/** How checkouts end, and the cards that pay. */
function settle(ledger: Ledger, event: LedgerEvent, stream: string): void {
  const id = streamId(stream);
  switch (event.type) {
    case 'CheckoutCompleted':
      orderBook(ledger, id).settled = 'completed';
      return;
    case 'CompensationStarted':
      orderBook(ledger, id).settled = null;
      return;
    case 'StepSettled':
      orderBook(ledger, id).byHand = true;
      return;
    case 'CompensationCompleted':
      orderBook(ledger, id).settled = 'compensated';
      return;

    case 'PaymentCaptured':
      payByCard(ledger, stream, event.data.amount.minor);
      return;
    case 'PaymentRefunded':
      payByCard(ledger, stream, -event.data.amount.minor);
      return;
    default:
  }
}

/** Whether a completed order took and paid exactly its lines, and an order that the checkout compensated took nothing. */
export function isSettledRight({ settled, total, ordered, paid, taken, byHand }: OrderBook): boolean {
  if (settled === 'completed') return paid === total && taken === ordered;
  return settled === null || byHand || (paid === 0 && taken === 0);
}

/** A card that fills a wallet pays for no order. */
function payByCard(ledger: Ledger, stream: string, minor: number): void {
  const payment = paymentOfStream(stream);
  if (depositPaidBy(payment) === null) orderBook(ledger, payment.orderId).paid += minor;
}

function orderBook({ orders }: Ledger, id: string): OrderBook {
  let book = orders.get(id);
  if (book === undefined) {
    book = { status: null, total: 0, ordered: 0, paid: 0, taken: 0, settled: null, byHand: false };
    orders.set(id, book);
  }
  return book;
}

function move(ledger: Ledger, id: string, { minor, currency }: Money, balance: number, held: number): void {
  const book = ledger.wallets.get(id) ?? { currency, balance: 0, held: 0 };
  book.balance += balance * minor;
  book.held += held * minor;
  ledger.wallets.set(id, book);
  if (book.held < 0 || book.held > book.balance) ledger.violations.add(`wallet-${id}`);
}

function shift(ledger: Ledger, id: string, onHand: number, reserved: number): void {
  const book = ledger.stock.get(id) ?? { onHand: 0, reserved: 0 };
  book.onHand += onHand;
  book.reserved += reserved;
  ledger.stock.set(id, book);
  if (book.reserved < 0 || book.reserved > book.onHand) ledger.violations.add(`stock-${id}`);
}
