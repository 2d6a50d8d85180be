// An order ends before it is confirmed: its customer cancels, a deadline passes, or a success comes too late.
import { describe, test } from '@jest/globals';
import {
  amount,
  awaitsCustomer,
  byCustomer,
  cancelled,
  captured,
  compensated,
  cup,
  deadline,
  denied,
  failed,
  fundsCaptured,
  fundsRequested,
  given,
  hasTimedOut,
  held,
  holdRefused,
  holdReleased,
  inFifteenMinutes,
  inFiveMinutes,
  input,
  isCapturing,
  isCompleted,
  isPaid,
  isPaying,
  isReserved,
  isReserving,
  isUnderReview,
  orderId,
  passed,
  payment,
  refunded,
  refused,
  reserved,
  secured,
  stepFailed,
  tea,
  teaReleased,
  timedOut,
  undoAdded,
  undoing,
  undone,
} from './test/checkout.js';
import type { CheckoutEvent, Ending, Step } from './index.js';

describe('the customer cancels', () => {
  const cases: readonly [string, readonly CheckoutEvent[], readonly Step[]][] = [
    ['nothing is answered', isReserving, ['release:TEA', 'release:CUP']],
    ['one SKU is secured', [...isReserving, secured(tea)], ['release:TEA', 'release:CUP']],
    ['one SKU is refused', [...isReserving, denied(tea)], ['release:CUP']],
    ['the stock is reserved', isReserved, ['release:TEA']],
    ['the order waits to be paid', awaitsCustomer, ['release:TEA']],
    ['the funds are requested', isPaying, ['release-funds', 'release:TEA']],
    ['the funds are held', isCapturing, ['release-funds', 'release:TEA']],
    ['the order is paid', isPaid, ['refund', 'release:TEA']],
    ['the order is under review', isUnderReview, ['refund', 'release:TEA']],
    ['the order is confirmed', isCompleted, ['refund', 'release:TEA']],
  ];
  test.each(cases)(
    'when %s › undoes every possible effect, and no deadline is left',
    (_, decisions, undo) => {
      given(decisions)
        .when(cancelled)
        .then([undoing(byCustomer, ...undo)])
        .thenPending(...undo);
    },
  );

  test('when the customer gives a reason › it stays with the compensation', () => {
    given(isReserved)
      .when(
        input('order-o1', {
          type: 'OrderCancelled',
          data: { reason: 'CUSTOMER_CANCELLED', note: 'Too late' },
        }),
      )
      .then([undoing({ ...byCustomer, message: 'Too late' }, 'release:TEA')]);
  });

  test('when the order is failing already › its end is known', () => {
    given(hasTimedOut)
      .when(cancelled)
      .then([undone('end-order', cancelled)])
      .thenPending('release-funds', 'release:TEA');
  });

  test('when there is no checkout › decides nothing', () => {
    given([]).when(cancelled).thenNothing();
  });
});

