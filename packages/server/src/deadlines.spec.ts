// Deadlines of the checkout: an action of a customer in time counts, even if the process role was down until after the
// deadline.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Batch, EventStore, SubscribeOptions } from '@holdfast/event-store';
import {
  openCheckoutRig,
  paymentTimeoutMs,
  reservationTtlMs,
  seenAs,
  someOrders,
  type CheckoutRig,
} from './test/checkout-rig.js';

const orders = someOrders(20);
let rig: CheckoutRig;

beforeEach(async () => {
  rig = await openCheckoutRig();
});
afterEach(() => rig.remove());

/** The same store, whose subscriptions pass nothing on before `begin` is called. */
function startingLate(store: EventStore): { readonly late: EventStore; begin(): void } {
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  async function* subscribed(options: SubscribeOptions): AsyncGenerator<Batch> {
    await begun;
    yield* store.subscribeAll(options);
  }
  return { late: seenAs(store, { subscribeAll: subscribed }), begin };
}

test('when 20 orders are paid while the process role is down until after their deadlines › all are confirmed', async () => {
  const { environment, store } = rig;
  const before = await rig.startCheckout(store);
  for (const id of orders) await rig.place(id);
  await rig.allAre(orders, 'RESERVED');
  await before.stop();
  for (const id of orders) await rig.pay(id);
  environment.jump(2 * (reservationTtlMs + paymentTimeoutMs));

  const { late, begin } = startingLate(store);
  const after = await rig.startCheckout(late);
  await environment.advance(5000);
  begin();
  await rig.allAre(orders, 'CONFIRMED');
  expect(after.live()).toBe(0);
  await after.stop();
});

test('when 20 orders are not paid while the process role is down until after their deadlines › all expire', async () => {
  const before = await rig.startCheckout(rig.store);
  for (const id of orders) await rig.place(id);
  await rig.allAre(orders, 'RESERVED');
  await before.stop();
  rig.environment.jump(2 * reservationTtlMs);
  const after = await rig.startCheckout(rig.store);
  await rig.allAre(orders, 'CANCELLED');
  await after.stop();
});
