// A step of the checkout fails: it is tried again, then undone with all before it.
import { describe, expect, test } from '@jest/globals';
import {
  after,
  amount,
  attemptFailed,
  awaitsCustomer,
  cancelled,
  completed,
  confirmed,
  customerId,
  denied,
  gaveUp,
  given,
  hasTimedOut,
  inFiveMinutes,
  isCapturing,
  isCompleted,
  isPaid,
  isPaying,
  isReserved,
  isReserving,
  isUnderReview,
  orderId,
  statusAfter,
  stepFailed,
  tea,
  undoing,
} from './test/checkout.js';
import type { CheckoutEvent, Step } from './index.js';

describe('failed attempts', () => {
  test('when an attempt fails › the step stays pending, and is not sent before its time', () => {
    given(isPaying)
      .when(attemptFailed('hold-funds', 1))
      .then([
        {
          type: 'StepAttemptFailed',
          data: { step: 'hold-funds', attempt: 1, error: 'store is away', retryAt: inFiveMinutes },
        },
      ])
      .thenPending(
        {
          kind: 'command',
          step: 'hold-funds',
          command: { type: 'HoldFunds', data: { customerId, orderId, amount } },
          failedAttempts: 1,
          notBefore: inFiveMinutes,
        },
        'deadline:payment',
      );
  });

  test('when the first of two commands to the order must wait › the second waits behind it', () => {
    given(isReserved)
      .when(attemptFailed('mark-reserved', 1))
      .thenPending('mark-reserved', {
        kind: 'command',
        step: 'start-payment',
        command: { type: 'StartPayment', data: { orderId, method: 'WALLET', attempt: 1 } },
        failedAttempts: 0,
        notBefore: inFiveMinutes,
      });
  });

  test('when a failure is reported twice, or for a step that is no longer wanted › decides nothing', () => {
    given(isPaying)
      .when(attemptFailed('hold-funds', 2), attemptFailed('hold-funds', 2), attemptFailed('hold-funds', 1))
      .then([
        {
          type: 'StepAttemptFailed',
          data: { step: 'hold-funds', attempt: 2, error: 'store is away', retryAt: inFiveMinutes },
        },
      ]);
    given(isCompleted).when(attemptFailed('confirm', 1), stepFailed('confirm', 'exhausted')).thenNothing();
    given([]).when(attemptFailed('confirm', 1), stepFailed('confirm', 'rejected')).thenNothing();
    given(isPaid).when(stepFailed('no such step', 'exhausted')).thenNothing();
  });

  const exhausted: readonly [Step, readonly CheckoutEvent[], readonly Step[]][] = [
    ['reserve:CUP', [...isReserving, denied(tea)], ['end-order', 'release:CUP']],
    ['mark-reserved', awaitsCustomer, ['end-order', 'release:TEA']],
    ['start-payment', isReserved, ['end-order', 'release:TEA']],
    ['hold-funds', isPaying, ['end-order', 'release-funds', 'release:TEA']],
    ['capture-funds', isCapturing, ['end-order', 'release-funds', 'release:TEA']],
    ['mark-paid', isPaid, ['end-order', 'refund', 'release:TEA']],
    ['hold-for-review', isUnderReview, ['end-order', 'refund', 'release:TEA']],
    ['confirm', isPaid, ['end-order', 'refund', 'release:TEA']],
  ];
  test.each(exhausted)(
    'when the attempts at %s are used up › undoes it and all before it',
    (step, decisions, undo) => {
      given(decisions)
        .when(stepFailed(step, 'exhausted'))
        .then([
          { type: 'StepFailed', data: { step, reason: 'exhausted', error: 'store is away' } },
          undoing(gaveUp, ...undo),
        ]);
    },
  );

  const inexplicable: readonly [Step, readonly CheckoutEvent[]][] = [
    ['reserve:TEA', isReserving],
    ['hold-funds', isPaying],
    ['capture-funds', isCapturing],
  ];
  test.each(inexplicable)(
    'when %s is rejected › no later event can explain it, and the order fails',
    (step, decisions) => {
      const [failure, compensation] = after(decisions, stepFailed(step, 'rejected', 'Why'));
      expect(failure).toEqual({ type: 'StepFailed', data: { step, reason: 'rejected', error: 'Why' } });
      expect(compensation).toMatchObject({
        type: 'CompensationStarted',
        data: { reason: 'RETRIES_EXHAUSTED' },
      });
    },
  );

  const explicable: readonly [Step, readonly CheckoutEvent[]][] = [
    ['mark-reserved', isReserved],
    ['start-payment', isReserved],
    ['mark-paid', isPaid],
    ['confirm', isPaid],
    ['hold-for-review', isUnderReview],
    ['end-order', hasTimedOut],
    ['release-funds', hasTimedOut],
  ];
  test.each(explicable)(
    'when %s is rejected › asks again later, since an event that explains it may still arrive',
    (step, decisions) => {
      given(decisions)
        .when(stepFailed(step, 'rejected', 'OrderEnded'))
        .then([
          {
            type: 'StepAttemptFailed',
            data: { step, attempt: 1, error: 'OrderEnded', retryAt: '2026-03-01T10:00:01.000Z' },
          },
        ]);
    },
  );

  test('when a command was rejected because the customer has cancelled › only the cancellation counts', () => {
    given(isPaid)
      .when(
        stepFailed('confirm', 'rejected', 'OrderEnded'),
        cancelled,
        stepFailed('mark-paid', 'rejected', 'OrderEnded'),
      )
      .thenPending('refund', 'release:TEA');
  });

  test('when a rejection stays unexplained ten times › the order fails', () => {
    const rejections = Array.from({ length: 10 }, () => stepFailed('confirm', 'rejected', 'Why'));
    const decisions = after(isPaid, ...rejections);
    expect(decisions.slice(-2).map(({ type }) => type)).toEqual(['StepFailed', 'CompensationStarted']);
    expect(decisions).toHaveLength(11);
  });

  test('when an answer was lost and the order is confirmed after all › nothing was given back and the checkout is complete', () => {
    given(isPaid).when(stepFailed('confirm', 'exhausted')).thenPending('end-order');
    given([...isPaid, undoing(gaveUp, 'end-order', 'refund', 'release:TEA')])
      .when(stepFailed('end-order', 'rejected', 'OrderNotCancellable'), confirmed)
      .thenPending();
    expect(
      statusAfter([...isPaid, undoing(gaveUp, 'end-order', 'refund', 'release:TEA'), completed]),
    ).toEqual({
      status: 'COMPLETED',
      waitingFor: null,
    });
  });
});
