// The check of a paid order: it passes, is rejected, or waits for a person's review.
import { describe, expect, test } from '@jest/globals';
import {
  byCustomer,
  captured,
  compensated,
  completed,
  confirmed,
  customerId,
  failed,
  fundsCaptured,
  given,
  givenChecked,
  isCapturing,
  isUnderReview,
  issued,
  numbered,
  orderId,
  passed,
  refunded,
  review,
  reviewed,
  stepFailed,
  teaReleased,
  undoing,
  undone,
} from './test/checkout.js';
import type { Ending, OrderCheck } from './index.js';

describe('checks', () => {
  const fraud: Ending = { outcome: 'FAILED', reason: 'FRAUD_REJECTED', message: 'No' };
  const rejects: OrderCheck = () => ({ verdict: 'reject', reason: 'FRAUD_REJECTED', message: 'No' });
  const asks: OrderCheck = () => ({ verdict: 'review', reason: 'first large order' });

  test('when the check is asked › it gets the order with its address', () => {
    const countries: string[] = [];
    const check: OrderCheck = (order) => {
      countries.push(order.shippingAddress.country);
      return { verdict: 'pass' };
    };
    givenChecked(check)(isCapturing).when(captured).then([fundsCaptured, passed]);
    expect(new Set(countries)).toEqual(new Set(['CH']));
  });

  test('when the check rejects › the paid order fails, and its money and stock go back once it has', () => {
    givenChecked(rejects)(isCapturing)
      .when(captured)
      .then([fundsCaptured, undoing(fraud, 'end-order', 'refund', 'release:TEA')])
      .thenPending('mark-paid', 'end-order');
    given([...isCapturing, fundsCaptured, undoing(fraud, 'end-order', 'refund', 'release:TEA')])
      .when(failed)
      .then([undone('end-order', failed)])
      .thenPending(
        {
          kind: 'command',
          step: 'refund',
          command: { type: 'Refund', data: { customerId, orderId, refundId: 'checkout' } },
          failedAttempts: 0,
        },
        'release:TEA',
      );
  });

  test('when the address is invalid › the order fails with ADDRESS_INVALID', () => {
    const message = 'No such street';
    givenChecked(() => ({ verdict: 'reject', reason: 'ADDRESS_INVALID', message }))(isCapturing)
      .when(captured)
      .then([
        fundsCaptured,
        undoing(
          { outcome: 'FAILED', reason: 'ADDRESS_INVALID', message },
          'end-order',
          'refund',
          'release:TEA',
        ),
      ]);
  });

  test('when the order cannot be marked paid before it fails › it fails all the same', () => {
    given([...isCapturing, fundsCaptured, undoing(fraud, 'end-order', 'refund', 'release:TEA')])
      .when(stepFailed('mark-paid', 'exhausted'))
      .then([
        { type: 'StepFailed', data: { step: 'mark-paid', reason: 'exhausted', error: 'store is away' } },
      ])
      .thenPending('end-order');
  });

  test('when the check asks for a person › holds the paid order for review', () => {
    givenChecked(asks)(isCapturing)
      .when(captured)
      .then([fundsCaptured, review])
      .thenPending('mark-paid', {
        kind: 'command',
        step: 'hold-for-review',
        command: { type: 'HoldForReview', data: { orderId, reason: 'first large order' } },
        failedAttempts: 0,
      });
  });

  test('when staff approve › the order gets the number of its invoice, and is confirmed', () => {
    given(isUnderReview)
      .when(reviewed(true), issued)
      .then([{ type: 'InvoiceRequested', data: { year: 2026, since: null } }, numbered])
      .thenPending('mark-paid', 'confirm');
  });

  test('when staff reject › the order fails as FRAUD_REJECTED, for the reason that they gave', () => {
    const ending: Ending = { outcome: 'FAILED', reason: 'FRAUD_REJECTED', message: 'Staff looked' };
    given(isUnderReview)
      .when(reviewed(false))
      .then([undoing(ending, 'end-order', 'refund', 'release:TEA')])
      .thenPending('mark-paid', 'end-order');
  });

  test('when staff decide on an order that its customer has cancelled › nothing changes', () => {
    given([...isUnderReview, undoing(byCustomer, 'refund', 'release:TEA')])
      .when(reviewed(true))
      .then([])
      .thenPending('refund', 'release:TEA');
  });

  test('when another command confirms an order under review › the checkout is complete', () => {
    given(isUnderReview).when(confirmed).then([completed]).thenPending();
  });

  test('when another command fails an order under review › refunds and releases, since the order has failed already', () => {
    given(isUnderReview)
      .when(failed, refunded, teaReleased)
      .then([
        undoing(
          { outcome: 'FAILED', reason: 'FRAUD_REJECTED', message: 'Rejected by staff' },
          'refund',
          'release:TEA',
        ),
        undone('refund', refunded),
        undone('release:TEA', teaReleased),
        compensated,
      ])
      .thenPending();
  });
});
