// The books must show money or stock that is missing or counted twice.
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { CheckoutEvent } from '@holdfast/checkout';
import type { AllocationEvent, StockEvent } from '@holdfast/inventory';
import { CustomerId, money, OrderId, Sku } from '@holdfast/kernel';
import type { OrderEvent } from '@holdfast/ordering';
import { recorder } from '@holdfast/testing';
import type { WalletEvent } from '@holdfast/wallet';
import { emptyLedger, enter, isSettledRight, type Ledger } from './ledger.js';

const orderId = OrderId('o1');
const price = money.of(250, 'GBP');
const total = money.of(500, 'GBP');
const placed: OrderEvent = {
  type: 'OrderPlaced',
  data: {
    customerId: CustomerId('c1'),
    lines: [{ sku: Sku('A'), name: 'Lamp', quantity: 2, unitPrice: price }],
    paymentMethod: 'WALLET',
    paymentMode: 'AUTOMATIC',
    coordination: 'ORCHESTRATION',
    shippingAddress: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'GB' },
  },
};
const deposited: WalletEvent = { type: 'FundsDeposited', data: { amount: money.of(900, 'GBP') } };
const held: WalletEvent = { type: 'FundsHeld', data: { orderId, amount: total } };
const captured: WalletEvent = { type: 'HoldCaptured', data: { orderId, amount: total } };
const received: StockEvent = { type: 'StockReceived', data: { quantity: 5 } };
const reserved: StockEvent = { type: 'StockReserved', data: { orderId, quantity: 2 } };
const released: StockEvent = { type: 'StockReleased', data: { orderId, quantity: 2 } };
const completed: CheckoutEvent = { type: 'CheckoutCompleted', data: {} };
const compensated: CheckoutEvent = { type: 'CompensationCompleted', data: {} };

let ledger: Ledger;
let record: ReturnType<typeof recorder>;

beforeEach(() => {
  ledger = emptyLedger();
  record = recorder();
});

const enterAll = (
  stream: string,
  ...events: readonly { readonly type: string; readonly data: unknown }[]
): void => {
  for (const event of events) enter(ledger, record(stream, event));
};

const bookOf = (id: string) => {
  const book = ledger.orders.get(id);
  if (book === undefined) throw new Error(`no book of ${id}`);
  return book;
};

describe('an order that was paid and confirmed', () => {
  beforeEach(() => {
    enterAll('order-o1', placed);
    enterAll('stock-A', received, reserved);
    enterAll('wallet-c1', deposited, held);
  });

  test('adds up when it was charged once', () => {
    enterAll('wallet-c1', captured);
    enterAll('checkout-o1', completed);
    expect(isSettledRight(bookOf('o1'))).toBe(true);
    expect(ledger.wallets.get('c1')).toEqual({ currency: 'GBP', balance: 400, held: 0 });
    expect(ledger.stock.get('A')).toEqual({ onHand: 5, reserved: 2 });
    expect([...ledger.violations]).toEqual([]);
  });

  test('does not add up when it was charged twice', () => {
    enterAll('wallet-c1', captured, held, captured);
    enterAll('checkout-o1', completed);
    expect(isSettledRight(bookOf('o1'))).toBe(false);
    expect([...ledger.violations]).toEqual(['wallet-c1']);
  });

  test('does not add up when it was never charged', () => {
    enterAll('checkout-o1', completed);
    expect(isSettledRight(bookOf('o1'))).toBe(false);
  });
});

