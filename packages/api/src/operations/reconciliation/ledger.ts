// The books: the totals that wallets, stock and orders must have, computed from the log alone. This file is pure;
// `reconciliation.ts` enters the events and compares the books with the read models.
import { checkoutCategory, type CheckoutEvent } from '@holdfast/checkout';
import { policyCategories } from '@holdfast/choreography';
import {
  allocationCategory,
  stockCategory,
  type AllocationEvent,
  type StockEvent,
} from '@holdfast/inventory';
import { assertNever, streamCategory, streamId, type Money, type RecordedEvent } from '@holdfast/kernel';
import {
  orderCategory,
  orderTotal,
  statusAfterEvent,
  type OrderEvent,
  type OrderStatus,
} from '@holdfast/ordering';
import { depositPaidBy, paymentCategory, paymentOfStream, type PaymentEvent } from '@holdfast/payments';
import { walletCategory, type WalletEvent } from '@holdfast/wallet';
import { enterPolicy, noPolicyEnds, type PolicyEnds } from './policy-ends.js';

const categories: ReadonlySet<string> = new Set([
  orderCategory,
  stockCategory,
  allocationCategory,
  walletCategory,
  checkoutCategory,
  paymentCategory,
  ...policyCategories,
]);

type LedgerEvent = OrderEvent | StockEvent | AllocationEvent | WalletEvent | CheckoutEvent | PaymentEvent;

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
  /** refunds that staff asked for, and those of returns: minor units by id */
  readonly refunds: Map<string, number>;
  /** refunds of these, in minor units */
  givenBack: number;
  /** units that staff accepted as returned, less those that are back in stock */
  returning: number;
  /** units that are back in stock */
  returned: number;
  /** how its checkout, or its policies, ended; null while they are under way */
  settled: 'completed' | 'compensated' | null;
  /** of a choreographed order */
  policies: PolicyEnds | null;
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

/** Enters one event into the books. Call it in log order. */
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
    case 'OrderRefundRequested':
      orderBook(ledger, id).refunds.set(event.data.refundId, event.data.amount.minor);
      return;
    case 'OrderReturned': {
      const book = orderBook(ledger, id);
      const { stock, refund } = event.data;
      if (refund !== null) book.refunds.set(refund.refundId, refund.amount.minor);
      for (const { quantity } of stock) book.returning += quantity;
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
    case 'FundsRefunded': {
      const book = orderBook(ledger, event.data.orderId);
      book.paid -= event.data.amount.minor;
      if (book.refunds.has(event.data.refundId)) book.givenBack += event.data.amount.minor;
      move(ledger, id, event.data.amount, 1, 0);
      return;
    }

    case 'StockReceived':
    case 'StockAdjusted':
    case 'StockReserved':
    case 'StockReleased':
    case 'StockCommitted':
    case 'StockReturned':
      enterStock(ledger, id, event);
      return;
    case 'AllocationReserved':
    case 'AllocationReleased':
    case 'AllocationReturned':
      enterAllocation(ledger, event);
      return;

    default:
      settle(ledger, event, recorded.stream);
      settleByPolicies(ledger, recorded);
  }
}

/** Settles a choreographed order by the decisions of its policies. */
function settleByPolicies(ledger: Ledger, recorded: RecordedEvent): void {
  const category = streamCategory(recorded.stream);
  if (!(policyCategories as readonly string[]).includes(category)) return;
  const book = orderBook(ledger, streamId(recorded.stream));
  book.policies ??= noPolicyEnds();
  const end = enterPolicy(book.policies, recorded);
  if (end !== undefined) book.settled = end;
}

/** Enters the end of a checkout, or a card payment. */
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
    case 'PaymentRefunded': {
      const { amount, refundId } = event.data;
      payByCard(ledger, stream, -amount.minor);
      const book = ledger.orders.get(paymentOfStream(stream).orderId);
      if (book?.refunds.has(refundId) === true) book.givenBack += amount.minor;
      return;
    }
    default:
  }
}

type StockMove = Exclude<StockEvent, { type: 'ProductCreated' | 'PriceChanged' | 'StockReservationRefused' }>;

function enterStock(ledger: Ledger, id: string, event: StockMove): void {
  switch (event.type) {
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
    case 'StockReturned': {
      const book = orderBook(ledger, event.data.orderId);
      const { quantity } = event.data;
      book.taken -= quantity;
      book.returning -= quantity;
      book.returned += quantity;
      shift(ledger, id, event.data.quantity, 0);
      return;
    }
    default:
      assertNever(event);
  }
}

type AllocationMove = Extract<
  AllocationEvent,
  { type: 'AllocationReserved' | 'AllocationReleased' | 'AllocationReturned' }
>;

/** Stock that an outside service keeps: it counts for the order, and is not in our own books of stock. */
function enterAllocation(ledger: Ledger, { type, data }: AllocationMove): void {
  const book = orderBook(ledger, data.orderId);
  switch (type) {
    case 'AllocationReserved':
      book.taken += data.quantity;
      return;
    case 'AllocationReleased':
      book.taken -= data.quantity;
      return;
    case 'AllocationReturned':
      book.taken -= data.quantity;
      book.returning -= data.quantity;
      book.returned += data.quantity;
      return;
    default:
      assertNever(type);
  }
}

/** Whether a completed order took and paid exactly its lines, and an order that was compensated took nothing. */
export function isSettledRight(book: OrderBook): boolean {
  const { settled, total, ordered, paid, taken, byHand, givenBack, returning, returned } = book;
  // Every refund by staff has a request in the order's events, and no more money was refunded than requested.
  if (settled === 'completed')
    return paid === total - givenBack && taken === ordered - returned && returning >= 0;
  return settled === null || byHand || (paid === 0 && taken === 0);
}

/** Enters money of a card. A card that fills a wallet pays for no order. */
function payByCard(ledger: Ledger, stream: string, minor: number): void {
  const payment = paymentOfStream(stream);
  if (depositPaidBy(payment) === null) orderBook(ledger, payment.orderId).paid += minor;
}

function orderBook({ orders }: Ledger, id: string): OrderBook {
  let book = orders.get(id);
  if (book === undefined) {
    book = {
      ...{ status: null, total: 0, ordered: 0, paid: 0, taken: 0, settled: null, byHand: false },
      policies: null,
      ...{ refunds: new Map<string, number>(), givenBack: 0, returning: 0, returned: 0 },
    };
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
