// The monitor's view of the undos of a checkout: stuck, retried or settled by a person, added after the end.
import { describe, expect, test } from '@jest/globals';
import type { CheckoutEvent } from '@holdfast/checkout';
import { projectionSpecification } from '@holdfast/testing';
import { sagaMonitor } from './saga-monitor.js';
import type { SagaStep } from './saga-steps.js';
import {
  started,
  requested,
  held,
  compensated,
  compensation,
  undone,
  added,
  gaveUp,
  retryAt,
  missed,
  log,
  at,
  step,
  done,
  isStuck,
  byHand,
  undoing,
  begun,
  standing,
  needsPerson,
  replay,
} from '../test/sagas.js';

const { given } = projectionSpecification(sagaMonitor);

describe('saga-monitor', () => {
  test('a stuck undo shows its attempts and its next one, until it is done', () => {
    const stuck = [...undoing, missed('release:TEA', 6), isStuck('release:TEA', 6)];
    const failures = { status: 'STUCK', attempts: 6, lastError: 'timeout', retryAt } as const;
    const release = (rest: Partial<SagaStep>) => step('release:TEA', 1, rest);
    given(log(...stuck)).then([
      { ...needsPerson, waitingSince: at(3), steps: [...begun, release(failures), step('release:CUP', 1)] },
    ]);
    given(log(...stuck, missed('release:TEA', 7))).then([
      {
        ...needsPerson,
        waitingSince: at(3),
        steps: [...begun, release({ ...failures, attempts: 7 }), step('release:CUP', 1)],
      },
    ]);
    given(log(...stuck, undone('release:TEA'))).then([
      {
        ...standing,
        waitingSince: at(4),
        steps: [...begun, release({ ...failures, retryAt: null, ...done(4) }), step('release:CUP', 1)],
      },
    ]);
  });

  test('an undo that an earlier version gave up is stuck', () => {
    const [shown] = replay([...undoing, gaveUp('release:TEA')]);
    expect(shown).toMatchObject({ status: 'COMPENSATION_STUCK', waitingFor: 'operator' });
    expect(shown?.steps[2]).toMatchObject({ name: 'release:TEA', status: 'STUCK', lastError: 'no answer' });
  });

  test('an undo that a person has retried does not wait any more; an undo settled by hand is done', () => {
    const stuck = [...undoing, missed('release:TEA', 6), isStuck('release:TEA', 6)];
    const retried: CheckoutEvent = { type: 'StepRetried', data: { step: 'release:TEA', ...byHand } };
    const settled: CheckoutEvent = { type: 'StepSettled', data: { step: 'release:TEA', ...byHand } };
    expect(replay([...stuck, retried])).toMatchObject([
      { status: 'COMPENSATION_STUCK', steps: [{}, {}, { status: 'STUCK', attempts: 6, retryAt: null }, {}] },
    ]);
    expect(replay([...undoing, missed('release:TEA', 1), retried])).toMatchObject([
      { status: 'COMPENSATING', steps: [{}, {}, { status: 'RUNNING', attempts: 1, retryAt: null }, {}] },
    ]);
    expect(replay([...stuck, settled])).toMatchObject([
      { status: 'COMPENSATING', steps: [{}, {}, { status: 'SETTLED', endedAt: at(4), retryAt: null }, {}] },
    ]);
  });

  test('a payment that succeeds after the end is refunded instead of released', () => {
    const [reopened] = replay([
      started,
      requested,
      held,
      compensation('release-funds'),
      undone('release-funds'),
      compensated,
      added('refund'),
    ]);
    expect(reopened).toMatchObject({ status: 'COMPENSATING', waitingFor: 'compensation', endedAt: null });
    expect(reopened?.steps.map(({ name }) => name)).toEqual([
      'reserve:TEA',
      'reserve:CUP',
      'hold-funds',
      'capture-funds',
      'refund',
    ]);
    expect(reopened?.steps.find(({ name }) => name === 'capture-funds')?.compensation).toBe('refund');
  });
});
