// A runner of the checkout whose state is older than its streams, because another runner has written further events.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { checkoutState, checkoutStatus, checkoutStream, type CheckoutEvent } from '@holdfast/checkout';
import type { Batch, EventStore, SubscribeOptions } from '@holdfast/event-store';
import type { OrderId } from '@holdfast/kernel';
import { eventually, fakeEnvironment } from '@holdfast/testing';
import {
  openCheckoutRig,
  reservationTtlMs,
  seenAs,
  someOrders,
  type CheckoutRig,
} from './test/checkout-rig.js';

let rig: CheckoutRig;

beforeEach(async () => {
  rig = await openCheckoutRig();
});
afterEach(() => rig.remove());

const statusOf = async (orderId: OrderId): Promise<string> => {
  const events = await rig.store.readStream(checkoutStream(orderId));
  const fold = (events as readonly unknown[] as readonly CheckoutEvent[]).reduce(
    checkoutState.evolve,
    checkoutState.initialState,
  );
  return checkoutStatus(fold).status;
};

test('when a runner whose clock is ahead ends the orders and gets no outcomes › the other one completes their compensation', async () => {
  const orders = someOrders(5);
  const { environment, store } = rig;
  const steady = await rig.startCheckout(store);
  const ahead = fakeEnvironment({ seed: 2 });
  let isDeaf = false;
  async function* subscribed(options: SubscribeOptions): AsyncGenerator<Batch> {
    for await (const batch of store.subscribeAll(options)) yield isDeaf ? { ...batch, events: [] } : batch;
  }
  let endOrders = (): void => undefined;
  const ending = new Promise<void>((resolve) => {
    endOrders = resolve;
  });
  const append: EventStore['append'] = async (stream, ...call) => {
    if (isDeaf && stream.startsWith('order-')) await ending;
    return store.append(stream, ...call);
  };
  const skewed = await rig.startCheckout(seenAs(store, { append, subscribeAll: subscribed }), {
    ...ahead,
    ids: environment.ids,
  });
  for (const id of orders) await rig.place(id);
  await rig.allAre(orders, 'RESERVED');
  const { written } = await store.end();
  await eventually(async () => {
    // Its store returns promises, so it records a decision with the next one, or when some time has passed.
    await ahead.advance(100);
    expect(skewed.handled()).toBe(written);
  });
  isDeaf = true;
  ahead.jump(2 * reservationTtlMs);
  await ahead.advance(2000);
  // The stock is released, under a state in which the other runner has nothing to decide about that.
  await eventually(async () => {
    const types = (await store.readStream('stock-LAMP')).map(({ type }) => type);
    expect(types.filter((type) => type === 'StockReleased')).toHaveLength(orders.length);
    expect(steady.handled()).toBe((await store.end()).written);
  });
  endOrders();
  await environment.until(1, async () => {
    expect(await Promise.all(orders.map(statusOf))).toEqual(orders.map(() => 'COMPENSATED'));
  });
  await steady.stop();
  await skewed.stop();
});

test('when orders are placed and paid › the stream of each checkout is read at most once, while the runner catches up', async () => {
  const orders = someOrders(20);
  const reads = new Map<string, number>();
  const counting = seenAs(rig.store, {
    readStream: (stream, options) => {
      if (stream.startsWith('checkout-')) reads.set(stream, (reads.get(stream) ?? 0) + 1);
      return rig.store.readStream(stream, options);
    },
  });
  const checkout = await rig.startCheckout(counting);
  for (const id of orders) await rig.place(id);
  await rig.allAre(orders, 'RESERVED');
  for (const id of orders) await rig.pay(id);
  await rig.allAre(orders, 'CONFIRMED');
  // A checkout whose order has just been placed begins without a read.
  expect([...reads.values()].every((count) => count === 1)).toBe(true);
  expect(reads.size).toBeLessThan(orders.length);
  await checkout.stop();
});
