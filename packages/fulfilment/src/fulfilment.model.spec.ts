// The fulfilment with the real orders, stock, wallets, shipments and tracking numbers, under every kind of fault
// between them: commands lost, repeated or applied without an answer, repeated inputs, crashes, customers that cancel
// while the warehouse ships, carriers that scan in any order, refunds and returns at any time. At rest stock and money
// must add up.
import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import { stock, type StockState } from '@holdfast/inventory';
import {
  CustomerId,
  fold,
  money,
  OrderId,
  Sku,
  streamId,
  type AnyAggregate,
  type DomainCommand,
  type DomainEvent,
  type PendingWork,
  type ProcessInput,
  type RecordedEvent,
  type Rejection,
  type Result,
} from '@holdfast/kernel';
import { order, type OrderState } from '@holdfast/ordering';
import { shipment, tracking, type ShipmentState } from '@holdfast/shipping';
import { wallet, type WalletState } from '@holdfast/wallet';
import fc from 'fast-check';
import {
  fulfilment,
  fulfilmentStatus,
  type FulfilmentCommand,
  type FulfilmentEvent,
  type FulfilmentInput,
  type FulfilmentState,
} from './index.js';

type Process = typeof fulfilment;
type Input = ProcessInput<FulfilmentInput>;
type Sent = Extract<PendingWork<FulfilmentCommand>, { kind: 'command' }>;

const [customerId, skus] = [CustomerId('C0'), [Sku('S0'), Sku('S1')] as const];
const [price, units, deposited] = [10, 100, 10_000];
const unitPrice = money.of(price, 'EUR');
const shippingAddress = { name: 'A', line1: 'Main 1', city: 'Bern', postalCode: '3000', country: 'CH' };

/** Units of each SKU in each order. */
type Setup = readonly (readonly [number, number])[];
const setups: fc.Arbitrary<Setup> = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  { minLength: 1, maxLength: 2 },
);
/** Random choices, one number at a time. */
const tapes = fc.array(fc.nat(0xffff), { minLength: 40, maxLength: 400, size: 'max' });

/** One fulfilment in a runner. Only `decisions` survives a crash. */
type Runner = {
  readonly id: OrderId;
  readonly bought: readonly [number, number];
  readonly decisions: FulfilmentEvent[];
  state: FulfilmentState;
  delivered: number;
  readonly inputs: Input[];
  readonly outcomes: Input[];
  readonly sent: Set<string>;
};
type InFlight = { readonly runner: Runner; readonly work: Sent; readonly awaited: boolean };

const aggregates: readonly AnyAggregate[] = [order, stock, wallet, shipment, tracking];
const aggregateOf = ({ type }: DomainCommand): AnyAggregate => {
  const found = aggregates.find(({ commandTypes }) => (commandTypes as readonly string[]).includes(type));
  assert.ok(found !== undefined, `nobody takes ${type}`);
  return found;
};

/** All orders, their fulfilments, and the log between them. */
class World {
  clock = Date.parse('2026-01-01T00:00:00.000Z');
  readonly log: RecordedEvent[] = [];
  readonly runners = new Map<string, Runner>();
  readonly inFlight: InFlight[] = [];
  readonly #states = new Map<string, unknown>();

  constructor(
    readonly process: Process,
    setup: Setup,
  ) {
    for (const sku of skus) {
      this.handle({ type: 'CreateProduct', data: { sku, name: sku, price: unitPrice } });
      this.handle({ type: 'ReceiveStock', data: { sku, quantity: units } });
    }
    this.handle({ type: 'Deposit', data: { customerId, amount: money.of(deposited, 'EUR') } });
    for (const [n, bought] of setup.entries()) this.#confirm(OrderId(`O${n}`), bought);
  }

  get iso(): string {
    return new Date(this.clock).toISOString();
  }

