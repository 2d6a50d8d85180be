// The monitor's view of a checkout: its steps, and the thing that it waits for. It always agrees with the checkout's own
// state.
import { describe, expect, test } from '@jest/globals';
import { checkoutState, checkoutStatus, type CheckoutEvent } from '@holdfast/checkout';
import { CustomerId, fold, money, OrderId, Sku } from '@holdfast/kernel';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { sagaMonitor } from './saga-monitor.js';
import { type SagaMonitor, type SagaStep } from './saga-steps.js';

const { given } = projectionSpecification(sagaMonitor);
const total = money.of(800, 'GBP');

const started: CheckoutEvent = {
  type: 'CheckoutStarted',
  data: {
    definition: 'stock-first',
    definitionVersion: 1,
    coordination: 'ORCHESTRATION',
    orderId: OrderId('o-1'),
    customerId: CustomerId('ann'),
    stock: [
      { sku: Sku('TEA'), quantity: 1 },
      { sku: Sku('CUP'), quantity: 2 },
    ],
    total,
    paymentMethod: 'WALLET',
    paymentMode: 'ON_CONFIRMATION',
    shippingAddress: { name: 'Ann', line1: '1 High St', city: 'York', postalCode: 'YO1', country: 'GB' },
  },
};
const secured = (sku: string): CheckoutEvent => ({ type: 'StockSecured', data: { sku: Sku(sku) } });
const deadline = (name: 'reservation' | 'payment'): CheckoutEvent => ({
  type: 'DeadlineSet',
  data: { deadline: name, dueAt: '2026-01-01T00:15:00.000Z' },
});
const requested: CheckoutEvent = {
  type: 'FundsRequested',
  data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
};
const held: CheckoutEvent = { type: 'FundsSecured', data: {} };
const captured: CheckoutEvent = { type: 'FundsCaptured', data: { transactionId: 't-1' } };
const passed: CheckoutEvent = { type: 'ChecksPassed', data: { invoiceNumber: 'INV-1' } };
const completed: CheckoutEvent = { type: 'CheckoutCompleted', data: {} };
const compensated: CheckoutEvent = { type: 'CompensationCompleted', data: {} };
type Undo = Extract<CheckoutEvent, { type: 'CompensationStarted' }>['data']['undo'];
const compensation = (...undo: Undo): CheckoutEvent => ({
  type: 'CompensationStarted',
  data: { outcome: 'CANCELLED', reason: 'CUSTOMER_CANCELLED', message: '', undo },
});
const undone = (step: Undo[number]): CheckoutEvent => ({
  type: 'StepUndone',
  data: { step, position: null },
});
const added = (step: Undo[number]): CheckoutEvent => ({
  type: 'UndoAdded',
  data: { step, position: null },
});
const gaveUp = (step: Undo[number]): CheckoutEvent => ({
  type: 'StepFailed',
  data: { step, reason: 'exhausted', error: 'no answer' },
});
const retryAt = '2026-01-01T00:01:00.000Z';
const missed = (step: Undo[number], attempt: number): CheckoutEvent => ({
  type: 'StepAttemptFailed',
  data: { step, attempt, error: 'timeout', retryAt },
});

const log = (...events: readonly CheckoutEvent[]) => {
  const record = recorder();
  return events.map((event) => record('checkout-o-1', event));
};
const at = (n: number): string => `2026-01-01T00:00:${String(n).padStart(2, '0')}.000Z`;
const step = (name: SagaStep['name'], startedAt: number, rest: Partial<SagaStep> = {}): SagaStep => ({
  name,
  status: 'RUNNING',
  attempts: 0,
  lastError: null,
  retryAt: null,
  startedAt: at(startedAt),
  endedAt: null,
  compensation: null,
  ...rest,
});
const done = (n: number) => ({ status: 'DONE', endedAt: at(n) }) as const;
const saga: SagaMonitor = {
  id: 'o-1',
  orderId: 'o-1',
  definition: 'stock-first',
  definitionVersion: 1,
  coordination: 'ORCHESTRATION',
  status: 'RUNNING',
  waitingFor: 'stock',
  waitingSince: at(0),
  steps: [step('reserve:TEA', 0), step('reserve:CUP', 0)],
  skus: [Sku('TEA'), Sku('CUP')],
  startedAt: at(0),
  endedAt: null,
  startedPosition: 0,
};

const toReserved = [started, secured('TEA'), secured('CUP'), deadline('reservation')];
const toCaptured = [...toReserved, requested, deadline('payment'), held, captured];

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

  const isStuck = (name: Undo[number], attempts: number): CheckoutEvent => ({
    type: 'UndoStuck',
    data: { step: name, attempts, error: 'timeout' },
  });
  const byHand = { actor: 'staff:s-1', reason: 'paid back in cash', position: 7 };
  const undoing = [started, compensation('release:TEA', 'release:CUP')];
  const abandoned = (sku: 'TEA' | 'CUP') =>
    step(`reserve:${sku}`, 0, { status: 'ABANDONED', endedAt: at(1), compensation: `release:${sku}` });
  const begun = [abandoned('TEA'), abandoned('CUP')];
  const standing = {
    ...saga,
    status: 'COMPENSATING',
    waitingFor: 'compensation',
    waitingSince: at(1),
  } as const;
  const needsPerson = { ...saga, status: 'COMPENSATION_STUCK', waitingFor: 'operator' } as const;

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

/** The documents that the events leave behind. */
function replay(events: readonly CheckoutEvent[]): readonly SagaMonitor[] {
  const documents = new Map<string, SagaMonitor>();
  for (const event of log(...events)) {
    const key = sagaMonitor.key(event);
    if (key === null) continue;
    for (const change of sagaMonitor.project(event, documents.get(key) ?? null))
      if ('document' in change) documents.set(key, change.document as SagaMonitor);
  }
  return [...documents.values()];
}
