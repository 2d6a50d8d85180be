// Every step in the life of an order, and every refusal.
import { describe, expect, test } from '@jest/globals';
import { CustomerId, fold, money, OrderId, Sku } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import fc from 'fast-check';
import {
  maxLines,
  maxQuantity,
  order,
  orderStream,
  orderTotal,
  type Cancel,
  type OrderCommand,
  type OrderEvent,
  type OrderLine,
  type OrderPlaced,
  type OrderState,
} from './index.js';

const orderId = OrderId('o-1');
const line = (sku: string, quantity = 1, minor = 1000, currency = 'EUR'): OrderLine => ({
  sku: Sku(sku),
  name: `The ${sku}`,
  quantity,
  unitPrice: { minor, currency },
});
const request: OrderPlaced['data'] = {
  customerId: CustomerId('c-1'),
  lines: [line('MUG', 2, 1250), line('TEA'), line('MUG', 1, 1250)],
  paymentMethod: 'WALLET',
  paymentMode: 'ON_CONFIRMATION',
  coordination: 'ORCHESTRATION',
  shippingAddress: { name: 'Ada', line1: 'Main St 1', city: 'Graz', postalCode: '8010', country: 'AT' },
};

const placeOrder = (lines = request.lines): OrderCommand => ({
  type: 'PlaceOrder',
  data: { orderId, ...request, lines },
});
const expiresAt = '2026-01-01T00:15:00.000Z';
const markReserved: OrderCommand = { type: 'MarkReserved', data: { orderId, expiresAt } };
const startPayment: OrderCommand = { type: 'StartPayment', data: { orderId, method: 'WALLET' } };
const startAttempt = (attempt: number, cardToken?: string): OrderCommand => ({
  type: 'StartPayment',
  data: { orderId, method: 'CARD', attempt, ...(cardToken !== undefined && { cardToken }) },
});
const attemptStarted = (attempt: number, cardToken: string | null): OrderEvent => ({
  type: 'OrderPaymentStarted',
  data: { method: 'CARD', attempt, cardToken, returnUrl: null },
});
const markDeclined = (attempt: number): OrderCommand => ({
  type: 'MarkPaymentDeclined',
  data: { orderId, attempt, code: 'card_declined', expiresAt },
});
const declined = (attempt: number): OrderEvent => ({
  type: 'OrderPaymentDeclined',
  data: { attempt, code: 'card_declined', expiresAt },
});
const markPaid: OrderCommand = { type: 'MarkPaid', data: { orderId, transactionId: 't-1' } };
const holdForReview: OrderCommand = { type: 'HoldForReview', data: { orderId, reason: 'large' } };
const review = (approved: boolean, reason = 'called them'): OrderCommand => ({
  type: 'Review',
  data: { orderId, approved, reason },
});
const reviewed = (approved: boolean): OrderEvent => ({
  type: 'OrderReviewed',
  data: { approved, reason: 'called them' },
});
const confirm: OrderCommand = { type: 'Confirm', data: { orderId, invoiceNumber: 'INV-1' } };
const cancel = (data: Omit<Cancel['data'], 'orderId'>): OrderCommand => ({
  type: 'Cancel',
  data: { orderId, ...data },
});
const customerCancels = cancel({ reason: 'CUSTOMER_CANCELLED' });
const expire = cancel({ reason: 'RESERVATION_EXPIRED' });
const fail: OrderCommand = {
  type: 'Fail',
  data: { orderId, reason: 'OUT_OF_STOCK', message: 'Out of stock' },
};

const placed: OrderEvent = { type: 'OrderPlaced', data: request };
const reserved: OrderEvent = { type: 'OrderReserved', data: { expiresAt } };
const paymentStarted: OrderEvent = {
  type: 'OrderPaymentStarted',
  data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
};
const paid: OrderEvent = { type: 'OrderPaid', data: { transactionId: 't-1' } };
const heldForReview: OrderEvent = { type: 'OrderHeldForReview', data: { reason: 'large' } };
const confirmed: OrderEvent = { type: 'OrderConfirmed', data: { invoiceNumber: 'INV-1' } };
const cancelled: OrderEvent = { type: 'OrderCancelled', data: { reason: 'CUSTOMER_CANCELLED' } };
const expired: OrderEvent = { type: 'OrderCancelled', data: { reason: 'RESERVATION_EXPIRED' } };
const failed: OrderEvent = { type: 'OrderFailed', data: { reason: 'OUT_OF_STOCK', message: 'Out of stock' } };