  stateOf<S>(aggregate: { readonly initialState: S }, stream: string): S {
    return (this.#states.get(stream) ?? aggregate.initialState) as S;
  }

  /** Returns the code of the rejection, or null. */
  handle(command: DomainCommand): string | null {
    const aggregate = aggregateOf(command);
    const stream = aggregate.stream(command);
    const state = this.stateOf(aggregate as { readonly initialState: unknown }, stream);
    const decision = aggregate.decide(command, state) as Result<readonly DomainEvent[], Rejection>;
    if (!decision.ok) return decision.rejection.code;
    this.#states.set(stream, fold(aggregate, state, decision.value));
    for (const event of decision.value) this.#append(stream, event);
    return null;
  }

  #append(stream: string, event: DomainEvent): void {
    const position = this.log.length;
    const metadata = {
      ...{ correlationId: '', causationId: '', commandId: '', actor: 'system' },
      ...{ at: this.iso, schemaVersion: 1 },
    };
    const recorded = { ...event, id: `event-${position}`, stream, revision: 0, position, metadata };
    this.log.push(recorded);
    const input = recorded as RecordedEvent<FulfilmentInput>;
    const route = this.process.route(input);
    const runner = route.kind === 'ignore' ? undefined : this.runners.get(route.id);
    runner?.inputs.push({ kind: 'event', event: input, at: this.iso, position });
  }

  /** Adds an order that is placed, paid from the wallet and confirmed, with its stock reserved. */
  #confirm(id: OrderId, bought: readonly [number, number]): void {
    this.runners.set(id, {
      ...{ id, bought, decisions: [], state: this.process.initialState, delivered: 0 },
      ...{ inputs: [], outcomes: [], sent: new Set<string>() },
    });
    const amount = money.of(price * (bought[0] + bought[1]), 'EUR');
    const lines = skus.map((sku, n) => ({ sku, name: sku, quantity: bought[n] ?? 0, unitPrice }));
    const placed = {
      ...{ orderId: id, customerId, lines, paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC' },
      ...{ coordination: 'ORCHESTRATION', shippingAddress },
    };
    const of = { orderId: id, customerId };
    const past: readonly DomainCommand[] = [
      { type: 'PlaceOrder', data: placed },
      ...lines.map(({ sku, quantity }) => ({ type: 'ReserveStock', data: { sku, orderId: id, quantity } })),
      { type: 'MarkReserved', data: { orderId: id, expiresAt: null } },
      { type: 'StartPayment', data: { orderId: id, method: 'WALLET' } },
      { type: 'HoldFunds', data: { ...of, amount } },
      { type: 'CaptureHold', data: of },
      { type: 'MarkPaid', data: { orderId: id, transactionId: 't' } },
      { type: 'Confirm', data: { orderId: id, invoiceNumber: 'INV-1' } },
    ];
    for (const command of past) assert.equal(this.handle(command), null, command.type);
  }

  receive(runner: Runner, input: Input): void {
    const decisions = this.process.decide(input, runner.state);
    runner.decisions.push(...decisions);
    runner.state = fold(this.process, runner.state, decisions);
    assert.ok(runner.decisions.length < 600, 'decides on and on');
  }

  deliver(runner: Runner): boolean {
    const next = runner.inputs[runner.delivered];
    if (next === undefined) return false;
    runner.delivered += 1;
    this.receive(runner, next);
    return true;
  }

  crash(runner: Runner, checkpoint: number): void {
    for (const [n, flying] of this.inFlight.entries())
      if (flying.runner === runner) this.inFlight[n] = { ...flying, awaited: false };
    runner.state = fold(this.process, this.process.initialState, runner.decisions);
    runner.delivered = checkpoint;
    runner.outcomes.length = 0;
    runner.sent.clear();
  }

  /** Wanted work that is due and not sent yet. */
  unsent(runner: Runner): readonly Sent[] {
    return this.process
      .pending(runner.state)
      .filter((work) => work.kind === 'command')
      .filter((work) => !runner.sent.has(sending(work)) && (work.notBefore ?? '') <= this.iso);
  }

  dispatch(runner: Runner, work: Sent): void {
    runner.sent.add(sending(work));
    this.inFlight.push({ runner, work, awaited: true });
  }

  execute(n: number, fate: 'arrives' | 'repeats' | 'lost' | 'unanswered'): void {
    const flying = this.inFlight[n];
    assert.ok(flying !== undefined);
    const { runner, work, awaited } = flying;
    if (fate === 'repeats') this.inFlight[n] = { runner, work, awaited: false };
    else this.inFlight.splice(n, 1);
    const rejection = fate === 'lost' ? null : this.#send(work);
    if (!awaited) return;
    const { step, failedAttempts } = work;
    const retryAt = new Date(this.clock + 500).toISOString();
    if (fate === 'lost' || fate === 'unanswered') {
      const failed = { attempt: failedAttempts + 1, error: fate, retryAt, at: this.iso };
      runner.outcomes.push({ kind: 'attemptFailed', step, ...failed });
    } else if (rejection !== null)
      runner.outcomes.push({ kind: 'stepFailed', step, reason: 'rejected', error: rejection, at: this.iso });
  }

