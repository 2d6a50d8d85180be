// The customer's view of an order, after every event that changes it.
import { describe, test } from '@jest/globals';
import { CustomerId, money, OrderId, Sku } from '@holdfast/kernel';
import type { OrderEvent, OrderPlaced } from '@holdfast/ordering';
import type { StockEvent } from '@holdfast/inventory';
import type { WalletEvent } from '@holdfast/wallet';
import type { CardEvent } from './card-payment.js';
import { projectionSpecification, recorder } from '@holdfast/testing';
import type { OrderPayment } from './order-payment.js';
import type { OrderSummary } from './order-document.js';
import { orderSummary } from './order-summary.js';

const { given } = projectionSpecification(orderSummary);
const gbp = (minor: number) => money.of(minor, 'GBP');
const at = (position: number) => `2026-01-01T00:00:${String(position).padStart(2, '0')}.000Z`;
const orderId = OrderId('o-1');

const orderPlaced: OrderPlaced = {
  type: 'OrderPlaced',
  data: {
    customerId: CustomerId('ann'),
    lines: [
      { sku: Sku('TEA'), name: 'Tea', quantity: 2, unitPrice: gbp(150) },
      { sku: Sku('CUP'), name: 'Cup', quantity: 1, unitPrice: gbp(500) },
    ],
    paymentMethod: 'WALLET',
    paymentMode: 'ON_CONFIRMATION',
    coordination: 'ORCHESTRATION',
    shippingAddress: { name: 'Ann', line1: '1 High St', city: 'York', postalCode: 'YO1', country: 'GB' },
  },
};

const created: OrderSummary = {
  id: 'o-1',
  code: 'o-1',
  guestEmail: null,
  customerId: 'ann',
  status: 'CREATED',
  failureReason: null,
  failureMessage: null,
  lines: [
    { sku: Sku('TEA'), name: 'Tea', quantity: 2, unitPrice: gbp(150), total: gbp(300) },
    { sku: Sku('CUP'), name: 'Cup', quantity: 1, unitPrice: gbp(500), total: gbp(500) },
  ],
  total: gbp(800),
  paymentMethod: 'WALLET',
  paymentMode: 'ON_CONFIRMATION',
  coordination: 'ORCHESTRATION',
  definition: 'stock-first',
  reservationExpiresAt: null,
  payment: null,
  invoice: null,
  shortages: [],
  refusedFunds: null,
  isPacked: false,
  returnRequests: [],
  hasOpenReturnRequest: false,
  revision: 0,
  position: 0,
  placedAt: at(0),
  placedPosition: 0,
};

const pending: OrderPayment = {
  method: 'WALLET',
  status: 'PENDING',
  transactionId: null,
  attempts: 0,
  amount: gbp(800),
  refunded: gbp(0),
  redirectUrl: null,
  declineCode: null,
};

/** The log of one placed order, with the later events in their streams. */
const log = (...events: readonly (OrderEvent | StockEvent | WalletEvent | CardEvent)[]) => {
  const record = recorder();
  const streamOf = ({ type }: { readonly type: string }): string => {
    if (/^(Order|Return)/.test(type)) return 'order-o-1';
    if (type.startsWith('Payment')) return 'payment-o-1.1';
    return type.startsWith('Stock') ? 'stock-TEA' : 'wallet-ann';
  };
  return [orderPlaced, ...events].map((event) => record(streamOf(event), event));
};