const parcel = [
  { sku: Sku('MUG'), quantity: 3 },
  { sku: Sku('TEA'), quantity: 1 },
];
const packed: OrderEvent = {
  type: 'OrderPacked',
  data: { stock: parcel, shippingAddress: request.shippingAddress },
};
const shipped: OrderEvent = {
  type: 'OrderShipped',
  data: { carrier: 'simulated', trackingNumber: 'T-1', stock: parcel },
};
const inTransit: OrderEvent = { type: 'OrderInTransit', data: {} };
const delivered: OrderEvent = { type: 'OrderDelivered', data: {} };
const markPacked: OrderCommand = { type: 'MarkPacked', data: { orderId } };
const markShipped: OrderCommand = {
  type: 'MarkShipped',
  data: { orderId, carrier: 'simulated', trackingNumber: 'T-1' },
};
const markInTransit: OrderCommand = { type: 'MarkInTransit', data: { orderId } };
const markDelivered: OrderCommand = { type: 'MarkDelivered', data: { orderId } };

/** the events that lead to each status */
const until = {
  CREATED: [placed],
  RESERVED: [placed, reserved],
  PAYMENT_PENDING: [placed, reserved, paymentStarted],
  PAID: [placed, reserved, paymentStarted, paid],
  UNDER_REVIEW: [placed, reserved, paymentStarted, paid, heldForReview],
  CONFIRMED: [placed, reserved, paymentStarted, paid, confirmed],
  SHIPPED: [placed, reserved, paymentStarted, paid, confirmed, packed, shipped],
  IN_TRANSIT: [placed, reserved, paymentStarted, paid, confirmed, packed, shipped, inTransit],
  DELIVERED: [placed, reserved, paymentStarted, paid, confirmed, packed, shipped, inTransit, delivered],
  FAILED: [placed, failed],
  CANCELLED: [placed, reserved, cancelled],
} satisfies Record<Exclude<OrderState['status'], 'NOT_PLACED'>, readonly OrderEvent[]>;
type Status = keyof typeof until;
const unended: readonly Status[] = [
  'CREATED',
  'RESERVED',
  'PAYMENT_PENDING',
  'PAID',
  'UNDER_REVIEW',
  'CONFIRMED',
];
const handedOver: readonly Status[] = ['SHIPPED', 'IN_TRANSIT', 'DELIVERED'];
const statuses = Object.keys(until) as Status[];

const { given } = deciderSpecification(order);

