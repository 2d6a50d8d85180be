// The customer's view of an order, after every event that changes it.
import { describe, test } from '@jest/globals';
import { Sku } from '@holdfast/kernel';
import type { OrderEvent } from '@holdfast/ordering';
import type { WalletEvent } from '@holdfast/wallet';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { orderSummary } from './order-summary.js';
import {
  gbp,
  at,
  orderId,
  created,
  pending,
  log,
  reserved,
  paymentStarted,
  held,
  captured,
  released,
  neverHeld,
  paid,
  confirmed,
  refunded,
  holdRefused,
  refused,
} from '../test/orders.js';

const { given } = projectionSpecification(orderSummary);

describe('order-summary', () => {
  test('a placed order has its lines, their totals, and waits in CREATED', () => {
    given(log()).then([created]);
  });

  test('a reserved order has the end of its reservation', () => {
    const expected = { status: 'RESERVED', reservationExpiresAt: at(50), revision: 1, position: 1 } as const;
    given(log(reserved)).then([{ ...created, ...expected }]);
  });

  test('a reservation that is extended ends later, and the order is as it was', () => {
    const extended: OrderEvent = { type: 'OrderReservationExtended', data: { expiresAt: at(99) } };
    const expected = { status: 'RESERVED', reservationExpiresAt: at(99), revision: 2, position: 2 } as const;
    given(log(reserved, extended)).then([{ ...created, ...expected }]);
  });

  test('once payment starts, the reservation no longer ends and a payment is pending', () => {
    const expected = { status: 'PAYMENT_PENDING', payment: pending, revision: 2, position: 2 } as const;
    given(log(reserved, paymentStarted)).then([{ ...created, ...expected }]);
  });

  test('a declined card with another attempt left: the order is reserved again, with the end of its reservation', () => {
    const declined: OrderEvent = {
      type: 'OrderPaymentDeclined',
      data: { attempt: 1, code: 'card_declined', expiresAt: at(90) },
    };
    given(log(reserved, paymentStarted, declined)).then([
      {
        ...created,
        status: 'RESERVED',
        reservationExpiresAt: at(90),
        payment: { ...pending, status: 'REFUSED' },
        revision: 3,
        position: 3,
      },
    ]);
  });

  test('held money is an attempt, and moves the position but not the revision', () => {
    given(log(paymentStarted, held)).then([
      {
        ...created,
        status: 'PAYMENT_PENDING',
        payment: { ...pending, status: 'HELD', attempts: 1 },
        revision: 1,
        position: 2,
      },
    ]);
  });

  test('a confirmed order has its transaction and its invoice', () => {
    given(log(reserved, paymentStarted, held, captured, paid, confirmed)).then([
      {
        ...created,
        status: 'CONFIRMED',
        payment: { ...pending, status: 'CAPTURED', attempts: 1, transactionId: 't-1' },
        invoice: { number: 'INV-1', issuedAt: at(6), total: gbp(800) },
        revision: 4,
        position: 6,
      },
    ]);
  });

  test('the amount of a payment is that of the event which moved the money, not the total of the order', () => {
    const less = gbp(750);
    const heldLess: WalletEvent = { type: 'FundsHeld', data: { orderId, amount: less } };
    const capturedLess: WalletEvent = { type: 'HoldCaptured', data: { orderId, amount: less } };
    const payment = { ...pending, attempts: 1, amount: less };
    const standing = { ...created, status: 'PAYMENT_PENDING', revision: 1 } as const;
    given(log(paymentStarted, heldLess)).then([
      { ...standing, payment: { ...payment, status: 'HELD' }, position: 2 },
    ]);
    given(log(paymentStarted, held, capturedLess)).then([
      { ...standing, payment: { ...payment, status: 'CAPTURED' }, position: 3 },
    ]);
    given(log(paymentStarted, held, capturedLess, refunded(750))).then([
      { ...standing, payment: { ...payment, status: 'REFUNDED', refunded: less }, position: 4 },
    ]);
  });

  test('an order without anything to pay is PAID and has no payment', () => {
    const skipped: OrderEvent = { type: 'OrderPaymentSkipped', data: {} };
    given(log(reserved, skipped)).then([
      { ...created, status: 'PAID', reservationExpiresAt: at(50), revision: 2, position: 2 },
    ]);
    given(log(reserved, paymentStarted, skipped)).then([
      { ...created, status: 'PAID', revision: 3, position: 3 },
    ]);
  });

  test('an order that a person must look at is UNDER_REVIEW', () => {
    given(log({ type: 'OrderHeldForReview', data: { reason: 'large' } })).then([
      { ...created, status: 'UNDER_REVIEW', revision: 1, position: 1 },
    ]);
  });

  test('out of stock: the SKUs that were short, and the reason of the failure', () => {
    const failed: OrderEvent = { type: 'OrderFailed', data: { reason: 'OUT_OF_STOCK', message: 'No tea' } };
    given(log(refused(2, 1), failed)).then([
      {
        ...created,
        status: 'FAILED',
        failureReason: 'OUT_OF_STOCK',
        failureMessage: 'No tea',
        shortages: [{ sku: 'TEA', requested: 2, available: 1 }],
        revision: 1,
        position: 2,
      },
    ]);
  });

  test('a reservation refused because the order had ended is no shortage', () => {
    given(log(refused(2, 100))).then([created]);
  });

  test('insufficient funds: the required and the available amount', () => {
    given(log(paymentStarted, holdRefused)).then([
      {
        ...created,
        status: 'PAYMENT_PENDING',
        payment: { ...pending, status: 'REFUSED', attempts: 1 },
        refusedFunds: { required: gbp(800), available: gbp(30) },
        revision: 1,
        position: 2,
      },
    ]);
  });

  test.each([
    ['that was held', [held, released], 1],
    ['that was never held', [neverHeld], 0],
    ['that was never held, and whose hold came too late', [neverHeld, holdRefused], 1],
  ] as const)('money %s is released', (_, events, attempts) => {
    given(log(paymentStarted, ...events)).then([
      {
        ...created,
        status: 'PAYMENT_PENDING',
        payment: { ...pending, status: 'RELEASED', attempts },
        revision: 1,
        position: 1 + events.length,
      },
    ]);
  });

  test('a release without a payment changes nothing', () => {
    given(log(neverHeld)).then([created]);
  });

  test.each([
    ['a part', [300], 'PARTLY_REFUNDED', 300],
    ['all of it, in parts', [300, 500], 'REFUNDED', 800],
  ] as const)('refunding %s shows in the payment', (_, amounts, status, sum) => {
    given(log(paymentStarted, held, captured, ...amounts.map(refunded))).then([
      {
        ...created,
        status: 'PAYMENT_PENDING',
        payment: { ...pending, status, attempts: 1, refunded: gbp(sum) },
        revision: 1,
        position: 3 + amounts.length,
      },
    ]);
  });

  test('a cancelled order has a reason, the note as its message, and no reservation', () => {
    given(
      log(reserved, { type: 'OrderCancelled', data: { reason: 'CUSTOMER_CANCELLED', note: 'too late' } }),
    ).then([
      {
        ...created,
        status: 'CANCELLED',
        failureReason: 'CUSTOMER_CANCELLED',
        failureMessage: 'too late',
        revision: 2,
        position: 2,
      },
    ]);
  });

  test('a request to send goods back is open until all its units came back, oldest request first', () => {
    const requested = (requestId: string, quantity: number): OrderEvent => ({
      type: 'ReturnRequested',
      data: { requestId, stock: [{ sku: Sku('TEA'), quantity }], reason: 'too strong' },
    });
    const cameBack = (returnId: string): OrderEvent => ({
      type: 'OrderReturned',
      data: { returnId, stock: [{ sku: Sku('TEA'), quantity: 1 }], reason: 'came', refund: null },
    });
    const shown = (id: string, position: number, open: number) => ({
      ...{ id, at: at(position), reason: 'too strong', declineReason: null },
      lines: [{ sku: Sku('TEA'), quantity: 1 }],
      open: open === 0 ? [] : [{ sku: Sku('TEA'), quantity: open }],
    });
    const events = [requested('q-1', 1), requested('q-2', 1), cameBack('b-1')];
    given(log(...events)).then([
      {
        ...{ ...created, revision: 3, position: 3, hasOpenReturnRequest: true },
        returnRequests: [shown('q-1', 1, 0), shown('q-2', 2, 1)],
      },
    ]);
    given(log(...events, cameBack('b-2'))).then([
      {
        ...{ ...created, revision: 4, position: 4, hasOpenReturnRequest: false },
        returnRequests: [shown('q-1', 1, 0), shown('q-2', 2, 0)],
      },
    ]);
    const declined: OrderEvent = {
      type: 'ReturnDeclined',
      data: { requestId: 'q-2', reason: 'too late' },
    };
    given(log(...events, declined)).then([
      {
        ...{ ...created, revision: 4, position: 4, hasOpenReturnRequest: false },
        returnRequests: [shown('q-1', 1, 0), { ...shown('q-2', 2, 0), declineReason: 'too late' }],
      },
    ]);
  });

  test('events about an order that was never placed are no order', () => {
    const record = recorder();
    given([record('stock-TEA', refused(1, 0)), record('wallet-ann', held)]).then([]);
  });
});
