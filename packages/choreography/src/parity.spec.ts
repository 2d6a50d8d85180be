// Every way that an order can go, with a central checkout and with the policies of the contexts: order, stock and money come
// to the same end, also when any one message is lost, unanswered, late or repeated, or a process manager crashes after it.
import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import { OrderId, type DomainCommand } from '@holdfast/kernel';
import type { CheckoutDefinition, Coordination, OrderEvent, PaymentMode } from '@holdfast/ordering';
import {
  commandFaults,
  inputFaults,
  reservationTtlMs,
  unitPrice,
  World,
  type Fault,
  type Purchase,
  type WorldOptions,
} from './world.fixture.js';

const orderId = OrderId('o1');
const coordinations: readonly Coordination[] = ['ORCHESTRATION', 'CHOREOGRAPHY'];

type End = {
  readonly status: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly stock: Readonly<Record<string, { readonly onHand: number; readonly reserved: number }>>;
  readonly wallet: { readonly balance: number; readonly held: number };
};

type Scenario = {
  readonly lines?: Purchase['lines'];
  readonly paymentMode?: PaymentMode;
  readonly isFree?: boolean;
  readonly verdict?: string;
  readonly definition?: CheckoutDefinition;
  readonly onHand?: typeof stocked;
  readonly balance?: number;
  readonly slow?: readonly string[];
  /** what the customer or staff do when an event of the order happens */
  readonly on?: Partial<Record<OrderEvent['type'], readonly DomainCommand[]>>;
  readonly ends: string;
  readonly reason?: string;
  /** how much time has passed at the end, if not less */
  readonly atLeastMs?: number;
};

const pay: DomainCommand = { type: 'StartPayment', data: { orderId, method: 'WALLET' } };
/** Long before the reservation ends, which is extended by its whole time. */
const extend: DomainCommand = {
  type: 'ExtendReservation',
  data: { orderId, at: '2026-01-01T00:00:00.000Z', byMs: reservationTtlMs },
};
const cancel: DomainCommand = { type: 'Cancel', data: { orderId, reason: 'CUSTOMER_CANCELLED' } };
const approve: DomainCommand = { type: 'Review', data: { orderId, approved: true, reason: 'known' } };
const reject: DomainCommand = { type: 'Review', data: { orderId, approved: false, reason: 'No' } };
const bothModes = (scenarios: Readonly<Record<string, Scenario>>): readonly (readonly [string, Scenario])[] =>
  Object.entries(scenarios).flatMap(([title, scenario]) => [
    [`${title}, paid at once`, { ...scenario, paymentMode: 'AUTOMATIC' }] as const,
    [
      `${title}, paid by the customer`,
      { ...scenario, paymentMode: 'ON_CONFIRMATION', on: { OrderReserved: [pay], ...scenario.on } },
    ] as const,
  ]);