describe('when an order is placed', () => {
  test('keeps its lines with the prices of the moment', () => {
    given([]).when(placeOrder()).then([placed]);
  });
  test('does nothing when the same request comes again', () => {
    given([placed]).when(placeOrder()).thenNothing();
    given(until.CANCELLED).when(placeOrder()).thenNothing();
  });
  test('does nothing when the same request comes again after the customer has ordered more', () => {
    const history = { earlierOrders: 0, ordersInLastHour: 0 };
    const checked: OrderEvent = { type: 'OrderPlaced', data: { ...request, customerHistory: history } };
    given([checked])
      .when({
        type: 'PlaceOrder',
        data: { orderId, ...request, customerHistory: { earlierOrders: 3, ordersInLastHour: 2 } },
      })
      .thenNothing();
  });
  test('keeps the address of the invoice and the history of the customer', () => {
    const data = {
      ...request,
      billingAddress: { ...request.shippingAddress, line1: 'Side St 2' },
      customerHistory: { earlierOrders: 3, ordersInLastHour: 2 },
    };
    given([])
      .when({ type: 'PlaceOrder', data: { orderId, ...data } })
      .then([{ type: 'OrderPlaced', data }]);
    given([{ type: 'OrderPlaced', data }])
      .when({ type: 'PlaceOrder', data: { orderId, ...data, billingAddress: request.shippingAddress } })
      .thenRejected('OrderAlreadyPlaced');
  });
  test('refuses another request under the same id', () => {
    given([placed])
      .when(placeOrder([line('TEA')]))
      .thenRejected('OrderAlreadyPlaced');
  });
  test('accepts the largest number of lines, and the largest quantity of one', () => {
    const lines = Array.from({ length: maxLines }, (_, n) => line(`S${n}`, n === 0 ? maxQuantity : 1, 1));
    given([])
      .when(placeOrder(lines))
      .then([{ type: 'OrderPlaced', data: { ...request, lines } }]);
  });
  test('accepts a total of exactly the largest amount', () => {
    const lines = [line('A', 1, money.maxMinor - 1), line('B', 1, 1)];
    given([])
      .when(placeOrder(lines))
      .then([{ type: 'OrderPlaced', data: { ...request, lines } }]);
  });
  test('refuses an order without lines', () => {
    given([]).when(placeOrder([])).thenRejected('NoLines');
  });
  test('refuses more lines than the limit', () => {
    const lines = Array.from({ length: maxLines + 1 }, (_, n) => line(`S${n}`));
    given([]).when(placeOrder(lines)).thenRejected({ code: 'TooManyLines', limit: maxLines });
  });
  test.each([0, -1, 1.5, NaN, maxQuantity + 1])(
    'refuses a quantity of %s and says in which line',
    (quantity) => {
      given([])
        .when(placeOrder([line('TEA'), line('MUG', quantity)]))
        .thenRejected({ code: 'InvalidQuantity', line: 1 });
    },
  );
  test.each([
    [-1, 'EUR'],
    [0.5, 'EUR'],
    [money.maxMinor + 1, 'EUR'],
    [1, 'euro'],
  ])('refuses a price of %s %s and says in which line', (minor, currency) => {
    given([])
      .when(placeOrder([line('MUG', 1, minor, currency)]))
      .thenRejected({ code: 'InvalidPrice', line: 0 });
  });
  test('refuses two currencies in one order', () => {
    given([])
      .when(placeOrder([line('TEA'), line('MUG', 1, 1, 'USD')]))
      .thenRejected('MixedCurrencies');
  });
  test.each([
    ['in one line', [line('A', maxQuantity, money.maxMinor)]],
    ['over all lines', [line('A', 1, money.maxMinor), line('B', 1, 1)]],
  ])('refuses a total above the largest amount, %s', (_where, lines) => {
    given([]).when(placeOrder(lines)).thenRejected('TotalTooLarge');
  });
});

