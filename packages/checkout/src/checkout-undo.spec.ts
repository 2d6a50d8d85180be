// Undos that fail, and undos that are repeated.
import { describe, expect, test } from '@jest/globals';
import {
  after,
  amount,
  captured,
  compensated,
  customerId,
  failed,
  gaveUp,
  given,
  hasTimedOut,
  held,
  holdReleased,
  inFiveMinutes,
  input,
  isCapturing,
  isCompleted,
  isPaid,
  isReserved,
  now,
  orderId,
  refunded,
  reserved,
  statusAfter,
  stepFailed,
  stockReleased,
  tea,
  teaReleased,
  undoAdded,
  undoing,
  undone,
  byCustomer,
  attemptFailed,
  failures,
  type Input,
} from './test/checkout.js';
import { createCheckout, type CheckoutEvent, type Step } from './index.js';

const stuck: CheckoutEvent = {
  type: 'UndoStuck',
  data: { step: 'release:TEA', attempts: 6, error: 'store is away' },
};
const typesOf = (events: readonly CheckoutEvent[]): readonly string[] => events.map(({ type }) => type);

describe('an undo that fails', () => {
  test.each(['exhausted', 'rejected'] as const)(
    'when it is %s › is tried again, the others go on',
    (reason) => {
      given(hasTimedOut)
        .when(stepFailed('release:TEA', reason))
        .then([
          {
            type: 'StepAttemptFailed',
            data: {
              step: 'release:TEA',
              attempt: 1,
              error: 'store is away',
              retryAt: '2026-03-01T10:00:01.000Z',
            },
          },
        ])
        .thenPending('end-order', 'release-funds', {
          kind: 'command',
          step: 'release:TEA',
          command: { type: 'ReleaseStock', data: { sku: tea, orderId } },
          failedAttempts: 1,
          notBefore: '2026-03-01T10:00:01.000Z',
        });
    },
  );

  test.each<[Step, readonly CheckoutEvent[]]>([
    ['release:TEA', hasTimedOut],
    ['release-funds', hasTimedOut],
    ['end-order', hasTimedOut],
    ['refund', [...isPaid, undoing(byCustomer, 'refund', 'release:TEA')]],
  ])(
    '%s, rejected every time › waits longer each time, a minute at most, and never gives up',
    (step, decisions) => {
      const decided = after(
        decisions,
        ...Array.from({ length: 40 }, () => stepFailed(step, 'rejected', 'Why')),
      );
      const waits = decided.flatMap((event) =>
        event.type === 'StepAttemptFailed' ? [Date.parse(event.data.retryAt) - Date.parse(now)] : [],
      );
      expect(waits.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000));
      expect(waits).toHaveLength(40);
      expect(
        createCheckout({ reservationTtlMs: 1, paymentTimeoutMs: 1 }).retryPolicy?.(step).attempts,
      ).toBeNull();
    },
  );

  test('when it has to wait for the end of the order meanwhile › is sent again after that end', () => {
    const failedAttempt: CheckoutEvent = {
      type: 'StepAttemptFailed',
      data: { step: 'release:TEA', attempt: 1, error: 'store is away', retryAt: inFiveMinutes },
    };
    // A late capture: the refund must not come before the end is certain.
    const waits = [...hasTimedOut, undoAdded('refund', captured)];
    given(waits).when(attemptFailed('release:TEA', 1)).then([failedAttempt]).thenPending('end-order');
    given([...waits, failedAttempt, undone('end-order', failed)]).thenPending(
      {
        kind: 'command',
        step: 'release:TEA',
        command: { type: 'ReleaseStock', data: { sku: tea, orderId } },
        failedAttempts: 1,
        notBefore: inFiveMinutes,
      },
      'refund',
    );
  });

  test('six times › is stuck: a person should look, and the undo is still retried', () => {
    const decided = after(hasTimedOut, ...failures('release:TEA', 8));
    expect(typesOf(decided)).toEqual([
      ...Array.from({ length: 6 }, () => 'StepAttemptFailed'),
      'UndoStuck',
      'StepAttemptFailed',
      'StepAttemptFailed',
    ]);
    expect(decided[6]).toEqual(stuck);
    expect(statusAfter([...hasTimedOut, ...decided])).toEqual({
      status: 'COMPENSATION_STUCK',
      waitingFor: 'operator',
    });
    given([...hasTimedOut, ...decided]).thenPending('end-order', 'release-funds', 'release:TEA');
  });

  test('when all other undos are done › the compensation is not complete', () => {
    given([...hasTimedOut, stuck])
      .when(failed, holdReleased)
      .then([undone('end-order', failed), undone('release-funds', holdReleased)])
      .thenPending('release:TEA');
  });

  test('when it takes effect after all › the compensation is complete and no longer stuck', () => {
    const decisions = [
      ...hasTimedOut,
      stuck,
      undone('end-order', failed),
      undone('release-funds', holdReleased),
    ];
    given(decisions)
      .when(teaReleased)
      .then([undone('release:TEA', teaReleased), compensated])
      .thenPending();
    expect(statusAfter([...hasTimedOut, stuck, undone('release:TEA', teaReleased)])).toEqual({
      status: 'COMPENSATING',
      waitingFor: 'compensation',
    });
  });

  test('when the end of a paid order is stuck › neither money nor stock go back before it has ended', () => {
    const decisions = [...isPaid, undoing(gaveUp, 'end-order', 'refund', 'release:TEA')];
    given(decisions)
      .when(...failures('end-order', 7))
      .thenPending('end-order');
    given([...decisions, ...after(decisions, ...failures('end-order', 7))])
      .when(failed)
      .then([undone('end-order', failed)])
      .thenPending('refund', 'release:TEA');
  });

  test('given up in a stream of an earlier version › is stuck, and is tried again', () => {
    const givenUp: CheckoutEvent = {
      type: 'StepFailed',
      data: { step: 'refund', reason: 'exhausted', error: 'store is away' },
    };
    const decisions = [...isCompleted, undoing(byCustomer, 'refund', 'release:TEA'), givenUp];
    given(decisions).thenPending('refund', 'release:TEA');
    expect(statusAfter(decisions).status).toBe('COMPENSATION_STUCK');
  });
});

