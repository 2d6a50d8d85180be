// Assertions on the model's world at rest, and after the end of every order: stock and money add up.
import assert from 'node:assert/strict';
import type { StockState } from '@holdfast/inventory';
import { streamId, type RecordedEvent } from '@holdfast/kernel';
import type { InvoiceIssued } from '@holdfast/ordering';
import type { WalletState } from '@holdfast/wallet';
import { checkoutStatus, type CheckoutEvent, type Step } from '../../index.js';
import { price } from './setups.js';
import type { Runner, World } from './world.js';

/** Asserts that every checkout waits only for a deadline or for a person. */
export function assertAtRest({ manager, runners }: World): void {
  for (const runner of runners) {
    const { status, waitingFor } = checkoutStatus(runner.state);
    const label = `${runner.id} rests ${status}, waiting for ${waitingFor}`;
    assert.ok(['WAITING', 'COMPLETED', 'COMPENSATED'].includes(status), label);
    const armed = manager.pending(runner.state).some(({ kind }) => kind === 'deadline');
    if (status === 'WAITING') assert.ok(waitingFor === 'review' || armed, `${label} without a deadline`);
    else assert.deepEqual(manager.pending(runner.state), [], label);
  }
}

export function assertAllEnded(world: World): void {
  const books = new Books(world);
  for (const runner of world.runners) {
    const ended = endOf(world, runner);
    books.assertStock(runner, ended);
    books.assertMoney(runner, ended);
    assertUndoneOnce(world, runner);
  }
  books.assertConserved();
  assertNumbered(world);
}

const keptOf = (world: World): readonly Runner[] =>
  world.runners.filter((runner) => world.orderOf(runner).status === 'CONFIRMED');

/** The events of one order, in the streams of all contexts. */
const ownEvents = ({ log }: World, { id }: Runner): readonly RecordedEvent[] =>
  log.filter(({ stream, data }) =>
    stream.startsWith('order-') ? streamId(stream) === id : (data as { orderId?: string }).orderId === id,
  );

/** How the order ended: its checkout agrees, and the order does not go on after its end. */
function endOf(world: World, runner: Runner): string {
  const { status } = checkoutStatus(runner.state);
  const ended = world.orderOf(runner).status;
  assert.equal(status, ended === 'CONFIRMED' ? 'COMPLETED' : 'COMPENSATED', `${runner.id} is ${ended}`);
  assert.ok(['CONFIRMED', 'FAILED', 'CANCELLED'].includes(ended), `${runner.id} ends ${ended}`);
  const own = ownEvents(world, runner);
  const last = own.findIndex(({ type }) => type === 'OrderCancelled' || type === 'OrderFailed');
  const after = own.slice(last + 1).filter(({ stream }) => stream.startsWith('order-'));
  if (last !== -1) assert.deepEqual(after, [], `${runner.id} goes on after its end`);
  return ended;
}

/** Stock and money that the orders took and gave back. */
class Books {
  /** undos that persons did by hand, by stream: the log does not record their effects */
  readonly #byHand = new Map<string, number>();

  constructor(private readonly world: World) {}

  assertStock(runner: Runner, ended: string): void {
    for (const [sku, quantity] of wantedBy(runner)) {
      const stream = `stock-S${sku}`;
      const reserved = this.#effects(runner, 'StockReserved', stream);
      const released = this.#effects(runner, 'StockReleased', stream);
      const label = `${runner.id}, ${ended}, of S${sku}`;
      if (ended === 'CONFIRMED') assert.deepEqual([reserved, released], [[quantity], []], label);
      else this.#assertGivenBack(runner, stream, `release:S${sku}`, [reserved, released], label);
      assert.ok(this.world.setup.isForgetful || reserved.length <= 1, label);
    }
  }

  assertMoney(runner: Runner, ended: string): void {
    const { log, setup, gateway } = this.world;
    const total = runner.purchase.isFree ? 0 : price * sum([...wantedBy(runner).values()]);
    const account = `wallet-C${runner.purchase.customer}`;
    const of = (type: string): readonly number[] => this.#effects(runner, type, account);
    const [held, captured, refunded] = [of('FundsHeld'), of('HoldCaptured'), of('FundsRefunded')];
    const label = `${runner.id}, ${ended}: the money`;
    assert.ok(setup.isForgetful || held.length <= 1, label);
    const freed = [...captured, ...of('HoldReleased')];
    this.#assertGivenBack(runner, `${account} held`, 'release-funds', [held, freed], label);
    const byCard = gateway.moneyOf(runner.id);
    if (ended === 'CONFIRMED')
      assert.deepEqual([sum(captured) + byCard.kept, refunded], [total, []], `${label}: is paid once`);
    else this.#assertGivenBack(runner, account, 'refund', [captured, refunded], label);
    if (!hasSettled(runner, (step) => step.startsWith('void-card:'))) {
      assert.equal(byCard.authorized, 0, `${label} is held on a card`);
      if (ended !== 'CONFIRMED') assert.equal(byCard.kept, 0, `${label} is not given back to the card`);
    }
    if (runner.purchase.isFree)
      assert.ok(
        !log.some(({ stream }) => stream.startsWith(`payment-${runner.id}.`)) &&
          !ownEvents(this.world, runner).some(({ stream }) => stream.startsWith('wallet-')),
        `${runner.id} is free and asks a wallet`,
      );
  }