describe('when the order moves forward', () => {
  test('CREATED, all reserved › becomes RESERVED and says until when', () => {
    given(until.CREATED).when(markReserved).then([reserved]);
  });
  test('RESERVED, the customer pays › becomes PAYMENT_PENDING', () => {
    given(until.RESERVED).when(startPayment).then([paymentStarted]);
  });
  test('PAYMENT_PENDING, funds captured › becomes PAID and keeps the transaction', () => {
    given(until.PAYMENT_PENDING).when(markPaid).then([paid]);
  });
  test('PAID, checks pass › becomes CONFIRMED with an invoice number', () => {
    given(until.PAID).when(confirm).then([confirmed]);
  });
  test('PAID, a check asks for a person › becomes UNDER_REVIEW', () => {
    given(until.PAID).when(holdForReview).then([heldForReview]);
  });
  test('UNDER_REVIEW, staff approve › becomes CONFIRMED', () => {
    given(until.UNDER_REVIEW).when(confirm).then([confirmed]);
  });
  test('CONFIRMED, packed › stays CONFIRMED and says what is in the parcel', () => {
    given(until.CONFIRMED).when(markPacked).then([packed]);
    given([...until.CONFIRMED, packed])
      .when(markPacked)
      .thenNothing();
    expect(fold(order, order.initialState, [...until.CONFIRMED, packed])).toMatchObject({
      status: 'CONFIRMED',
      isPacked: true,
    });
  });
  test('packed, handed over › becomes SHIPPED; unpacked it is refused', () => {
    given([...until.CONFIRMED, packed])
      .when(markShipped)
      .then([shipped]);
    given(until.CONFIRMED).when(markShipped).thenRejected({ code: 'OrderNotReady', status: 'CONFIRMED' });
  });
  test('SHIPPED, a carrier scan › becomes IN_TRANSIT, and DELIVERED with the last, also when that one comes first', () => {
    given(until.SHIPPED).when(markInTransit).then([inTransit]);
    given(until.IN_TRANSIT).when(markDelivered).then([delivered]);
    given(until.SHIPPED).when(markDelivered).then([delivered]);
    given([...until.SHIPPED, delivered])
      .when(markInTransit)
      .thenNothing();
  });

  test.each([
    ['MarkReserved', markReserved, ['RESERVED', 'PAYMENT_PENDING', 'PAID', 'UNDER_REVIEW', 'CONFIRMED']],
    ['StartPayment', startPayment, ['PAYMENT_PENDING', 'PAID', 'UNDER_REVIEW', 'CONFIRMED']],
    ['MarkPaid', markPaid, ['PAID', 'UNDER_REVIEW', 'CONFIRMED']],
    ['HoldForReview', holdForReview, ['UNDER_REVIEW', 'CONFIRMED']],
    ['Confirm', confirm, ['CONFIRMED', ...handedOver]],
    ['MarkPacked', markPacked, handedOver],
    ['MarkShipped', markShipped, handedOver],
    ['MarkInTransit', markInTransit, ['IN_TRANSIT', 'DELIVERED']],
    ['MarkDelivered', markDelivered, ['DELIVERED']],
  ] as const)('%s does nothing when the order is already there or further', (_type, command, there) => {
    for (const status of there) given(until[status]).when(command).thenNothing();
  });
  test.each([
    ['MarkPaid', markPaid, ['CREATED', 'RESERVED']],
    ['HoldForReview', holdForReview, ['CREATED', 'RESERVED', 'PAYMENT_PENDING']],
    ['Confirm', confirm, ['CREATED', 'RESERVED', 'PAYMENT_PENDING']],
    ['MarkPacked', markPacked, ['PAID', 'UNDER_REVIEW']],
    ['MarkShipped', markShipped, ['PAID', 'UNDER_REVIEW']],
    ['MarkInTransit', markInTransit, ['PAID', 'CONFIRMED']],
    ['MarkDelivered', markDelivered, ['PAID', 'CONFIRMED']],
  ] as const)('%s is refused while a step before it is missing', (_type, command, early) => {
    for (const status of early)
      given(until[status]).when(command).thenRejected({ code: 'OrderNotReady', status });
  });
  test('paying is refused before the reservation and after the end', () => {
    for (const status of ['CREATED', 'FAILED', 'CANCELLED'] as const) {
      given(until[status]).when(startPayment).thenRejected({ code: 'OrderNotPayable', status });
    }
  });
  test.each([
    ['MarkReserved', markReserved],
    ['MarkPaid', markPaid],
    ['HoldForReview', holdForReview],
    ['Confirm', confirm],
    ['MarkPacked', markPacked],
    ['MarkShipped', markShipped],
    ['MarkInTransit', markInTransit],
    ['MarkDelivered', markDelivered],
  ] as const)('%s is refused once the order has ended', (_type, command) => {
    for (const status of ['FAILED', 'CANCELLED'] as const) {
      given(until[status]).when(command).thenRejected({ code: 'OrderEnded', status });
    }
  });
  test('every command but placing is refused when there is no such order', () => {
    for (const command of [
      markReserved,
      startPayment,
      markPaid,
      holdForReview,
      confirm,
      customerCancels,
      fail,
      markPacked,
      markShipped,
      markInTransit,
      markDelivered,
    ]) {
      given([]).when(command).thenRejected('OrderNotFound');
    }
  });
});

describe('when the reservation is about to end', () => {
  const end = '2026-01-01T00:15:00.000Z';
  const remind = (expiresAt = end): OrderCommand => ({
    type: 'RemindOfReservation',
    data: { orderId, expiresAt },
  });
  const told: OrderEvent = { type: 'OrderReservationExpiring', data: { expiresAt: end } };

  test('RESERVED › the customer is told once, also when a card was declined in between', () => {
    given(until.RESERVED).when(remind()).then([told]);
    given([...until.RESERVED, told])
      .when(remind())
      .thenNothing();
    given([...until.RESERVED, told, attemptStarted(1, 'tok_1'), declined(1)])
      .when(remind())
      .thenNothing();
  });
  test('nobody is told of an end that has moved, or of an order that does not wait to be paid', () => {
    given(until.RESERVED).when(remind('2026-01-01T00:20:00.000Z')).thenNothing();
    for (const status of statuses.filter((one) => one !== 'RESERVED'))
      given(until[status]).when(remind()).thenNothing();
  });
});

