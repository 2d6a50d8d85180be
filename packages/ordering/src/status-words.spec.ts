// The words of the older systems, each over its own table of states: a word for every status and reason, and only steps that
// the older system knows, on every way that an order can take.
import { describe, expect, test } from '@jest/globals';
import { CustomerId, fold, OrderId, Sku } from '@holdfast/kernel';
import {
  order,
  statusAs,
  type CancellationReason,
  type FailureReason,
  type OrderCommand,
  type OrderState,
  type OrderStatus,
  type StatusVocabulary,
} from './index.js';

type Reason = FailureReason | CancellationReason | null;
type Stage = readonly [OrderStatus, Reason];

const failures = {
  OUT_OF_STOCK: true,
  INSUFFICIENT_FUNDS: true,
  PAYMENT_DECLINED: true,
  PAYMENT_TIMEOUT: true,
  FRAUD_REJECTED: true,
  ADDRESS_INVALID: true,
  RETRIES_EXHAUSTED: true,
} as const satisfies Readonly<Record<FailureReason, true>>;
const cancellations = {
  CUSTOMER_CANCELLED: true,
  RESERVATION_EXPIRED: true,
} as const satisfies Readonly<Record<CancellationReason, true>>;
const failureReasons = Object.keys(failures) as readonly FailureReason[];
const cancellationReasons = Object.keys(cancellations) as readonly CancellationReason[];

/** The table of states of an older system: each word with those that may follow it. */
type Machine = {
  readonly starts: string;
  readonly next: Readonly<Record<string, readonly string[]>>;
  /** Steps of ours that the older system does not have. */
  readonly more: readonly (readonly [string, string])[];
};

const canonical: Machine = {
  starts: 'CREATED',
  next: {
    // Paid first, an order goes on without being reserved before.
    CREATED: ['RESERVED', 'PAYMENT_PENDING', 'PAID', 'FAILED', 'CANCELLED'],
    RESERVED: ['PAYMENT_PENDING', 'PAID', 'FAILED', 'CANCELLED'],
    // Another card may be tried.
    PAYMENT_PENDING: ['RESERVED', 'PAID', 'FAILED', 'CANCELLED'],
    PAID: ['UNDER_REVIEW', 'CONFIRMED', 'FAILED', 'CANCELLED'],
    UNDER_REVIEW: ['CONFIRMED', 'FAILED', 'CANCELLED'],
    CONFIRMED: ['SHIPPED', 'FAILED', 'CANCELLED'],
    SHIPPED: ['IN_TRANSIT', 'DELIVERED'],
    IN_TRANSIT: ['DELIVERED'],
    DELIVERED: [],
    FAILED: [],
    CANCELLED: [],
  },
  more: [],
};

// Ours can be cancelled until it is shipped, and rejected after it is paid: the older success is not final here, and what
// was done is undone under the older word for a failure.
const machines: Readonly<Record<StatusVocabulary, Machine>> = {
  CANONICAL: canonical,
  ORCHESTRATOR_SAGA: canonical,
  TINY_SAGA: {
    starts: 'Initiated',
    next: { Initiated: ['Confirmed', 'Failed'], Confirmed: [], Failed: [] },
    more: [['Confirmed', 'Failed']],
  },
  SAGA_PATTERN_DEMO: {
    starts: 'CREATED',
    next: { CREATED: ['COMPLETED', 'CANCELLED'], COMPLETED: [], CANCELLED: [] },
    more: [['COMPLETED', 'CANCELLED']],
  },
  CHOREOGRAPHY_DOCUMENT: {
    starts: 'created',
    next: {
      created: ['completed', 'inventory_reserved_failed', 'payment_failed'],
      completed: [],
      inventory_reserved_failed: [],
      payment_failed: [],
    },
    more: [
      ['completed', 'payment_failed'],
      // The aggregate allows this step, and no process sends the command.
      ['completed', 'inventory_reserved_failed'],
    ],
  },
  GO_SAGA: {
    starts: 'Pending',
    next: {
      Pending: ['AwaitingPayment', 'Failed'],
      AwaitingPayment: ['Paid', 'Failed'],
      Paid: [],
      Failed: [],
    },
    more: [
      ['Paid', 'Failed'],
      // An order that costs nothing, under payment-first: nothing is awaited.
      ['Pending', 'Paid'],
    ],
  },
};

