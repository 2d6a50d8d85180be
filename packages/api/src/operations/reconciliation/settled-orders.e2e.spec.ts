// Reconciliation of settled orders: it names a second charge or release, under both kinds of coordination.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NewEvent } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { startRig, type Rig } from '../../test/rig.js';
import { openShop, type Shop } from '../../test/shop.js';

const settled = 'settled orders took and paid for what they ordered, once';

let rig: Rig;
let shop: Shop;
beforeEach(async () => {
  rig = await startRig();
  shop = await openShop(rig);
});
afterEach(() => rig.stop());

type Check = { readonly name: string; readonly ok: boolean; readonly actual: string };

async function check(): Promise<Check | undefined> {
  const { data } = await rig.ask('{ reconciliation { checks { name ok actual } } }', {}, shop.operator);
  return (data.reconciliation.checks as readonly Check[]).find(({ name }) => name === settled);
}

/** Waits until the process managers of the order are at rest, so that the order counts as settled. */
const rests = (orderId: string, status: string): Promise<void> =>
  eventually(
    async () => {
      const query = 'query ($id: ID!) { saga(orderId: $id) { status } }';
      const { data } = await rig.ask(query, { id: orderId }, shop.operator);
      expect(data.saga.status).toBe(status);
    },
    { timeoutMs: 20_000 },
  );

/** Waits until the check names the order: the saga may be at rest before the last policy has noted the order's end. */
const named = (orderId: string): Promise<void> =>
  eventually(async () => {
    expect(await check()).toMatchObject({ ok: false, actual: `not 1: ${orderId}` });
  });

/** An event that no command made: the log was changed by another program. */
async function plant(stream: string, type: string, data: object): Promise<void> {
  const id = `22222222-0000-4000-8000-${String(plants).padStart(12, '0')}`;
  plants += 1;
  const by = { correlationId: id, causationId: id, commandId: id, actor: 'system' };
  const event: NewEvent = {
    ...{ id, type, data },
    metadata: { ...by, at: '2026-01-01T00:00:00.000Z', schemaVersion: 1 },
  };
  const appended = await rig.store.append(stream, [event], 'any');
  if (!appended.ok) throw new Error('not appended');
  await rig.store.synced(appended.value.position);
}
let plants = 1;

async function place(coordination: string, quantity: number) {
  const [sku, { id: customerId, token }] = [await shop.product(200, 5), await shop.customer(2000)];
  const order = { lines: [{ sku, quantity }], coordination, waitFor: 'CONFIRMED' };
  const placed = await shop.place(token, order);
  return { sku, customerId, token, orderId: placed.order.id };
}

describe.each(['ORCHESTRATION', 'CHOREOGRAPHY'])('an order under %s', (coordination) => {
  test('that was confirmed adds up, and does not once it was charged again', async () => {
    const { orderId, customerId } = await place(coordination, 2);
    await rests(orderId, 'COMPLETED');
    expect(await check()).toMatchObject({ ok: true });
    const amount = { minor: 400, currency: 'GBP' };
    await plant(`wallet-${customerId}`, 'FundsHeld', { orderId, amount });
    await plant(`wallet-${customerId}`, 'HoldCaptured', { orderId, amount });
    await named(orderId);
  }, 60_000);

  test('that was cancelled adds up, and does not once its stock is released again', async () => {
    const { orderId, sku, token } = await place(coordination, 1);
    await rests(orderId, 'COMPLETED');
    await shop.cancel(token, orderId);
    await rests(orderId, 'COMPENSATED');
    expect(await check()).toMatchObject({ ok: true });
    // Not a reservation: the policy that sees one gives it back.
    await plant(`stock-${sku}`, 'StockReleased', { orderId, quantity: 1 });
    await named(orderId);
  }, 60_000);
});