describe('when the customer asks for more time', () => {
  const minute = 60_000;
  const ask = (at = '2026-01-01T00:14:59.999Z'): OrderCommand => ({
    type: 'ExtendReservation',
    data: { orderId, at, byMs: 15 * minute },
  });
  const extended: OrderEvent = {
    type: 'OrderReservationExtended',
    data: { expiresAt: '2026-01-01T00:30:00.000Z' },
  };

  test('RESERVED › the reservation ends later by so much, and the order stays RESERVED', () => {
    given(until.RESERVED).when(ask()).then([extended]);
    expect(fold(order, order.initialState, [...until.RESERVED, extended])).toMatchObject({
      status: 'RESERVED',
      expiresAt: '2026-01-01T00:30:00.000Z',
    });
  });
  test('a second time is refused, also after a card was declined', () => {
    const twice = { code: 'ReservationExtended', status: 'RESERVED' } as const;
    const end = '2026-01-01T00:30:00.000Z';
    given([...until.RESERVED, extended])
      .when(ask())
      .thenRejected({ ...twice, expiresAt: end });
    given([...until.RESERVED, extended, attemptStarted(1, 'tok_1'), declined(1)])
      .when(ask())
      .thenRejected({ ...twice, expiresAt });
  });
  test('is refused once the reservation is over, though its deadline has yet to fire', () => {
    given(until.RESERVED)
      .when(ask(expiresAt))
      .thenRejected({ code: 'ReservationNotExtendable', status: 'RESERVED' });
  });
  test('is refused when no reservation waits for the customer', () => {
    for (const status of statuses.filter((one) => one !== 'RESERVED'))
      given(until[status]).when(ask()).thenRejected({ code: 'ReservationNotExtendable', status });
    given([placed, { type: 'OrderReserved', data: { expiresAt: null } }])
      .when(ask())
      .thenRejected({ code: 'ReservationNotExtendable', status: 'RESERVED' });
    given([]).when(ask()).thenRejected('OrderNotFound');
  });
});

describe('when the order is paid by card', () => {
  const withToken = { ...request, paymentMethod: 'CARD', cardToken: 'tok_1', returnUrl: '/back' } as const;
  const cardPlaced: OrderEvent = { type: 'OrderPlaced', data: withToken };

  test('the first attempt has the token that the order came with, unless another is given', () => {
    const data = { method: 'CARD', attempt: 1, cardToken: 'tok_1', returnUrl: '/back' } as const;
    given([cardPlaced, reserved])
      .when(startAttempt(1))
      .then([{ type: 'OrderPaymentStarted', data }]);
    given([cardPlaced, reserved])
      .when(startAttempt(1, 'tok_2'))
      .then([{ type: 'OrderPaymentStarted', data: { ...data, cardToken: 'tok_2' } }]);
  });
  test('PAYMENT_PENDING, declined with another attempt left › is RESERVED again, until when it says', () => {
    given([placed, reserved, attemptStarted(1, 'tok_1')])
      .when(markDeclined(1))
      .then([declined(1)]);
  });
  test('the next attempt needs a token of its own', () => {
    given([cardPlaced, reserved, attemptStarted(1, 'tok_1'), declined(1)])
      .when(startAttempt(2))
      .then([attemptStarted(2, null)]);
  });
  test('an attempt that was declined is neither started nor declined again', () => {
    const history = [placed, reserved, attemptStarted(1, 'tok_1'), declined(1)];
    given(history).when(startAttempt(1)).thenNothing();
    given(history).when(markDeclined(1)).thenNothing();
    given([...history, attemptStarted(2, 'tok_2')])
      .when(markDeclined(1))
      .thenNothing();
  });
  test('a decline is refused before its attempt, and after the end', () => {
    given(until.RESERVED).when(markDeclined(1)).thenRejected({ code: 'OrderNotReady', status: 'RESERVED' });
    given(until.CANCELLED).when(markDeclined(1)).thenRejected({ code: 'OrderEnded', status: 'CANCELLED' });
  });
});

