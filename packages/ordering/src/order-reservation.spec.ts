// The end of an order's reservation: the customer is told before it, and may ask for more time.
import { describe, expect, test } from '@jest/globals';
import { fold } from '@holdfast/kernel';
import { order, type OrderCommand, type OrderEvent } from './index.js';
import {
  orderId,
  expiresAt,
  attemptStarted,
  declined,
  placed,
  until,
  statuses,
  given,
} from './test/order.js';

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
  test('a reminder of an end that has moved, or of an order that does not wait to be paid, does nothing', () => {
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
