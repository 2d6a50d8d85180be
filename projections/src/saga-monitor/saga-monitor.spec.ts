// The monitor's view of a checkout: its steps, and the thing that it waits for. It always agrees with the checkout's own
// state.
import { describe, test } from '@jest/globals';
import type { CheckoutEvent } from '@holdfast/checkout';
import { Sku } from '@holdfast/kernel';
import { projectionSpecification } from '@holdfast/testing';
import { sagaMonitor } from './saga-monitor.js';
import {
  started,
  secured,
  requested,
  passed,
  completed,
  compensated,
  compensation,
  undone,
  gaveUp,
  retryAt,
  missed,
  log,
  at,
  step,
  done,
  saga,
  toReserved,
  toCaptured,
} from '../test/sagas.js';

const { given } = projectionSpecification(sagaMonitor);

describe('saga-monitor', () => {
  test('a checkout that starts waits for its stock', () => {
    given(log(started)).then([saga]);
  });

  test('with all stock secured it waits for the customer, since then', () => {
    given(log(...toReserved)).then([
      {
        ...saga,
        status: 'WAITING',
        waitingFor: 'payment',
        waitingSince: at(3),
        steps: [step('reserve:TEA', 0, done(1)), step('reserve:CUP', 0, done(2))],
      },
    ]);
  });

  test('a completed checkout waits for nothing, and every step is done', () => {
    given(log(...toCaptured, passed, completed)).then([
      {
        ...saga,
        status: 'COMPLETED',
        waitingFor: null,
        waitingSince: null,
        endedAt: at(9),
        steps: [
          step('reserve:TEA', 0, done(1)),
          step('reserve:CUP', 0, done(2)),
          step('hold-funds', 4, done(6)),
          step('capture-funds', 6, done(7)),
        ],
      },
    ]);
  });

  test('out of stock: the shortage is the error of its step, and the secured stock is undone', () => {
    const denied: CheckoutEvent = {
      type: 'StockDenied',
      data: { sku: Sku('CUP'), requested: 2, available: 1 },
    };
    given(
      log(
        started,
        secured('TEA'),
        denied,
        compensation('end-order', 'release:TEA'),
        undone('end-order'),
        undone('release:TEA'),
        compensated,
      ),
    ).then([
      {
        ...saga,
        status: 'COMPENSATED',
        waitingFor: null,
        waitingSince: null,
        endedAt: at(6),
        steps: [
          step('reserve:TEA', 0, { ...done(1), compensation: 'release:TEA' }),
          step('reserve:CUP', 0, { status: 'FAILED', endedAt: at(2), lastError: '1 available of 2' }),
          step('end-order', 3, done(4)),
          step('release:TEA', 3, done(5)),
        ],
      },
    ]);
  });

  test('too little money: the refusal is the error of the hold', () => {
    const denied: CheckoutEvent = { type: 'FundsDenied', data: { available: null } };
    given(log(...toReserved, requested, denied, compensation('end-order'))).then([
      {
        ...saga,
        status: 'COMPENSATING',
        waitingFor: 'compensation',
        waitingSince: at(6),
        steps: [
          step('reserve:TEA', 0, done(1)),
          step('reserve:CUP', 0, done(2)),
          step('hold-funds', 4, { status: 'FAILED', endedAt: at(5), lastError: 'the wallet refused' }),
          step('end-order', 6),
        ],
      },
    ]);
  });

  test('failed attempts are counted with their last error, also for a step that was not listed before', () => {
    given(log(started, missed('reserve:TEA', 1), missed('reserve:TEA', 2), missed('mark-reserved', 1))).then([
      {
        ...saga,
        steps: [
          step('reserve:TEA', 0, { status: 'RETRYING', attempts: 2, lastError: 'timeout', retryAt }),
          step('reserve:CUP', 0),
          step('mark-reserved', 3, { status: 'RETRYING', attempts: 1, lastError: 'timeout', retryAt }),
        ],
      },
    ]);
  });

  test('a step without an answer is abandoned when compensation begins, and undone', () => {
    given(log(started, gaveUp('reserve:TEA'), compensation('release:TEA', 'release:CUP'))).then([
      {
        ...saga,
        status: 'COMPENSATING',
        waitingFor: 'compensation',
        waitingSince: at(2),
        steps: [
          step('reserve:TEA', 0, {
            status: 'FAILED',
            endedAt: at(1),
            lastError: 'no answer',
            compensation: 'release:TEA',
          }),
          step('reserve:CUP', 0, { status: 'ABANDONED', endedAt: at(2), compensation: 'release:CUP' }),
          step('release:TEA', 2),
          step('release:CUP', 2),
        ],
      },
    ]);
  });
});
