// Every step in the life of an order, and every refusal. The end of its reservation is in order-reservation.spec.ts.
import { describe, expect, test } from '@jest/globals';
import { fold } from '@holdfast/kernel';
import fc from 'fast-check';
import { order, orderStream, orderTotal, type OrderState } from './index.js';
import {
  orderId,
  line,
  request,
  placeOrder,
  markReserved,
  startPayment,
  startAttempt,
  markDeclined,
  markPaid,
  holdForReview,
  review,
  reviewed,
  confirm,
  cancel,
  customerCancels,
  expire,
  fail,
  placed,
  reserved,
  paymentStarted,
  paid,
  heldForReview,
  confirmed,
  cancelled,
  expired,
  failed,
  packed,
  parcel,
  shipped,
  inTransit,
  delivered,
  markPacked,
  markShipped,
  markInTransit,
  markDelivered,
  until,
  unended,
  handedOver,
  statuses,
  given,
} from './test/order.js';

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
  test('packed and handed over with a reason › both events have it', () => {
    const reason = 'the customer rang';
    const label = { carrier: 'simulated', trackingNumber: 'T-1' };
    const { shippingAddress } = request;
    given(until.CONFIRMED)
      .when({ type: 'MarkPacked', data: { orderId, reason } })
      .then([{ type: 'OrderPacked', data: { stock: parcel, shippingAddress, reason } }]);
    given([...until.CONFIRMED, packed])
      .when({ type: 'MarkShipped', data: { orderId, ...label, reason } })
      .then([{ type: 'OrderShipped', data: { ...label, stock: parcel, reason } }]);
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