  readonly #taken = new Set<string>();

  /** When an aggregate does not recognise a repeated command, the runtime recognises it by its id. */
  #send({ step, command }: Sent): string | null {
    const recognised = (aggregateOf(command).recognisedById ?? []) as readonly string[];
    if (!recognised.includes(command.type)) return this.handle(command);
    const id = `${(command.data as { orderId: string }).orderId} ${step}`;
    if (this.#taken.has(id)) return null;
    const rejection = this.handle(command);
    if (rejection === null) this.#taken.add(id);
    return rejection;
  }
}

const sending = (work: Sent): string => `${work.step}#${work.failedAttempts}#${work.notBefore ?? ''}`;

/** The actions on an order from outside of the process. */
function actions(world: World, runner: Runner, chance: (below: number) => number): readonly (() => void)[] {
  const { id: orderId } = runner;
  const state = world.stateOf<OrderState>(order, `order-${orderId}`);
  const parcel = world.stateOf<ShipmentState>(shipment, `shipment-${orderId}`);
  const acts: (() => void)[] = [];
  const may = (command: DomainCommand): void => void acts.push(() => void world.handle(command));
  if (state.status === 'CONFIRMED' && !state.isPacked) may({ type: 'MarkPacked', data: { orderId } });
  if (parcel.kind === 'open' && parcel.parcel !== null)
    may({ type: 'GenerateLabel', data: { orderId, carrier: 'c', trackingNumber: `T-${orderId}` } });
  if (parcel.kind === 'open' && parcel.label !== null) {
    may({ type: 'MarkShipped', data: { orderId, ...parcel.label } });
    const code = chance(3) === 0 ? 'DELIVERED' : 'IN_TRANSIT';
    const scan = { scanId: `scan-${chance(4)}`, code, location: null, at: world.iso };
    may({ type: 'RecordScan', data: { orderId, scan } });
  }
  if ('invoiceNumber' in state) {
    const amount = chance(3) === 0 ? null : money.of(1 + chance(20), 'EUR');
    const refund = { orderId, refundId: `r-${orderId}-${chance(5)}`, amount, reason: 'broken' };
    may({ type: 'RequestRefund', data: { ...refund, by: `staff:${chance(2)}`, at: world.iso } });
    const lines = [{ sku: skus[chance(2)], quantity: 1 + chance(2) }];
    const returnId = `b-${orderId}-${chance(5)}`;
    may({ type: 'AcceptReturn', data: { orderId, returnId, lines, reason: 'no' } });
  }
  return acts;
}

function simulate(manager: Process, setup: Setup, tape: readonly number[]): void {
  const world = new World(manager, setup);
  const all = [...world.runners.values()];
  let read = 0;
  const chance = (below: number): number => (tape[read++] ?? 0) % below;
  const pick = <T>(from: readonly T[]): T | undefined => from[chance(from.length || 1)];

  const proceed = (runner: Runner): void => {
    const possible: (() => void)[] = [() => void world.deliver(runner)];
    for (const outcome of runner.outcomes)
      possible.push(() => {
        runner.outcomes.splice(runner.outcomes.indexOf(outcome), 1);
        world.receive(runner, outcome);
      });
    for (const work of world.unsent(runner)) possible.push(() => world.dispatch(runner, work));
    for (const [n, flying] of world.inFlight.entries())
      if (flying.runner === runner) possible.push(() => world.execute(n, 'arrives'));
    possible.push(...actions(world, runner, chance));
    pick(possible)?.();
  };
  const disturb = (runner: Runner): void => {
    switch (chance(5)) {
      case 0: {
        const fate = pick(['repeats', 'lost', 'unanswered'] as const);
        if (world.inFlight.length > 0 && fate !== undefined)
          world.execute(chance(world.inFlight.length), fate);
        break;
      }
      case 1: {
        const again = pick(runner.inputs.slice(0, runner.delivered));
        if (again !== undefined) world.receive(runner, again);
        break;
      }
      case 2:
        world.crash(runner, chance(runner.delivered + 1));
        break;
      case 3:
        world.clock += chance(100_000);
        break;
      default:
        if (chance(3) === 0)
          world.handle({ type: 'Cancel', data: { orderId: runner.id, reason: 'CUSTOMER_CANCELLED' } });
    }
  };

  const faultsPercent = [0, 5, 20, 50][chance(4)] ?? 0;
  while (read < tape.length) {
    const runner = pick(all);
    assert.ok(runner !== undefined);
    if (chance(100) < faultsPercent) disturb(runner);
    else proceed(runner);
  }
  settle(world, all);
  for (const runner of all) assertAtRest(world, runner);
  assertConserved(world, all);
}