/** Canonical, then Tiny-Saga, saga-pattern-demo, choreography document, Orchestrator Saga, go-saga. */
const vocabularies = [
  ...(['CANONICAL', 'TINY_SAGA', 'SAGA_PATTERN_DEMO', 'CHOREOGRAPHY_DOCUMENT'] as const),
  ...(['ORCHESTRATOR_SAGA', 'GO_SAGA'] as const),
] as const satisfies readonly StatusVocabulary[];

const underWay = ['Initiated', 'CREATED', 'created'] as const;
const done = ['Confirmed', 'COMPLETED', 'completed'] as const;
const noStock = ['Failed', 'CANCELLED', 'inventory_reserved_failed'] as const;
const ended = ['Failed', 'CANCELLED', 'payment_failed'] as const;

const rows: readonly (readonly [OrderStatus, Reason, readonly [string, string, string], string])[] = [
  ['CREATED', null, underWay, 'Pending'],
  ['RESERVED', null, underWay, 'AwaitingPayment'],
  ['PAYMENT_PENDING', null, underWay, 'AwaitingPayment'],
  ['PAID', null, underWay, 'Paid'],
  ['UNDER_REVIEW', null, underWay, 'Paid'],
  ['CONFIRMED', null, done, 'Paid'],
  ['SHIPPED', null, done, 'Paid'],
  ['IN_TRANSIT', null, done, 'Paid'],
  ['DELIVERED', null, done, 'Paid'],
  ['FAILED', 'OUT_OF_STOCK', noStock, 'Failed'],
  ['FAILED', 'INSUFFICIENT_FUNDS', ended, 'Failed'],
  ['FAILED', 'PAYMENT_DECLINED', ended, 'Failed'],
  ['FAILED', 'PAYMENT_TIMEOUT', ended, 'Failed'],
  ['FAILED', 'FRAUD_REJECTED', ended, 'Failed'],
  ['FAILED', 'ADDRESS_INVALID', ended, 'Failed'],
  ['FAILED', 'RETRIES_EXHAUSTED', ended, 'Failed'],
  ['CANCELLED', 'CUSTOMER_CANCELLED', ended, 'Failed'],
  ['CANCELLED', 'RESERVATION_EXPIRED', ended, 'Failed'],
];

test.each(rows)(
  '%s (%s) has a word in every vocabulary',
  (status, reason, [tiny, demo, document], goSaga) => {
    const words = vocabularies.map((vocabulary) => statusAs(status, reason, vocabulary));
    expect(words).toEqual([status, tiny, demo, document, status, goSaga]);
  },
);

// --- every way that an order can take ---------------------------------------
const orderId = OrderId('o-1');
const request = {
  customerId: CustomerId('c-1'),
  paymentMethod: 'CARD',
  paymentMode: 'ON_CONFIRMATION',
  coordination: 'ORCHESTRATION',
  shippingAddress: { name: 'Ada', line1: 'Main St 1', city: 'Graz', postalCode: '8010', country: 'AT' },
} as const;
const placing = (minor: number, definition: 'stock-first' | 'payment-first'): OrderCommand => {
  const lines = [{ sku: Sku('MUG'), name: 'Mug', quantity: 1, unitPrice: { minor, currency: 'EUR' } }];
  return { type: 'PlaceOrder', data: { orderId, ...request, lines, definition } };
};
const expiresAt = '2026-01-01T00:15:00.000Z';