const scenarios: readonly (readonly [string, Scenario])[] = [
  ...bothModes({
    'an order is paid': { ends: 'CONFIRMED' },
    'an order has two lines of one SKU': {
      lines: [
        ['TEA', 2],
        ['CUP', 1],
        ['TEA', 3],
      ],
      ends: 'CONFIRMED',
    },
    'an order costs nothing': { isFree: true, balance: 0, ends: 'CONFIRMED' },
    'one of two SKUs falls short': {
      lines: [
        ['TEA', 1],
        ['CUP', 6],
      ],
      ends: 'FAILED',
      reason: 'OUT_OF_STOCK',
    },
    'nothing is in stock': { onHand: { TEA: 0, CUP: 0 }, ends: 'FAILED', reason: 'OUT_OF_STOCK' },
    'two lines of one SKU fall short together': {
      lines: [
        ['TEA', 3],
        ['TEA', 3],
      ],
      ends: 'FAILED',
      reason: 'OUT_OF_STOCK',
    },
    'the wallet has too little money': { balance: 5, ends: 'FAILED', reason: 'INSUFFICIENT_FUNDS' },
    'the customer has no wallet': { balance: 0, ends: 'FAILED', reason: 'INSUFFICIENT_FUNDS' },
    'the hold comes after the payment deadline': {
      slow: ['hold-funds'],
      ends: 'FAILED',
      reason: 'PAYMENT_TIMEOUT',
    },
    'the capture comes after the payment deadline': {
      slow: ['capture-funds'],
      ends: 'FAILED',
      reason: 'PAYMENT_TIMEOUT',
    },
    'a check refuses the order': { verdict: 'reject', ends: 'FAILED', reason: 'FRAUD_REJECTED' },
    'staff approve an order under review': {
      verdict: 'review',
      on: { OrderHeldForReview: [approve] },
      ends: 'CONFIRMED',
    },
    'staff reject an order under review': {
      verdict: 'review',
      on: { OrderHeldForReview: [reject] },
      ends: 'FAILED',
      reason: 'FRAUD_REJECTED',
    },
    'an order under review is cancelled': {
      verdict: 'review',
      on: { OrderHeldForReview: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
    'an order is cancelled when it is placed': {
      on: { OrderPlaced: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
    'an order is cancelled when it is reserved': {
      on: { OrderReserved: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
    'an order is cancelled when its payment begins': {
      on: { OrderPaymentStarted: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
    'an order is cancelled when it is paid': {
      on: { OrderPaid: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
    'an order is cancelled when it is confirmed': {
      on: { OrderConfirmed: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
    'an order that costs nothing is cancelled when it is confirmed': {
      isFree: true,
      on: { OrderConfirmed: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
  }),
  [
    'the customer asks for more time, and does not pay',
    {
      paymentMode: 'ON_CONFIRMATION',
      on: { OrderReserved: [extend] },
      ends: 'CANCELLED',
      reason: 'RESERVATION_EXPIRED',
      atLeastMs: 2 * reservationTtlMs,
    },
  ],
  [
    'the customer does not pay',
    { paymentMode: 'ON_CONFIRMATION', ends: 'CANCELLED', reason: 'RESERVATION_EXPIRED' },
  ],
  [
    'the stock is reserved only after the customer has cancelled',
    {
      slow: ['reserve:TEA'],
      on: { OrderPlaced: [cancel] },
      ends: 'CANCELLED',
      reason: 'CUSTOMER_CANCELLED',
    },
  ],
];

/** The same, with the money set aside before the stock is reserved: the order is payable as soon as it is placed. */
const paidFirst: readonly (readonly [string, Scenario])[] = scenarios
  .filter(([title]) => !/when it is reserved|asks for more time/.test(title))
  .map(([title, scenario]) => {
    const { OrderReserved: paying = [], OrderPlaced: placing = [], ...on } = scenario.on ?? {};
    const OrderPlaced = placing.length > 0 ? placing : paying;
    return [
      `${title}, money first`,
      { ...scenario, definition: 'payment-first', on: { ...on, OrderPlaced } },
    ];
  });

const stocked = { TEA: 5, CUP: 5 };
const deposited = 1_000;
const defaultLines: Purchase['lines'] = [
  ['TEA', 2],
  ['CUP', 1],
];

function run(
  scenario: Scenario,
  coordination: Coordination,
  faults: ReadonlyMap<number, Fault> = new Map(),
): World {
  const { lines = defaultLines, paymentMode = 'AUTOMATIC', isFree, verdict, on, definition } = scenario;
  const done = new Set<string>();
  const options: WorldOptions = {
    coordination,
    onHand: scenario.onHand ?? stocked,
    balance: scenario.balance ?? deposited,
    faults,
    ...(scenario.slow !== undefined && { slow: scenario.slow }),
    react: ({ type, stream }) => {
      if (stream !== 'order-o1' || done.has(type)) return [];
      done.add(type);
      return on?.[type as OrderEvent['type']] ?? [];
    },
  };
  const world = new World(options);
  world.place({
    id: orderId,
    lines,
    paymentMode,
    ...(isFree !== undefined && { isFree }),
    ...(verdict !== undefined && { verdict }),
    ...(definition !== undefined && { definition }),
  });
  world.rest();
  world.passTime();
  return world;
}

function endOf(world: World): End {
  const order = world.order(orderId);
  return {
    status: order.status,
    reason: 'reason' in order ? order.reason : null,
    message: 'message' in order ? order.message : null,
    stock: { TEA: world.stock('TEA'), CUP: world.stock('CUP') },
    wallet: world.wallet(),
  };
}

/** The end that a scenario has to come to, reckoned from nothing but its own words. */
function expectedEnd(scenario: Scenario): Omit<End, 'message'> {
  const { lines = defaultLines, isFree = false, ends, reason = null } = scenario;
  const isSold = ends === 'CONFIRMED';
  const units = (sku: string): number =>
    lines.reduce((sum, [of, quantity]) => sum + (isSold && of === sku ? quantity : 0), 0);
  const price = isFree ? 0 : unitPrice * (units('TEA') + units('CUP'));
  const onHand = scenario.onHand ?? stocked;
  return {
    status: ends,
    reason,
    stock: {
      TEA: { onHand: onHand.TEA, reserved: units('TEA') },
      CUP: { onHand: onHand.CUP, reserved: units('CUP') },
    },
    wallet: { balance: (scenario.balance ?? deposited) - price, held: 0 },
  };
}

/** Faults of one message each. */
const singleFaults = ({ sorts }: World): readonly (readonly [number, Fault])[] =>
  sorts.flatMap((sort, n) =>
    (sort === 'command' ? commandFaults : inputFaults).map((fault) => [n, fault] as const),
  );

describe.each([...scenarios, ...paidFirst])('when %s', (_, scenario) => {
  test('both ways lead to the end of the scenario', () => {
    const [orchestrated, choreographed] = coordinations.map((coordination) =>
      endOf(run(scenario, coordination)),
    );
    expect(orchestrated).toMatchObject(expectedEnd(scenario));
    expect(choreographed).toEqual(orchestrated);
    for (const coordination of coordinations)
      expect(run(scenario, coordination).elapsedMs()).toBeGreaterThanOrEqual(scenario.atLeastMs ?? 0);
  });

  test.each(coordinations)(
    '%s › whatever goes wrong with one message, the end is the same',
    (coordination) => {
      const faultless = run(scenario, coordination);
      const end = endOf(faultless);
      assert.deepEqual(faultless.left(), []);
      for (const [n, fault] of singleFaults(faultless)) {
        const world = run(scenario, coordination, new Map([[n, fault]]));
        const label = `message ${n} ${fault}`;
        // Shortages are named in the order in which the answers came.
        assert.deepEqual({ ...endOf(world), message: end.message }, end, label);
        assert.deepEqual(world.left(), [], label);
        world.assertNothingNew();
      }
    },
  );
});