describe('deadlines', () => {
  test('when the reservation deadline comes › cancels the order and releases the stock', () => {
    const expired: Ending = {
      outcome: 'CANCELLED',
      reason: 'RESERVATION_EXPIRED',
      message: 'The reservation ended before the order was paid',
    };
    given(awaitsCustomer)
      .when(deadline('reservation', inFifteenMinutes))
      .then([
        { type: 'DeadlineReached', data: { deadline: 'reservation' } },
        undoing(expired, 'end-order', 'release:TEA'),
      ])
      .thenPending(
        {
          kind: 'command',
          step: 'end-order',
          command: {
            type: 'Cancel',
            data: { orderId, reason: 'RESERVATION_EXPIRED', note: expired.message },
          },
          failedAttempts: 0,
        },
        'release:TEA',
      );
  });

  test('when the payment deadline comes › fails the order, releases the stock and any hold', () => {
    for (const decisions of [isPaying, isCapturing]) {
      given(decisions)
        .when(deadline('payment', inFiveMinutes))
        .then([
          { type: 'DeadlineReached', data: { deadline: 'payment' } },
          undoing(timedOut, 'end-order', 'release-funds', 'release:TEA'),
        ])
        .thenPending('end-order', 'release-funds', 'release:TEA');
    }
  });

  test('when the customer paid first › the reservation deadline is stale', () => {
    given(awaitsCustomer).when(payment, deadline('reservation', inFifteenMinutes)).then(fundsRequested);
  });

  test('when the deadline came first › a payment started meanwhile holds no funds', () => {
    given(awaitsCustomer)
      .when(deadline('reservation', inFifteenMinutes), payment)
      .thenPending('end-order', 'release:TEA');
  });

  test('when the capture came first › the payment deadline is stale', () => {
    given(isCapturing).when(captured, deadline('payment', inFiveMinutes)).then([fundsCaptured, passed]);
  });

  test('when the wallet refused first › the payment deadline is stale', () => {
    given(isPaying)
      .when(holdRefused, deadline('payment', inFiveMinutes))
      .thenPending('end-order', 'release:TEA');
  });

  test('when a deadline is not the one that is armed › decides nothing', () => {
    given(awaitsCustomer).when(deadline('reservation', inFiveMinutes)).thenNothing();
    given(awaitsCustomer).when(deadline('payment', inFifteenMinutes)).thenNothing();
    given(isReserved).when(deadline('reservation', inFifteenMinutes)).thenNothing();
    given(isCompleted).when(deadline('payment', inFiveMinutes)).thenNothing();
  });

  test('when a deadline fires twice › decides once', () => {
    given(awaitsCustomer)
      .when(deadline('reservation', inFifteenMinutes), deadline('reservation', inFifteenMinutes))
      .thenPending('end-order', 'release:TEA');
    given(hasTimedOut).when(deadline('payment', inFiveMinutes)).thenNothing();
  });
});

describe('late successes', () => {
  test('when the hold arrives after the deadline › its release is asked for already', () => {
    given(hasTimedOut).when(held).thenNothing();
  });

  test('when the capture arrives after the deadline › refunds it, and no hold is left to release', () => {
    given(hasTimedOut)
      .when(captured, failed, teaReleased, refunded)
      .then([
        undoAdded('refund', captured),
        undone('end-order', failed),
        undone('release:TEA', teaReleased),
        undone('refund', refunded),
        compensated,
      ])
      .thenPending();
  });

  test('when the release is refused because the hold was captured › waits for the capture, then refunds', () => {
    given(hasTimedOut)
      .when(failed, stepFailed('release-funds', 'rejected', 'HoldAlreadyCaptured'), captured)
      .then([
        undone('end-order', failed),
        {
          type: 'StepAttemptFailed',
          data: {
            step: 'release-funds',
            attempt: 1,
            error: 'HoldAlreadyCaptured',
            retryAt: '2026-03-01T10:00:01.000Z',
          },
        },
        undoAdded('refund', captured),
      ])
      .thenPending('release:TEA', 'refund');
  });

  test('when funds are held after the wallet had refused › releases them', () => {
    given([...isPaying, undoing(timedOut, 'end-order', 'release:TEA')])
      .when(held, holdReleased)
      .then([undoAdded('release-funds', held), undone('release-funds', holdReleased)]);
  });

  test('when a reservation arrives after a cancellation › its release is asked for already', () => {
    given(isReserving)
      .when(cancelled, reserved(tea), refused(cup))
      .then([undoing(byCustomer, 'release:TEA', 'release:CUP')]);
  });

  test('when another refund of the order is made › the undo is not complete', () => {
    given([...isPaid, undoing(byCustomer, 'refund')])
      .when(input('wallet-c1', { type: 'FundsRefunded', data: { orderId, amount, refundId: 'goodwill' } }))
      .thenNothing();
  });
});
