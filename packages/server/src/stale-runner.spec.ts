// A runner of the checkout whose state another one has overtaken, and what it costs to notice.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { checkoutState, checkoutStatus, checkoutStream, type CheckoutEvent } from '@holdfast/checkout';
import type { Batch, SubscribeOptions } from '@holdfast/event-store';
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

test('when a runner whose clock is ahead ends the orders and dies › the other one sees their compensation through', async () => {
  const orders = someOrders(5);
  const { environment, store } = rig;
  const steady = await rig.startCheckout(store);
  const ahead = fakeEnvironment({ seed: 2 });
  let isDead = false;
  /** gives nothing on once the runner is dead: it hears of none of the answers to what it sent */
  async function* subscribed(options: SubscribeOptions): AsyncGenerator<Batch> {
    for await (const batch of store.subscribeAll(options)) {
      if (isDead)
        await new Promise<void>((resolve) =>
          options.signal?.addEventListener('abort', () => {
            resolve();
          }),
        );
      yield batch;
    }
  }
  const skewed = await rig.startCheckout(seenAs(store, { subscribeAll: subscribed }), {
    ...ahead,
    ids: environment.ids,
  });
  for (const id of orders) await rig.place(id);
  await rig.allAre(orders, 'RESERVED');
  const { written } = await store.end();
  await eventually(() => {
    expect(skewed.handled()).toBe(written);
  });
  isDead = true;
  ahead.jump(2 * reservationTtlMs);
  await ahead.advance(2000);
  await eventually(async () => {
    await environment.advance(100);
    expect(await Promise.all(orders.map(statusOf))).toEqual(orders.map(() => 'COMPENSATED'));
  });
  await steady.stop();
  await skewed.stop();
});

test('when orders are placed and paid › the stream of each checkout is read once, and no more', async () => {
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
  expect([...reads.values()]).toEqual(orders.map(() => 1));
  await checkout.stop();
});
