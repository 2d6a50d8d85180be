// An order whose stock an outside service keeps: the decisions of inventory's policy, and whole orders whose questions
// and answers are lost, late, there twice, or contradict each other.
import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import type { Step } from '@holdfast/checkout';
import { CustomerId, money, OrderId, Sku, type DomainCommand, type RecordedEvent } from '@holdfast/kernel';
import type { CheckoutDefinition } from '@holdfast/ordering';
import { processSpecification, received, recorder } from '@holdfast/testing';
import { createInventoryPolicy, type InventoryPolicyEvent, type PolicyInput } from './index.js';
import { OutsideStock, questionFaults, type QuestionFault } from './test/outside-stock.js';
import { commandFaults, inputFaults, type Fault } from './test/faults.js';
import { unitPrice } from './test/purchase.js';
import { World } from './test/world.js';

const orderId = OrderId('o1');
const tea = Sku('TEA');
const cup = Sku('CUP');

describe('inventory’s policy, for stock that an outside service keeps', () => {
  const { given } = processSpecification(createInventoryPolicy({ stockAnswerMs: 60_000 }));
  const at = '2026-01-01T00:00:00.000Z';
  const inOne = '2026-01-01T00:01:00.000Z';
  const inThree = '2026-01-01T00:03:00.000Z';
  const inOrder = recorder();
  const event = (stream: string, type: string, data: object) => ({
    ...received(inOrder(stream, { type, data }) as RecordedEvent<PolicyInput>),
    at,
  });
  const line = (sku: Sku) => ({ sku, name: sku, quantity: 1, unitPrice: money.of(10, 'EUR') });
  const placed = event('order-o1', 'OrderPlaced', {
    ...{ customerId: CustomerId('c1'), lines: [line(tea), line(cup)] },
    ...{ paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC', coordination: 'CHOREOGRAPHY' },
    shippingAddress: { name: 'A', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
    stockKeeper: 'OUTSIDE',
  });
  const ofSku = (type: string, sku: Sku, more: object = { quantity: 1 }) =>
    event('allocation-o1', type, { orderId, sku, ...more });
  const stock = [
    { sku: tea, quantity: 1 },
    { sku: cup, quantity: 1 },
  ];
  const started: InventoryPolicyEvent = {
    type: 'InventoryPolicyStarted',
    data: { definition: 'stock-first', definitionVersion: 2, orderId, stock, stockKeeper: 'OUTSIDE' },
  };
  const until = (dueAt: string): InventoryPolicyEvent => ({
    type: 'DeadlineSet',
    data: { deadline: 'stock', dueAt },
  });
  const has = (sku: Sku): InventoryPolicyEvent => ({ type: 'StockSecured', data: { sku } });
  const reached: InventoryPolicyEvent = { type: 'DeadlineReached', data: { deadline: 'stock' } };
  const releasing = (...undo: Step[]): InventoryPolicyEvent => ({
    type: 'StockReleaseStarted',
    data: { undo },
  });
  const deadline = (dueAt: string) => ({ kind: 'deadline', name: 'stock', dueAt, at: dueAt }) as const;
  const unanswered: InventoryPolicyEvent = {
    type: 'StockUnavailable',
    data: { reason: 'RETRIES_EXHAUSTED', message: 'The warehouse did not answer in time' },
  };

  test('when an order is placed › asks for every SKU, and waits a limited time', () => {
    given([])
      .when(placed)
      .then([started, until(inOne)])
      .thenPending('reserve:TEA', 'reserve:CUP', 'deadline:stock');
  });

  test('when the last SKU is reserved › states it, and waits for nothing', () => {
    given([started, until(inOne), has(tea)])
      .when(ofSku('AllocationReserved', cup))
      .then([has(cup), { type: 'AllStockSecured', data: {} }])
      .thenPending();
  });

  test('when a SKU is refused › releases the others', () => {
    const refusal = { requested: 1, available: 0, reason: 'sold' };
    given([started, until(inOne), has(tea)])
      .when(ofSku('AllocationRefused', cup, refusal))
      .then([
        { type: 'StockDenied', data: { sku: cup, requested: 1, available: 0 } },
        { type: 'StockUnavailable', data: { reason: 'OUT_OF_STOCK', message: 'Out of stock: CUP (0 of 1)' } },
        releasing('release:TEA'),
        until(inOne),
      ])
      .thenPending('release:TEA', 'deadline:stock');
  });

  test('when the answers are not there in time › the order can’t be had, and everything is released', () => {
    given([started, until(inOne), has(tea)])
      .when(deadline(inOne))
      .then([
        reached,
        unanswered,
        releasing('release:TEA', 'release:CUP'),
        until('2026-01-01T00:02:00.000Z'),
      ]);
  });

  test('when a release is not answered in time › asks again, and waits longer', () => {
    given([started, until(inOne), has(tea), reached, unanswered, releasing('release:TEA'), until(inOne)])
      .when(deadline(inOne))
      .then([
        reached,
        {
          type: 'StepAttemptFailed',
          data: {
            ...{ step: 'release:TEA', attempt: 1 },
            ...{ error: 'the outside service has not answered', retryAt: inOne },
          },
        },
        until(inThree),
      ])
      .thenPending('release:TEA', 'deadline:stock');
  });

  test('when a person moves the deadline › it is due then, and the same request changes nothing', () => {
    const asked = event('intervention-o1', 'DeadlineMoveRequested', {
      ...{ deadline: 'stock', dueAt: inThree, reason: 'the warehouse rang' },
    });
    const position = asked.kind === 'event' ? asked.position : 0;
    const moved: InventoryPolicyEvent = {
      type: 'DeadlineMoved',
      data: { deadline: 'stock', dueAt: inThree, actor: 'system', reason: 'the warehouse rang', position },
    };
    given([started, until(inOne)])
      .when(asked)
      .then([moved])
      .thenPending('reserve:TEA', 'reserve:CUP', 'deadline:stock');
    given([started, until(inOne), moved])
      .when(asked)
      .then([]);
    given([started, until(inOne), moved])
      .when(deadline(inOne))
      .then([]);
    given([started, until(inOne), has(tea), has(cup), { type: 'AllStockSecured', data: {} }])
      .when(asked)
      .then([]);
  });

  test('when a reservation comes after its release › releases it again', () => {
    const late = ofSku('AllocationReserved', tea);
    const done = ofSku('AllocationReleased', tea);
    given([started, until(inOne), releasing('release:TEA'), until(inOne)])
      .when(done)
      .thenPending();
    given([
      ...[started, until(inOne), releasing('release:TEA'), until(inOne)],
      { type: 'StepUndone', data: { step: 'release:TEA', position: 0 } },
    ])
      .when(late)
      .then([
        {
          type: 'UndoAdded',
          data: { step: 'release:TEA', position: late.kind === 'event' ? late.position : 0 },
        },
        until(inOne),
      ])
      .thenPending('release:TEA', 'deadline:stock');
  });
});

const cancel: DomainCommand = { type: 'Cancel', data: { orderId, reason: 'CUSTOMER_CANCELLED' } };

type Scenario = {
  readonly onHand?: Readonly<Record<string, number>>;
  readonly balance?: number;
  readonly definition?: CheckoutDefinition;
  readonly on?: Readonly<Record<string, readonly DomainCommand[]>>;
  readonly ends: string;
};
const scenarios: readonly (readonly [string, Scenario])[] = (
  ['stock-first', 'payment-first'] as const
).flatMap((definition): readonly (readonly [string, Scenario])[] => [
  [`an order is paid, ${definition}`, { definition, ends: 'CONFIRMED' }],
  [`one SKU falls short, ${definition}`, { definition, onHand: { TEA: 5, CUP: 0 }, ends: 'FAILED' }],
  [`the wallet has too little, ${definition}`, { definition, balance: 5, ends: 'FAILED' }],
  [`the customer cancels, ${definition}`, { definition, on: { OrderPlaced: [cancel] }, ends: 'CANCELLED' }],
  [
    `the customer cancels the confirmed order, ${definition}`,
    { definition, on: { OrderConfirmed: [cancel] }, ends: 'CANCELLED' },
  ],
]);

const deposited = 1_000;

type Ran = { readonly world: World; readonly outside: OutsideStock };

function run(
  { onHand = { TEA: 5, CUP: 5 }, balance = deposited, definition = 'stock-first', on = {} }: Scenario,
  faultsOfQuestions: ReadonlyMap<number, QuestionFault> = new Map(),
  faults: ReadonlyMap<number, Fault> = new Map(),
): Ran {
  const outside = new OutsideStock(onHand, faultsOfQuestions);
  const done = new Set<string>();
  const world = new World({
    ...{ coordination: 'CHOREOGRAPHY', balance, faults },
    // Our own stock has none of it.
    onHand: { TEA: 0, CUP: 0 },
    react: (event) => {
      const answers = outside.hear(event);
      if (event.stream !== 'order-o1' || done.has(event.type)) return answers;
      done.add(event.type);
      return [...answers, ...(on[event.type] ?? [])];
    },
  });
  const lines = [
    ['TEA', 2],
    ['CUP', 1],
  ] as const;
  world.place({ id: orderId, lines, paymentMode: 'AUTOMATIC', stockKeeper: 'OUTSIDE', definition });
  const deliver = (waiting: (() => readonly DomainCommand[])[]): void => {
    world.rest();
    for (const act of waiting.splice(0)) for (const command of act()) world.ask(command);
    world.rest();
  };
  deliver(outside.late);
  world.passTime();
  deliver(outside.tooLate);
  world.passTime();
  return { world, outside };
}

/** Stock and money agree with how the order ended, nothing is left to do, and our own stock was not touched. */
function assertWholeEnd({ world, outside }: Ran, balance: number, label: string): void {
  const isSold = world.status(orderId) === 'CONFIRMED';
  assert.deepEqual(outside.reserved(orderId), isSold ? { TEA: 2, CUP: 1 } : {}, label);
  assert.deepEqual(world.wallet(), { balance: balance - (isSold ? 3 * unitPrice : 0), held: 0 }, label);
  assert.deepEqual(world.left(), [], label);
  for (const sku of ['TEA', 'CUP']) assert.deepEqual(world.stock(sku), { onHand: 0, reserved: 0 }, label);
  world.assertNothingNew();
}

describe.each(scenarios)('when %s', (_, scenario) => {
  const { balance = deposited, ends } = scenario;

  test('the outside service has what the order says at its end', () => {
    const ran = run(scenario);
    expect(ran.world.status(orderId)).toBe(ends);
    assertWholeEnd(ran, balance, 'no fault');
  });

  test('with any fault of one question › order, stock and money agree at the end', () => {
    const { questions } = run(scenario).outside;
    for (const [n, kind] of questions.entries())
      for (const fault of questionFaults) {
        const label = `question ${n} (${kind}) ${fault}`;
        const ran = run(scenario, new Map([[n, fault]]));
        assertWholeEnd(ran, balance, label);
        const isHarmless = fault === 'twice' || fault === 'late' || kind === 'release';
        if (isHarmless) assert.equal(ran.world.status(orderId), ends, label);
        else if (ends === 'CONFIRMED' && fault !== 'contradicted')
          assert.equal(ran.world.status(orderId), 'FAILED', label);
      }
  });

  test('with any fault of one message of the shop › the end is the same', () => {
    const { sorts } = run(scenario).world;
    for (const [n, sort] of sorts.entries())
      for (const fault of sort === 'command' ? commandFaults : inputFaults) {
        const ran = run(scenario, new Map(), new Map([[n, fault]]));
        assert.equal(ran.world.status(orderId), ends, `message ${n} ${fault}`);
        assertWholeEnd(ran, balance, `message ${n} ${fault}`);
      }
  });
});
