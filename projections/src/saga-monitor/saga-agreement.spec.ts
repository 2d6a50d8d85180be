// The status that the monitor shows is the one that the checkout's own state has, after every event.
import { describe, expect, test } from '@jest/globals';
import { checkoutState, checkoutStatus, type CheckoutEvent } from '@holdfast/checkout';
import { fold } from '@holdfast/kernel';
import {
  started,
  secured,
  deadline,
  requested,
  held,
  captured,
  passed,
  completed,
  compensated,
  compensation,
  undone,
  added,
  gaveUp,
  missed,
  toReserved,
  toCaptured,
  isStuck,
  byHand,
  replay,
} from '../test/sagas.js';

describe('saga-monitor', () => {
  test.each<[string, readonly CheckoutEvent[]]>([
    ['completes', [...toCaptured, passed, completed]],
    [
      'is paid at once',
      [
        started,
        secured('TEA'),
        secured('CUP'),
        requested,
        deadline('payment'),
        held,
        captured,
        passed,
        completed,
      ],
    ],
    ['is reviewed', [...toCaptured, { type: 'ReviewRequested', data: { reason: 'large' } }, completed]],
    [
      'times out',
      [
        ...toReserved,
        { type: 'DeadlineReached', data: { deadline: 'reservation' } },
        compensation('end-order', 'release:TEA', 'release:CUP'),
        undone('end-order'),
        missed('release:TEA', 1),
        gaveUp('release:TEA'),
        undone('release:CUP'),
        undone('release:TEA'),
        compensated,
        added('refund'),
        gaveUp('refund'),
        added('release:CUP'),
        undone('refund'),
        undone('release:CUP'),
        compensated,
      ],
    ],
    [
      'is stuck on a hold that turns out to be captured',
      [...toReserved, requested, compensation('release-funds'), gaveUp('release-funds'), added('refund')],
    ],
    [
      'needs nothing to be paid',
      [started, secured('TEA'), secured('CUP'), { type: 'PaymentSkipped', data: {} }, passed, completed],
    ],
    [
      'is stuck, retried and settled by a person, and undone again',
      [
        ...toReserved,
        requested,
        compensation('release-funds', 'release:TEA'),
        missed('release-funds', 6),
        isStuck('release-funds', 6),
        missed('release-funds', 7),
        { type: 'StepRetried', data: { step: 'release-funds', ...byHand } },
        isStuck('release:TEA', 6),
        { type: 'StepSettled', data: { step: 'release-funds', ...byHand } },
        undone('release:TEA'),
        compensated,
        added('release:TEA'),
        isStuck('release:TEA', 6),
        undone('release:TEA'),
        compensated,
      ],
    ],
    [
      'fails a check',
      [
        ...toCaptured,
        compensation('end-order', 'refund'),
        gaveUp('mark-paid'),
        undone('end-order'),
        undone('refund'),
      ],
    ],
  ])('a checkout that %s shows the status that its own state has, after every event', (_, events) => {
    for (let n = 1; n <= events.length; n += 1) {
      const some = events.slice(0, n);
      const [shown] = replay(some);
      const { status, waitingFor } = checkoutStatus(fold(checkoutState, checkoutState.initialState, some));
      expect({ n, status: shown?.status, waitingFor: shown?.waitingFor }).toEqual({ n, status, waitingFor });
    }
  });
});