describe('a success after its undo is done', () => {
  const cancelling = undoing(byCustomer, 'release-funds', 'release:TEA');
  const ended = [
    ...isCapturing,
    cancelling,
    undone('release-funds', holdReleased),
    undone('release:TEA', teaReleased),
    compensated,
  ];
  const teaAgain = reserved(tea);
  const releasedAgain = stockReleased(tea);
  const heldAgain = input('wallet-c1', { type: 'FundsHeld', data: { orderId, amount } });
  const capturedAgain = input('wallet-c1', { type: 'HoldCaptured', data: { orderId, amount } });
  const again = (refundId: string): Input =>
    input('wallet-c1', { type: 'FundsRefunded', data: { orderId, amount, refundId } });

  test('when stock is reserved › is released again, under another command id', () => {
    given(ended)
      .when(teaAgain)
      .then([undoAdded('release:TEA', teaAgain)])
      .thenPending({
        kind: 'command',
        step: 'release:TEA',
        command: { type: 'ReleaseStock', data: { sku: tea, orderId } },
        failedAttempts: 0,
        round: 2,
      });
    given(ended)
      .when(teaAgain, releasedAgain)
      .then([undoAdded('release:TEA', teaAgain), undone('release:TEA', releasedAgain), compensated])
      .thenPending();
  });

  test('when funds are held › are released again', () => {
    given(ended)
      .when(heldAgain)
      .then([undoAdded('release-funds', heldAgain)])
      .thenPending('release-funds');
  });

  test('when funds are captured a second time › are refunded by a refund of their own', () => {
    const refundedOnce = [...isPaid, undoing(byCustomer, 'refund'), undone('refund', refunded), compensated];
    const second = again('checkout-2');
    given(refundedOnce)
      .when(capturedAgain)
      .then([undoAdded('refund', capturedAgain)])
      .thenPending({
        kind: 'command',
        step: 'refund',
        command: { type: 'Refund', data: { customerId, orderId, refundId: 'checkout-2' } },
        failedAttempts: 0,
        round: 2,
      });
    given(refundedOnce)
      .when(capturedAgain, again('checkout'), second)
      .then([undoAdded('refund', capturedAgain), undone('refund', second), compensated]);
  });

  test('when funds are held after a refund › are released, which the refund does not cover', () => {
    given([...isPaid, undoing(byCustomer, 'refund'), undone('refund', refunded), compensated])
      .when(heldAgain)
      .then([undoAdded('release-funds', heldAgain)]);
  });

  test('when a success from before the undo is reported again › decides nothing', () => {
    given(ended).when(held).thenNothing();
    given([...isPaid, undoing(byCustomer, 'refund'), undone('refund', refunded), compensated])
      .when(held, captured)
      .thenNothing();
  });

  test('when the first release is reported again › it does not complete the second', () => {
    given(ended)
      .when(teaAgain, teaReleased)
      .then([undoAdded('release:TEA', teaAgain)])
      .thenPending('release:TEA');
  });

  test('in a stream of an earlier version › counts as covered by the undo', () => {
    const before: CheckoutEvent = { type: 'StepUndone', data: { step: 'release:TEA', position: null } };
    given([...isReserved, undoing(byCustomer, 'release:TEA'), before, compensated])
      .when(teaAgain)
      .thenNothing();
  });
});