describe('an order that was paid by card', () => {
  const byCard = { type: 'PaymentCaptured', data: { transactionId: 'tx', amount: total } };
  const back = { type: 'PaymentRefunded', data: { refundId: 'undo', amount: total, transactionId: 're' } };
  beforeEach(() => {
    enterAll('order-o1', placed);
    enterAll('stock-A', received, reserved);
  });

  test('adds up when one of its attempts was charged and kept', () => {
    enterAll('payment-o1.1', byCard, back);
    enterAll('payment-o1.2', byCard);
    enterAll('checkout-o1', completed);
    expect(isSettledRight(bookOf('o1'))).toBe(true);
  });

  test('does not add up when two of them were, or when the money of a compensated one stayed', () => {
    enterAll('payment-o1.1', byCard);
    enterAll('payment-o1.2', byCard);
    enterAll('checkout-o1', completed);
    expect(isSettledRight(bookOf('o1'))).toBe(false);
    enterAll('payment-o1.2', back);
    enterAll('stock-A', released);
    enterAll('checkout-o1', compensated);
    expect(isSettledRight(bookOf('o1'))).toBe(false);
    enterAll('payment-o1.1', back);
    expect(isSettledRight(bookOf('o1'))).toBe(true);
  });

  test('has nothing to do with a card that filled a wallet', () => {
    enterAll('payment-deposit.d1.1', byCard);
    expect([...ledger.orders.keys()]).toEqual(['o1']);
  });
});

describe('an order that was compensated', () => {
  beforeEach(() => {
    enterAll('order-o1', placed);
    enterAll('stock-A', received, reserved);
  });

  test('adds up when everything was undone', () => {
    enterAll('stock-A', released);
    enterAll('checkout-o1', compensated);
    expect(isSettledRight(bookOf('o1'))).toBe(true);
    expect(ledger.stock.get('A')).toEqual({ onHand: 5, reserved: 0 });
  });

  test('does not add up when its stock stayed reserved', () => {
    enterAll('checkout-o1', compensated);
    expect(isSettledRight(bookOf('o1'))).toBe(false);
  });
});

test('stock that is reserved twice is reported', () => {
  enterAll('stock-A', received, { type: 'StockReserved', data: { orderId, quantity: 6 } });
  expect([...ledger.violations]).toEqual(['stock-A']);
});

test('a choreographed order that was cancelled adds up, and does not once stock is reserved for it again', () => {
  enterAll('order-o1', placed);
  enterAll('stock-A', received, reserved);
  enterAll('orderingpolicy-o1', { type: 'OrderEndNoted', data: {} });
  enterAll('paymentpolicy-o1', { type: 'OrderEndNoted', data: {} });
  enterAll('inventorypolicy-o1', { type: 'StockReleaseStarted', data: { undo: ['release:A'] } });
  enterAll('stock-A', released);
  enterAll('inventorypolicy-o1', { type: 'StepUndone', data: { step: 'release:A' } });
  expect(bookOf('o1').settled).toBe('compensated');
  expect(isSettledRight(bookOf('o1'))).toBe(true);
  enterAll('stock-A', reserved);
  expect(isSettledRight(bookOf('o1'))).toBe(false);
});

describe('a choreographed order whose stock an outside service keeps', () => {
  const units = { orderId, sku: Sku('A'), quantity: 2 };
  const outside = (type: 'AllocationReserved' | 'AllocationReleased'): AllocationEvent => ({
    type,
    data: units,
  });

  test('that is completed › has to have all its stock and its money, and our own stock has none of it', () => {
    enterAll('order-o1', placed);
    enterAll('wallet-c1', deposited, held, captured);
    enterAll('orderingpolicy-o1', { type: 'OrderKept', data: {} });
    expect(isSettledRight(bookOf('o1'))).toBe(false);
    enterAll('allocation-o1', outside('AllocationReserved'));
    expect(isSettledRight(bookOf('o1'))).toBe(true);
    expect(ledger.stock.size).toBe(0);
  });

  test('that is completed and then undone › is under way again', () => {
    enterAll('order-o1', placed);
    enterAll('wallet-c1', deposited, held, captured);
    enterAll('allocation-o1', outside('AllocationReserved'));
    enterAll('orderingpolicy-o1', { type: 'OrderKept', data: {} });
    enterAll('inventorypolicy-o1', { type: 'StockReleaseStarted', data: { undo: ['release:A'] } });
    enterAll('allocation-o1', outside('AllocationReleased'));
    expect(bookOf('o1')).toMatchObject({ settled: null, taken: 0 });
  });
});
