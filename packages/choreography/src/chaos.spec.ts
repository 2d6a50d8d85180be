// Several orders that want the same stock and money, most of them choreographed, under many faults at once, with
// customers that cancel at any time. In every run each order ends, each process manager comes to rest, and stock and
// money add up.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { OrderId, type DomainCommand, type DomainEvent } from '@holdfast/kernel';
import type { CardToken } from './test/gateway.js';
import { commandFaults, type Fault } from './test/faults.js';
import { withBug, type Manager } from './test/process-managers.js';
import { unitPrice, type Purchase } from './test/purchase.js';
import { World } from './test/world.js';

type Setup = {
  readonly onHand: { readonly TEA: number; readonly CUP: number };
  readonly balance: number;
  readonly purchases: readonly (Omit<Purchase, 'id'> & { readonly card: CardToken | null })[];
  readonly faults: readonly (readonly [number, Fault])[];
  /** after these numbers of events in the log, some order is cancelled */
  readonly cancels: readonly (readonly [number, number])[];
  readonly slow: readonly string[];
  readonly maxAttempts: number;
  readonly isForgetful: boolean;
  /** whether the customer pays an order that waits for payment */
  readonly pays: boolean;
};

const faulty = fc.tuple(fc.nat(120), fc.constantFrom(...commandFaults));
const setups: fc.Arbitrary<Setup> = fc.record({
  onHand: fc.record({ TEA: fc.integer({ min: 0, max: 8 }), CUP: fc.integer({ min: 0, max: 8 }) }),
  balance: fc.integer({ min: 0, max: 120 }),
  purchases: fc.array(
    fc.record({
      lines: fc.array(fc.tuple(fc.constantFrom('TEA', 'CUP'), fc.integer({ min: 1, max: 3 })), {
        minLength: 1,
        maxLength: 3,
      }),
      paymentMode: fc.constantFrom('AUTOMATIC', 'ON_CONFIRMATION'),
      isFree: fc.constantFrom(false, false, false, true),
      verdict: fc.constantFrom('pass', 'pass', 'review', 'reject'),
      definition: fc.constantFrom('stock-first', 'stock-first', 'payment-first'),
      card: fc.constantFrom<(CardToken | null)[]>(
        null,
        null,
        'ok',
        'declined',
        'page-pays',
        'page-leaves',
        'expires',
        'away-twice',
        'outside',
      ),
      coordination: fc.constantFrom('CHOREOGRAPHY', 'CHOREOGRAPHY', 'ORCHESTRATION'),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  faults: fc.array(faulty, { maxLength: 25 }),
  cancels: fc.array(fc.tuple(fc.nat(80), fc.nat(2)), { maxLength: 2 }),
  slow: fc.subarray([
    ...['reserve:TEA', 'hold-funds', 'capture-funds', 'release-funds', 'confirm', 'void-card:1'],
    ...['gateway:authorize', 'gateway:capture', 'gateway:customer'],
  ]),
  maxAttempts: fc.integer({ min: 1, max: 4 }),
  isForgetful: fc.boolean(),
  pays: fc.constantFrom(true, true, true, false),
});

const orderOf = (n: number): OrderId => OrderId(`O${n}`);

function simulate(setup: Setup, all?: readonly Manager[]): void {
  const { purchases, onHand, balance, faults, cancels, slow, maxAttempts, isForgetful, pays } = setup;
  const reactions = (type: string, position: number, stream: string): readonly DomainCommand[] => {
    if (!stream.startsWith('order-')) return [];
    const orderId = OrderId(stream.slice('order-'.length));
    const commands: DomainCommand[] = [];
    const isPayable = type === 'OrderReserved' || type === 'OrderPlaced';
    const isAgain = type === 'OrderPaymentDeclined';
    if ((isPayable || isAgain) && pays) {
      const card = isAgain ? 'ok' : purchases[Number(orderId.slice(1))]?.card;
      const by = typeof card === 'string' ? { method: 'CARD', cardToken: card } : { method: 'WALLET' };
      commands.push({ type: 'StartPayment', data: { orderId, ...by } });
    }
    if (type === 'OrderHeldForReview')
      commands.push({ type: 'Review', data: { orderId, approved: position % 2 === 0, reason: 'Looked' } });
    return commands;
  };
  const world = new World(
    {
      coordination: 'CHOREOGRAPHY',
      onHand,
      balance,
      faults: new Map(faults),
      slow,
      maxAttempts,
      isForgetful,
      react: ({ type, position, stream }) => [
        ...reactions(type, position, stream),
        ...cancels
          .filter(([at, order]) => at === position && order < purchases.length)
          .map(([, order]) => cancelOf(orderOf(order))),
      ],
    },
    all,
  );
  for (const [n, { card, ...purchase }] of purchases.entries()) {
    const byCard = card === null ? {} : ({ paymentMethod: 'CARD', cardToken: card } as const);
    world.place({ ...purchase, ...byCard, id: orderOf(n) });
  }
  world.rest();
  world.passTime();
  assert.deepEqual(world.left(), []);
  assertConserved(world, setup);
  world.assertNothingNew();
}

const cancelOf = (orderId: OrderId): DomainCommand => ({
  type: 'Cancel',
  data: { orderId, reason: 'CUSTOMER_CANCELLED' },
});

function assertConserved(world: World, { purchases, onHand, balance }: Setup): void {
  const sold = { TEA: 0, CUP: 0 };
  let paid = 0;
  let paidByCard = 0;
  for (const [n, { lines, isFree, card }] of purchases.entries()) {
    const status = world.status(orderOf(n));
    assert.ok(['CONFIRMED', 'FAILED', 'CANCELLED'].includes(status), `O${n} ends ${status}`);
    if (status !== 'CONFIRMED') continue;
    for (const [sku, quantity] of lines) {
      sold[sku as keyof typeof sold] += quantity;
      const price = isFree === true ? 0 : quantity * unitPrice;
      if (card === null) paid += price;
      else paidByCard += price;
    }
  }
  for (const sku of ['TEA', 'CUP'] as const)
    assert.deepEqual(world.stock(sku), { onHand: onHand[sku], reserved: sold[sku] }, sku);
  assert.deepEqual(world.wallet(), { balance: balance - paid, held: 0 });
  assert.deepEqual(world.gateway.money(), { kept: paidByCard, authorized: 0 });
}

const holds = (all?: readonly Manager[]): fc.IPropertyWithHooks<[Setup]> =>
  fc.property(setups, (setup) => {
    simulate(setup, all);
  });

describe('under chaos', () => {
  test('when every kind of fault occurs › every order ends, and stock and money add up', () => {
    fc.assert(holds(), { numRuns: 1500 });
  });
});

const startsAll: Manager['route'] = ({ type, stream, data }) => {
  if (type === 'OrderPlaced') return { kind: 'start', id: stream.slice('order-'.length) };
  const { orderId = stream.slice('order-'.length) } = data as { readonly orderId?: string };
  return stream.startsWith('order-') || stream.startsWith('stock-') || stream.startsWith('wallet-')
    ? { kind: 'continue', id: orderId }
    : { kind: 'ignore' };
};

describe('the model sees a planted bug', () => {
  const without = (name: string, type: string): readonly Manager[] =>
    withBug(name, (manager) => ({
      decide: (input, state) => manager.decide(input, state).filter((decision) => decision.type !== type),
    }));
  const deaf = (name: string, type: string): readonly Manager[] =>
    withBug(name, (manager) => ({
      route: (event) => (event.type === type ? { kind: 'ignore' } : manager.route(event)),
    }));
  const changed = (name: string, change: (decision: DomainEvent) => DomainEvent): readonly Manager[] =>
    withBug(name, (manager) => ({
      decide: (input, state) => manager.decide(input, state).map(change),
    }));
  const undoingNo = (kind: string) => (decision: DomainEvent) => {
    const { undo = [] } = decision.data as { readonly undo?: readonly string[] };
    return decision.type === 'MoneyReturnStarted'
      ? { ...decision, data: { undo: undo.filter((step) => !step.startsWith(kind)) } }
      : decision;
  };
  const undoingNothing = (type: string) => (decision: DomainEvent) =>
    decision.type === type ? { ...decision, data: { undo: [] } } : decision;

  test.each<[string, readonly Manager[]]>([
    ['inventory does not undo a late reservation', without('inventorypolicy', 'UndoAdded')],
    ['payment does not undo a late hold or capture', without('paymentpolicy', 'UndoAdded')],
    ['inventory does not hear that an order was cancelled', deaf('inventorypolicy', 'OrderCancelled')],
    ['payment voids no card', changed('paymentpolicy', undoingNo('void-card'))],
    ['payment does not hear that an order was cancelled', deaf('paymentpolicy', 'OrderCancelled')],
    ['payment does not hear that an order has failed', deaf('paymentpolicy', 'OrderFailed')],
    ['ordering does not hear that stock is lacking', deaf('orderingpolicy', 'StockUnavailable')],
    ['ordering does not hear that a payment has failed', deaf('orderingpolicy', 'PaymentFailed')],
    ['inventory releases nothing', changed('inventorypolicy', undoingNothing('StockReleaseStarted'))],
    ['payment gives nothing back', changed('paymentpolicy', undoingNothing('MoneyReturnStarted'))],
    ['ordering has no deadline', without('orderingpolicy', 'DeadlineSet')],
    ['inventory does not try again', without('inventorypolicy', 'StepAttemptFailed')],
    ['the checkout takes choreographed orders as well', withBug('checkout', () => ({ route: startsAll }))],
  ])('when %s › fails', (_, all) => {
    expect(fc.check(holds(all), { numRuns: 2000, seed: 1, endOnFailure: true }).failed).toBe(true);
  });
});
