// The inputs of the checkout, their repetition, and its status. Each phase of an order has a spec of its own.
import { describe, expect, test } from '@jest/globals';
import { fold } from '@holdfast/kernel';
import {
  awaitsCustomer,
  byCustomer,
  cancelled,
  captured,
  compensated,
  confirmed,
  cup,
  deadline,
  failed,
  hasTimedOut,
  held,
  holdRefused,
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
  line,
  payment,
  place,
  refunded,
  refused,
  reserved,
  reviewed,
  settings,
  statusAfter,
  stockReleased,
  tea,
  teaReleased,
  undoing,
  undone,
  type Input,
} from './test/checkout.js';
import { createCheckout, type CheckoutEvent, type OrderCheck } from './index.js';

describe('repetition', () => {
  const twoLines = [line(tea, 1), line(cup, 1)];
  const stories: readonly [string, OrderCheck | null, readonly Input[]][] = [
    [
      'an AUTOMATIC order that is confirmed, then cancelled',
      null,
      [
        place('AUTOMATIC', twoLines),
        reserved(tea),
        reserved(cup),
        payment,
        held,
        captured,
        confirmed,
        cancelled,
        refunded,
        stockReleased(tea),
        stockReleased(cup),
      ],
    ],
    [
      'an ON_CONFIRMATION order that is paid',
      null,
      [place('ON_CONFIRMATION', twoLines), reserved(cup), reserved(tea), payment, held, captured, confirmed],
    ],
    [
      'an order that expires',
      null,
      [
        place('ON_CONFIRMATION', twoLines),
        reserved(cup),
        reserved(tea),
        deadline('reservation', inFifteenMinutes),
        cancelled,
        stockReleased(cup),
        stockReleased(tea),
      ],
    ],
    [
      'an order that is out of stock',
      null,
      [place('AUTOMATIC', twoLines), refused(cup), reserved(tea), failed, stockReleased(tea)],
    ],
    [
      'an order without the money',
      null,
      [place('AUTOMATIC', [line(tea, 1)]), reserved(tea), payment, holdRefused, stockReleased(tea), failed],
    ],
    [
      'an order whose payment times out while it is captured',
      null,
      [
        place('AUTOMATIC', [line(tea, 1)]),
        reserved(tea),
        payment,
        held,
        deadline('payment', inFiveMinutes),
        captured,
        failed,
        refunded,
        stockReleased(tea),
      ],
    ],
    [
      'an order that staff reject',
      () => ({ verdict: 'review', reason: 'large' }),
      [
        place('AUTOMATIC', [line(tea, 1)]),
        reserved(tea),
        payment,
        held,
        captured,
        reviewed(false),
        failed,
        refunded,
        stockReleased(tea),
      ],
    ],
  ];

  test.each(stories)(
    'when every message of %s comes again, at once and later › decides nothing more',
    (_, check, inputs) => {
      const manager = createCheckout(check === null ? settings : { ...settings, check });
      let state = manager.initialState;
      for (const [n, message] of inputs.entries()) {
        const decisions = manager.decide(message, state);
        expect(decisions).not.toEqual([]);
        state = fold(manager, state, decisions);
        for (const earlier of inputs.slice(0, n + 1)) expect(manager.decide(earlier, state)).toEqual([]);
      }
      expect(manager.pending(state)).toEqual([]);
    },
  );
});

describe('route', () => {
  const { route } = createCheckout(settings);
  test.each([
    ['starts with an order', place('AUTOMATIC', [line(tea, 1)]), { kind: 'start', id: 'o1' }],
    ['follows the order', cancelled, { kind: 'continue', id: 'o1' }],
    ['follows the stock by the order it is for', reserved(tea), { kind: 'continue', id: 'o1' }],
    ['follows the wallet by the order it is for', held, { kind: 'continue', id: 'o1' }],
    [
      'ignores what is of no order',
      input('stock-TEA', { type: 'StockReceived', data: { quantity: 1 } }),
      { kind: 'ignore' },
    ],
    [
      'ignores the echo of its own commands',
      input('order-o1', { type: 'OrderReserved', data: { expiresAt: null } }),
      { kind: 'ignore' },
    ],
  ])('%s', (_, message, expected) => {
    expect(message.kind === 'event' && route(message.event)).toEqual(expected);
  });
});

describe('status', () => {
  test.each([
    ['before its first decision', [], 'RUNNING', null],
    ['while it reserves', isReserving, 'RUNNING', 'stock'],
    ['with its stock reserved', isReserved, 'RUNNING', 'payment'],
    ['before the customer pays', awaitsCustomer, 'WAITING', 'payment'],
    ['while funds are held', isPaying, 'RUNNING', 'funds'],
    ['while funds are captured', isCapturing, 'RUNNING', 'capture'],
    ['once it is paid', isPaid, 'RUNNING', 'checks'],
    ['under review', isUnderReview, 'WAITING', 'review'],
    ['once it is complete', isCompleted, 'COMPLETED', null],
    ['after a deadline', hasTimedOut, 'COMPENSATING', 'compensation'],
    [
      'once everything is undone',
      [...isReserved, undoing(byCustomer, 'release:TEA'), undone('release:TEA', teaReleased), compensated],
      'COMPENSATED',
      null,
    ],
    [
      'when an undo was refused',
      [
        ...hasTimedOut,
        { type: 'StepFailed', data: { step: 'release:TEA', reason: 'rejected', error: 'Why' } },
      ],
      'COMPENSATION_STUCK',
      'operator',
    ],
  ] satisfies readonly [string, readonly CheckoutEvent[], string, string | null][])(
    '%s › tells its status and the thing that it waits for',
    (_, decisions, status, waitingFor) => {
      expect(statusAfter(decisions)).toEqual({ status, waitingFor });
    },
  );
});
