// What must be true of a world at rest: each order has its one end, and stock and money add up.
import assert from 'node:assert/strict';
import { streamId, type RecordedEvent, type Sku } from '@holdfast/kernel';
import { order, type OrderState } from '@holdfast/ordering';
import { stock, type StockState } from '@holdfast/inventory';
import { wallet, type WalletState } from '@holdfast/wallet';
import { fulfilmentStatus } from '../../index.js';
import { customerId, deposited, price, skus, units } from './setups.js';
import type { Runner, World } from './world.js';

export function assertAtRest(world: World, runner: Runner): void {
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

export function assertConserved(world: World, all: readonly Runner[]): void {
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