  /** The rest in each stream is its input, less the amounts of confirmed orders and those that persons returned by hand. */
  assertConserved(): void {
    const { setup } = this.world;
    const kept = keptOf(this.world);
    for (const [n, received] of setup.onHand.entries()) {
      const { onHand, reserved } = this.world.stateOf(`stock-S${n}`) as Extract<
        StockState,
        { kind: 'listed' }
      >;
      const sold = kept
        .flatMap(({ purchase }) => purchase.lines)
        .reduce((sum, [sku, quantity]) => sum + (sku === n ? quantity : 0), 0);
      const left = this.#byHand.get(`stock-S${n}`) ?? 0;
      assert.deepEqual({ onHand, reserved }, { onHand: received, reserved: sold + left }, `stock-S${n}`);
    }
    for (const [n, deposited] of setup.balances.entries()) {
      const { balance, held } = this.world.stateOf(`wallet-C${n}`) as Extract<WalletState, { kind: 'open' }>;
      const paid = kept
        .filter(({ purchase }) => purchase.customer === n && purchase.method === 'WALLET' && !purchase.isFree)
        .flatMap(({ purchase }) => purchase.lines)
        .reduce((sum, [, quantity]) => sum + price * quantity, 0);
      const left = this.#byHand.get(`wallet-C${n}`) ?? 0;
      const heldLeft = this.#byHand.get(`wallet-C${n} held`) ?? 0;
      assert.deepEqual([balance.minor, held.minor], [deposited - paid - left, heldLeft], `wallet-C${n}`);
    }
  }

  /** Units or minor units of the order's events of this type in the stream. */
  #effects(runner: Runner, type: string, stream: string): readonly number[] {
    return ownEvents(this.world, runner)
      .filter((event) => event.type === type && event.stream === stream)
      .map(({ data }) => {
        const { quantity, amount } = data as { quantity?: number; amount?: { minor: number } };
        return quantity ?? amount?.minor ?? 0;
      })
      .filter((units) => units !== 0);
  }

  /** Effects that were not undone: none, unless a person has settled them. */
  #assertGivenBack(
    runner: Runner,
    stream: string,
    step: Step,
    [taken, given]: readonly [readonly number[], readonly number[]],
    label: string,
  ): void {
    const left = sum(taken) - sum(given);
    const isSettled = hasSettled(runner, (settled) => settled === step);
    if (isSettled) this.#byHand.set(stream, (this.#byHand.get(stream) ?? 0) + left);
    assert.ok(left === 0 || (left > 0 && isSettled), `${label}: ${left} left`);
  }
}

/** Units by the number of the SKU. */
function wantedBy({ purchase }: Runner): ReadonlyMap<number, number> {
  const wanted = new Map<number, number>();
  for (const [sku, quantity] of purchase.lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  return wanted;
}

const hasSettled = ({ decisions }: Runner, is: (step: Step) => boolean): boolean =>
  decisions.some((event) => event.type === 'StepSettled' && is(event.data.step));

/** Asserts that no step is undone too often, and that a repeated input leads to no decision. */
function assertUndoneOnce({ manager }: World, runner: Runner): void {
  const times = (count: (event: CheckoutEvent) => readonly Step[]): Map<Step, number> => {
    const counted = new Map<Step, number>();
    for (const step of runner.decisions.flatMap(count)) counted.set(step, (counted.get(step) ?? 0) + 1);
    return counted;
  };
  const asked = times((event) => {
    if (event.type === 'CompensationStarted') return event.data.undo;
    return event.type === 'UndoAdded' ? [event.data.step] : [];
  });
  const undone = times((event) =>
    event.type === 'StepUndone' || event.type === 'StepSettled' ? [event.data.step] : [],
  );
  for (const [step, count] of undone)
    assert.ok(count <= (asked.get(step) ?? 0), `${runner.id} undoes ${step} more often than it has to`);
  for (const input of runner.inputs)
    assert.deepEqual(manager.decide(input, runner.state), [], `${runner.id} decides on what it has seen`);
}

/** Numbers have no gaps, each order has at most one, and every confirmed order has its own. */
function assertNumbered(world: World): void {
  const given = world.log
    .filter(({ type }) => type === 'InvoiceIssued')
    .map(({ data }) => data as InvoiceIssued['data']);
  const expected = given.map((_, n) => `INV-2026-${String(n + 1).padStart(6, '0')}`);
  assert.deepEqual(
    given.map(({ number }) => number),
    expected,
  );
  const byOrder = new Map(given.map(({ orderId, number }) => [orderId, number]));
  assert.equal(byOrder.size, given.length, 'an order has two numbers');
  for (const runner of keptOf(world)) {
    const state = world.orderOf(runner);
    assert.ok(state.status === 'CONFIRMED');
    assert.equal(state.invoiceNumber, byOrder.get(runner.id), runner.id);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
