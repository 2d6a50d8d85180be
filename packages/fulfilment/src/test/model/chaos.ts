// A run under random faults: commands lost, repeated or applied without an answer, repeated inputs, crashes, and actions of
// customers, staff and carriers at any time. Then every message arrives, and the world is checked.
import assert from 'node:assert/strict';
import { shipment, type ShipmentState } from '@holdfast/shipping';
import { order, type OrderState } from '@holdfast/ordering';
import { money, type DomainCommand } from '@holdfast/kernel';
import { customerId, skus, type Setup } from './setups.js';
import { World, type Process, type Runner } from './world.js';
import { assertAtRest, assertConserved } from './assertions.js';

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

export function simulate(manager: Process, setup: Setup, tape: readonly number[]): void {
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