describe('when a person reviews the order', () => {
  test.each([true, false])('UNDER_REVIEW, approved: %s › keeps the decision and its reason', (approved) => {
    given(until.UNDER_REVIEW)
      .when(review(approved))
      .then([reviewed(approved)]);
  });
  test('UNDER_REVIEW, approved › becomes CONFIRMED', () => {
    given([...until.UNDER_REVIEW, reviewed(true)])
      .when(confirm)
      .then([confirmed]);
  });
  test('the same decision again does nothing, and another one is refused', () => {
    const history = [...until.UNDER_REVIEW, reviewed(true)];
    given(history).when(review(true)).thenNothing();
    for (const other of [review(false), review(true, 'another reason')])
      given(history).when(other).thenRejected({ code: 'OrderNotReviewable', status: 'UNDER_REVIEW' });
  });
  test('an order that is not held for review cannot be reviewed', () => {
    for (const status of statuses.filter((other) => other !== 'UNDER_REVIEW'))
      given(until[status]).when(review(true)).thenRejected({ code: 'OrderNotReviewable', status });
    given([]).when(review(true)).thenRejected('OrderNotFound');
  });
});

describe('when the order is paid before its stock is reserved', () => {
  const placedFirst = (lines = request.lines): OrderEvent => ({
    type: 'OrderPlaced',
    data: { ...request, lines, definition: 'payment-first' },
  });

  test('CREATED, the customer pays › becomes PAYMENT_PENDING, then PAID', () => {
    given([placedFirst()]).when(startPayment).then([paymentStarted]);
    given([placedFirst(), paymentStarted]).when(markPaid).then([paid]);
    given([placedFirst(), paymentStarted]).when(startPayment).thenNothing();
  });
  test('CREATED, total is 0 › becomes PAID', () => {
    given([placedFirst([line('GIFT', 1, 0)])])
      .when({ type: 'SkipPayment', data: { orderId } })
      .then([{ type: 'OrderPaymentSkipped', data: {} }]);
  });
});

describe('when the total of the order is 0', () => {
  const free = [line('GIFT', 2, 0)];
  const freePlaced: OrderEvent = { type: 'OrderPlaced', data: { ...request, lines: free } };
  const skipPayment: OrderCommand = { type: 'SkipPayment', data: { orderId } };
  const skipped: OrderEvent = { type: 'OrderPaymentSkipped', data: {} };

  test('RESERVED, or PAYMENT_PENDING › becomes PAID without a transaction, then CONFIRMED', () => {
    given([freePlaced, reserved]).when(skipPayment).then([skipped]);
    given([freePlaced, reserved, paymentStarted]).when(skipPayment).then([skipped]);
    given([freePlaced, reserved, skipped]).when(confirm).then([confirmed]);
    expect(fold(order, order.initialState, [freePlaced, reserved, skipped])).toMatchObject({
      status: 'PAID',
      transactionId: null,
    });
  });
  test('skipping the payment again, or once confirmed, does nothing', () => {
    given([freePlaced, reserved, skipped]).when(skipPayment).thenNothing();
    given([freePlaced, reserved, skipped, confirmed]).when(skipPayment).thenNothing();
  });
  test('skipping the payment is refused before the reservation and after the end', () => {
    given([freePlaced]).when(skipPayment).thenRejected({ code: 'OrderNotReady', status: 'CREATED' });
    given([freePlaced, failed]).when(skipPayment).thenRejected({ code: 'OrderEnded', status: 'FAILED' });
    given([]).when(skipPayment).thenRejected('OrderNotFound');
  });
  test('the payment of an order that costs something is never skipped', () => {
    for (const status of statuses)
      given(until[status])
        .when(skipPayment)
        .thenRejected({ code: 'PaymentDue', total: { minor: 4750, currency: 'EUR' } });
  });
});