const reserved: OrderEvent = { type: 'OrderReserved', data: { expiresAt: at(50) } };
const paymentStarted: OrderEvent = {
  type: 'OrderPaymentStarted',
  data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
};
const held: WalletEvent = { type: 'FundsHeld', data: { orderId, amount: gbp(800) } };
const captured: WalletEvent = { type: 'HoldCaptured', data: { orderId, amount: gbp(800) } };
const released: WalletEvent = { type: 'HoldReleased', data: { orderId, amount: gbp(800) } };
const neverHeld: WalletEvent = { type: 'HoldReleased', data: { orderId, amount: gbp(0) } };
const paid: OrderEvent = { type: 'OrderPaid', data: { transactionId: 't-1' } };
const confirmed: OrderEvent = { type: 'OrderConfirmed', data: { invoiceNumber: 'INV-1' } };
const refunded = (minor: number): WalletEvent => ({
  type: 'FundsRefunded',
  data: { orderId, refundId: `r-${minor}`, amount: gbp(minor) },
});
const holdRefused: WalletEvent = {
  type: 'FundsHoldRefused',
  data: { orderId, requested: gbp(800), available: gbp(30) },
};
const refused = (requested: number, available: number): StockEvent => ({
  type: 'StockReservationRefused',
  data: { orderId, requested, available },
});

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

  describe('an order paid by card', () => {
    const started: OrderEvent = {
      type: 'OrderPaymentStarted',
      data: { method: 'CARD', attempt: 1, cardToken: null, returnUrl: null },
    };
    const transactionId = 'pay-1';
    const amount = gbp(800);
    const requested: CardEvent = {
      type: 'PaymentRequested',
      data: { amount, card: null, returnUrl: null, gateway: null },
    };
    const url = 'https://gateway.example/pay/1';
    const offered: CardEvent = { type: 'PaymentRedirectOffered', data: { transactionId, url } };
    const authorized: CardEvent = {
      type: 'PaymentAuthorized',
      data: { transactionId, amount, expiresAt: null },
    };
    const taken: CardEvent = { type: 'PaymentCaptured', data: { transactionId, amount } };
    const declined: CardEvent = { type: 'PaymentDeclined', data: { transactionId, code: 'card_declined' } };
    const expired: CardEvent = { type: 'PaymentAuthorizationExpired', data: { transactionId } };
    const voided: CardEvent = { type: 'PaymentVoided', data: { transactionId } };
    const back = (minor: number): CardEvent => ({
      type: 'PaymentRefunded',
      data: { refundId: `r-${minor}`, amount: gbp(minor), transactionId: 're-1' },
    });
    const asked = { ...pending, method: 'CARD', attempts: 1 } as const;
    const secured = { ...asked, status: 'HELD', transactionId } as const;
    const paidByIt = { ...secured, status: 'CAPTURED' } as const;
    type Case = readonly [string, readonly CardEvent[], OrderPayment];
    const cases: readonly Case[] = [
      ['asked for', [requested], asked],
      ['to be paid on a page', [requested, offered], { ...asked, transactionId, redirectUrl: url }],
      ['authorized', [requested, offered, authorized], secured],
      ['captured', [requested, authorized, taken], paidByIt],
      [
        'declined',
        [requested, declined],
        { ...asked, status: 'REFUSED', transactionId, declineCode: 'card_declined' },
      ],
      [
        'expired',
        [requested, authorized, expired],
        { ...secured, status: 'RELEASED', declineCode: 'expired' },
      ],
      ['voided', [requested, authorized, voided], { ...secured, status: 'RELEASED' }],
      [
        'refunded in part',
        [requested, authorized, taken, back(300)],
        { ...paidByIt, status: 'PARTLY_REFUNDED', refunded: gbp(300) },
      ],
      [
        'refunded',
        [requested, authorized, taken, back(300), back(500)],
        { ...paidByIt, status: 'REFUNDED', refunded: gbp(800) },
      ],
    ];
    test.each(cases)('that is %s shows it', (_, events, payment) => {
      const position = 1 + events.length;
      given(log(started, ...events)).then([
        { ...created, status: 'PAYMENT_PENDING', payment, revision: 1, position },
      ]);
    });

    test('in a second attempt shows that one, for any later outcome of the first', () => {
      const record = recorder();
      const [first, second] = ['payment-o-1.1', 'payment-o-1.2'];
      given([
        record('order-o-1', orderPlaced),
        record('order-o-1', started),
        record(first, requested),
        record(first, declined),
        record('order-o-1', started),
        record(second, requested),
        record(first, voided),
      ]).then([
        {
          ...created,
          status: 'PAYMENT_PENDING',
          payment: { ...asked, transactionId, attempts: 2 },
          revision: 2,
          position: 5,
        },
      ]);
    });

    test('ignores the payment of a deposit', () => {
      const record = recorder();
      given([record('order-o-1', orderPlaced), record('payment-deposit.o-1.1', requested)]).then([created]);
    });
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