/** The checkout undoes a cancelled order; then every message arrives, without further faults. */
function settle(world: World, all: readonly Runner[]): void {
  for (const { id: orderId } of all) {
    if (world.stateOf<OrderState>(order, `order-${orderId}`).status !== 'CANCELLED') continue;
    for (const sku of skus)
      assert.equal(world.handle({ type: 'ReleaseStock', data: { sku, orderId } }), null);
    const refund = { customerId, orderId, refundId: 'checkout' };
    assert.equal(world.handle({ type: 'Refund', data: refund }), null);
  }
  for (let round = 0; round < 200; round += 1) {
    let isBusy = false;
    for (const runner of all) {
      while (world.deliver(runner)) isBusy = true;
      for (const outcome of runner.outcomes.splice(0)) {
        world.receive(runner, outcome);
        isBusy = true;
      }
      for (const work of world.unsent(runner)) {
        world.dispatch(runner, work);
        isBusy = true;
      }
    }
    for (; world.inFlight.length > 0; isBusy = true) world.execute(0, 'arrives');
    if (isBusy) continue;
    const waits = all
      .flatMap((runner) => world.process.pending(runner.state))
      .flatMap((work) => (work.kind === 'command' && work.notBefore !== undefined ? [work.notBefore] : []))
      .filter((at) => at > world.iso);
    if (waits.length === 0) return;
    world.clock = Math.min(...waits.map((at) => Date.parse(at)));
  }
  assert.fail('does not come to rest');
}

function assertAtRest(world: World, runner: Runner): void {
  const { id, state, bought } = runner;
  const own = world.stateOf<OrderState>(order, `order-${id}`);
  const { status } = fulfilmentStatus(state);
  const label = `${id}, ${own.status}, rests ${status}`;
  assert.deepEqual(world.process.pending(state), [], label);
  const isShipped = ['SHIPPED', 'IN_TRANSIT', 'DELIVERED'].includes(own.status);
  assert.ok(isShipped || ['CONFIRMED', 'CANCELLED'].includes(own.status), label);
  if (own.status === 'CANCELLED') assert.equal(status, 'COMPENSATED', label);
  if (own.status === 'DELIVERED') assert.equal(status, 'COMPLETED', label);

  const mine = world.log.filter(({ stream, data }) =>
    stream.startsWith('stock-') ? (data as { orderId?: string }).orderId === id : streamId(stream) === id,
  );
  // At most one of cancelling and shipping has happened.
  const types = mine.map(({ type }) => type);
  const [shipped, cancelled] = [types.includes('OrderShipped'), types.includes('OrderCancelled')];
  assert.ok(!(shipped && cancelled), `${label}: shipped and cancelled`);
  const sum = (type: string, sku: Sku): number =>
    mine
      .filter((event) => event.type === type && event.stream === `stock-${sku}`)
      .reduce((total, { data }) => total + (data as { quantity: number }).quantity, 0);
  const accepted = (sku: Sku): number =>
    mine
      .filter(({ type }) => type === 'OrderReturned')
      .flatMap(({ data }) => (data as { stock: readonly { sku: Sku; quantity: number }[] }).stock)
      .reduce((total, line) => total + (line.sku === sku ? line.quantity : 0), 0);
  for (const [n, sku] of skus.entries()) {
    assert.equal(sum('StockCommitted', sku), shipped ? bought[n] : 0, `${label}: ${sku} left`);
    assert.equal(sum('StockReturned', sku), accepted(sku), `${label}: ${sku} came back`);
  }
  // The order follows the carrier.
  const scans = mine.filter(({ type }) => type === 'CarrierScanned');
  const isArrived = types.includes('ShipmentDelivered');
  if (shipped)
    assert.equal(own.status, isArrived ? 'DELIVERED' : scans.length > 0 ? 'IN_TRANSIT' : 'SHIPPED', label);
  const givenBack = 'givenBack' in own ? own.givenBack : null;
  for (const refund of givenBack?.refunds ?? []) assert.notEqual(refund.is, 'asked', `${label}: a refund`);
  for (const input of runner.inputs)
    assert.deepEqual(world.process.decide(input, state), [], `${id} decides on what it has seen`);
}