describe('when the order ends', () => {
  test.each(unended)('%s, the customer cancels › becomes CANCELLED', (status) => {
    given(until[status]).when(customerCancels).then([cancelled]);
  });
  test('keeps the note of the person who cancels', () => {
    given(until.PAID)
      .when(cancel({ reason: 'CUSTOMER_CANCELLED', note: 'changed my mind' }))
      .then([{ type: 'OrderCancelled', data: { reason: 'CUSTOMER_CANCELLED', note: 'changed my mind' } }]);
  });
  test('RESERVED, reservation deadline › becomes CANCELLED, RESERVATION_EXPIRED', () => {
    given(until.RESERVED).when(expire).then([expired]);
  });
  test.each(unended)('%s, the checkout has given up › becomes FAILED with the reason', (status) => {
    given(until[status]).when(fail).then([failed]);
  });
  test.each(handedOver)('%s › can be neither cancelled nor failed: the goods are gone', (status) => {
    for (const command of [customerCancels, expire, fail])
      given(until[status]).when(command).thenRejected({ code: 'OrderNotCancellable', status });
  });
  test('packed, and not yet handed over, it can still be cancelled', () => {
    given([...until.CONFIRMED, packed])
      .when(customerCancels)
      .then([cancelled]);
    given([...until.CONFIRMED, packed, cancelled])
      .when(markShipped)
      .thenRejected({ code: 'OrderEnded', status: 'CANCELLED' });
  });
  test('failing again, or after a cancellation, does nothing', () => {
    given(until.FAILED).when(fail).thenNothing();
    given(until.CANCELLED).when(fail).thenNothing();
  });
  test('cancelling again does nothing, after any earlier cancellation', () => {
    given(until.CANCELLED).when(customerCancels).thenNothing();
    given([placed, reserved, expired]).when(customerCancels).thenNothing();
  });
  test('a deadline does nothing to an order that failed already', () => {
    given(until.FAILED).when(expire).thenNothing();
  });
  test('a customer cannot cancel an order that failed', () => {
    given(until.FAILED).when(customerCancels).thenRejected({ code: 'OrderNotCancellable', status: 'FAILED' });
  });
});

describe('any commands to an order', () => {
  const edges: Record<OrderState['status'], readonly OrderState['status'][]> = {
    NOT_PLACED: ['CREATED'],
    CREATED: ['RESERVED', 'FAILED', 'CANCELLED'],
    RESERVED: ['PAYMENT_PENDING', 'FAILED', 'CANCELLED'],
    PAYMENT_PENDING: ['RESERVED', 'PAID', 'FAILED', 'CANCELLED'],
    PAID: ['UNDER_REVIEW', 'CONFIRMED', 'FAILED', 'CANCELLED'],
    UNDER_REVIEW: ['UNDER_REVIEW', 'CONFIRMED', 'FAILED', 'CANCELLED'],
    CONFIRMED: ['CONFIRMED', 'SHIPPED', 'FAILED', 'CANCELLED'],
    SHIPPED: ['IN_TRANSIT', 'DELIVERED'],
    IN_TRANSIT: ['DELIVERED'],
    DELIVERED: [],
    FAILED: [],
    CANCELLED: [],
  };
  const commands = [
    placeOrder(),
    placeOrder([line('TEA')]),
    placeOrder([]),
    markReserved,
    startPayment,
    startAttempt(2, 'tok_2'),
    markDeclined(1),
    markPaid,
    holdForReview,
    review(true),
    confirm,
    markPacked,
    markShipped,
    markInTransit,
    markDelivered,
    customerCancels,
    expire,
    fail,
  ];
  // weighted, so that many runs reach a late status
  const sequence = fc.array(
    fc.oneof(
      { weight: 40, arbitrary: fc.constantFrom(...commands.slice(0, -3)) },
      { weight: 1, arbitrary: fc.constantFrom(...commands.slice(-3)) },
    ),
    { minLength: 10, maxLength: 200, size: 'max' },
  );

  test('moves along the allowed edges only, never after its end, and a repeated command changes nothing', () => {
    const seen = new Set<OrderState['status']>();
    fc.assert(
      fc.property(sequence, (asked) => {
        let state = order.initialState;
        for (const command of asked) {
          const result = order.decide(command, state);
          if (!result.ok) continue;
          for (const event of result.value) {
            const next = order.evolve(state, event);
            expect(edges[state.status]).toContain(next.status);
            state = next;
            seen.add(state.status);
          }
          expect(order.decide(command, state)).toEqual({ ok: true, value: [] });
        }
      }),
      { numRuns: 500 },
    );
    expect([...seen].sort()).toEqual([...statuses].sort());
  });
});

test('an order has its own stream, and every command of one order goes there', () => {
  expect(orderStream(orderId)).toBe('order-o-1');
  expect(order.stream(placeOrder())).toBe('order-o-1');
  expect(order.stream(fail)).toBe('order-o-1');
});

test('the total is the sum over all lines, a repeated SKU included', () => {
  expect(orderTotal(request.lines)).toEqual({ minor: 2 * 1250 + 1000 + 1250, currency: 'EUR' });
});

test('an event that a placed order cannot have had throws', () => {
  expect(() => fold(order, order.initialState, [paid])).toThrow('never placed');
  expect(() => fold(order, order.initialState, [placed, confirmed])).toThrow('not a paid order');
});