/** Every command that may change the status, with every reason. */
const commandsTo = (state: OrderState): readonly OrderCommand[] => [
  ...[0, 100].flatMap((minor) => [placing(minor, 'stock-first'), placing(minor, 'payment-first')]),
  { type: 'MarkReserved', data: { orderId, expiresAt } },
  { type: 'StartPayment', data: { orderId, method: 'CARD' } },
  {
    type: 'MarkPaymentDeclined',
    data: { orderId, attempt: 'attempt' in state ? state.attempt : 1, code: 'declined', expiresAt },
  },
  { type: 'MarkPaid', data: { orderId, transactionId: 't-1' } },
  { type: 'SkipPayment', data: { orderId } },
  { type: 'HoldForReview', data: { orderId, reason: 'large' } },
  { type: 'Review', data: { orderId, approved: false, reason: 'called them' } },
  { type: 'Confirm', data: { orderId, invoiceNumber: 'INV-1' } },
  { type: 'MarkPacked', data: { orderId } },
  { type: 'MarkShipped', data: { orderId, carrier: 'simulated', trackingNumber: 'T-1' } },
  { type: 'MarkInTransit', data: { orderId } },
  { type: 'MarkDelivered', data: { orderId } },
  ...cancellationReasons.map((reason): OrderCommand => ({ type: 'Cancel', data: { orderId, reason } })),
  ...failureReasons.map((reason): OrderCommand => ({ type: 'Fail', data: { orderId, reason, message: '' } })),
];

/** States of one kind have the same next steps. */
const kindOf = (state: OrderState): string =>
  JSON.stringify([
    state.status,
    'reason' in state && state.reason,
    'isPacked' in state && state.isPacked,
    'placed' in state && [state.placed.definition, state.placed.lines],
  ]);

const stageOf = (state: OrderState): Stage | null => {
  if (state.status === 'NOT_PLACED') return null;
  return [state.status, state.status === 'FAILED' || state.status === 'CANCELLED' ? state.reason : null];
};

/** Every step from one stage to the next that the aggregate takes, whatever the order of commands. */
function everyStep(): readonly (readonly [Stage | null, Stage])[] {
  const seen = new Set<string>();
  const steps = new Map<string, readonly [Stage | null, Stage]>();
  const open: OrderState[] = [order.initialState];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const command of commandsTo(state)) {
      const decided = order.decide(command, state);
      if (!decided.ok || decided.value.length === 0) continue;
      const after = fold(order, state, decided.value);
      const step = [stageOf(state), stageOf(after)] as const;
      if (step[1] !== null) steps.set(JSON.stringify(step), [step[0], step[1]]);
      if (seen.has(kindOf(after))) continue;
      seen.add(kindOf(after));
      open.push(after);
    }
  }
  return [...steps.values()];
}

describe.each(vocabularies)('an order in the words of %s', (vocabulary) => {
  const { starts, next, more } = machines[vocabulary];
  const steps = everyStep().map(([from, to]) => [
    from === null ? null : statusAs(...from, vocabulary),
    statusAs(...to, vocabulary),
  ]);

  test('begins where the older system begins', () => {
    const first = steps.filter(([from]) => from === null).map(([, to]) => to);
    expect(new Set(first)).toEqual(new Set([starts]));
  });

  test('takes only steps of the older system, and the further ones that are named', () => {
    const taken = new Set(
      steps.filter(([from, to]) => from !== null && from !== to).map(([from, to]) => `${from} → ${to}`),
    );
    const known = Object.entries(next).flatMap(([from, words]) => words.map((to) => `${from} → ${to}`));
    const named = more.map(([from, to]) => `${from} → ${to}`);
    expect([...taken].filter((step) => !known.includes(step)).sort()).toEqual([...named].sort());
    // Every listed step is taken by some order.
    expect([...known, ...named].filter((step) => !taken.has(step))).toEqual([]);
  });

  test('comes to every word of the older system', () => {
    expect(new Set(steps.map(([, to]) => to))).toEqual(new Set(Object.keys(next)));
  });
});

test('every stage that an order can be in has its row above', () => {
  const reached = new Set(everyStep().map(([, [status, reason]]) => `${status} ${String(reason)}`));
  expect([...reached].sort()).toEqual(rows.map(([status, reason]) => `${status} ${String(reason)}`).sort());
});