function assertConserved(world: World, all: readonly Runner[]): void {
  const of = (type: string): readonly RecordedEvent[] => world.log.filter((event) => event.type === type);
  const minor = (events: readonly RecordedEvent[]): number =>
    events.reduce((total, { data }) => total + (data as { amount: { minor: number } }).amount.minor, 0);
  const { balance } = world.stateOf<WalletState>(wallet, `wallet-${customerId}`) as Extract<
    WalletState,
    { kind: 'open' }
  >;
  let expected = deposited;
  for (const { id, bought } of all) {
    const paid = price * (bought[0] + bought[1]);
    const isCancelled = world.stateOf<OrderState>(order, `order-${id}`).status === 'CANCELLED';
    const back = minor(of('OrderRefunded').filter(({ stream }) => streamId(stream) === id));
    assert.ok(back <= paid, `${id}: ${back} of ${paid} went back`);
    expected -= isCancelled ? 0 : paid - back;
  }
  assert.equal(balance.minor, expected, 'the money');
  for (const sku of skus) {
    const { onHand, reserved } = world.stateOf<StockState>(stock, `stock-${sku}`) as Extract<
      StockState,
      { kind: 'listed' }
    >;
    const quantity = (type: string): number =>
      of(type)
        .filter(({ stream }) => stream === `stock-${sku}`)
        .reduce((total, { data }) => total + (data as { quantity: number }).quantity, 0);
    const waiting = all
      .filter(({ id }) => world.stateOf<OrderState>(order, `order-${id}`).status === 'CONFIRMED')
      .reduce((total, { bought }) => total + (bought[skus.indexOf(sku)] ?? 0), 0);
    const away = quantity('StockCommitted') - quantity('StockReturned');
    assert.deepEqual({ onHand, reserved }, { onHand: units - away, reserved: waiting }, `stock-${sku}`);
  }
}

const holds = (manager: Process): fc.IPropertyWithHooks<[Setup, number[]]> =>
  fc.property(setups, tapes, (setup, tape) => {
    simulate(manager, setup, tape);
  });

describe('under chaos', () => {
  test('when every kind of fault occurs › order, stock and money agree', () => {
    fc.assert(holds(fulfilment), { numRuns: 1500 });
  });
});

describe('the model sees a planted bug', () => {
  const deciding = (
    change: (decision: FulfilmentEvent, state: FulfilmentState) => readonly FulfilmentEvent[],
  ): Process => ({
    ...fulfilment,
    decide: (input, state) => fulfilment.decide(input, state).flatMap((decision) => change(decision, state)),
  });
  const without = (type: FulfilmentEvent['type']): Process =>
    deciding((decision) => (decision.type === type ? [] : [decision]));

  test.each<[string, Process]>([
    ['the stock of a shipped order is not committed', without('ParcelHandedOver')],
    ['a shipment outlives its cancelled order', without('FulfilmentCancelled')],
    ['a scan moves no order', without('ParcelMoved')],
    ['a delivery is not told', without('ParcelArrived')],
    ['a returned unit is not put back', without('ReturnStarted')],
    ['a refund is forgotten', without('RefundStarted')],
    ['a refused refund stays open', without('RefundDenied')],
    ['a command that failed is not sent again', without('FulfilmentAttemptFailed')],
    [
      'one SKU of a return is forgotten',
      deciding((decision) =>
        decision.type === 'ReturnStarted'
          ? [{ ...decision, data: { ...decision.data, stock: decision.data.stock.slice(1) } }]
          : [decision],
      ),
    ],
    [
      'a return that is told twice is refunded twice',
      {
        ...fulfilment,
        decide: (input, state) =>
          fulfilment.decide(input, state.phase === 'new' ? state : { ...state, known: new Set() }),
      },
    ],
  ])('when %s › fails', (_, mutant) => {
    expect(fc.check(holds(mutant), { numRuns: 1500, seed: 1, endOnFailure: true }).failed).toBe(true);
  });
});
