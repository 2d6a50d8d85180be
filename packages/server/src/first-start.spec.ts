// A runner of the checkout that has lost its checkpoints, on a log that is years old.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { EventStore } from '@holdfast/event-store';
import { openEmbeddedReadStore } from '@holdfast/read-store';
import { openCheckoutRig, seenAs, someOrders, type CheckoutRig } from './test/checkout-rig.js';

let rig: CheckoutRig;
let directory: string;

beforeEach(async () => {
  rig = await openCheckoutRig();
  directory = await mkdtemp(join(tmpdir(), 'holdfast-first-start-'));
});
afterEach(async () => {
  await rig.remove();
  await rm(directory, { recursive: true });
});

test('when the checkpoints are lost › no finished checkout is read again, nothing is decided twice, and open ones go on', async () => {
  const orders = someOrders(60);
  const over = orders.slice(0, 50);
  const open = orders.slice(50);
  const first = await rig.startCheckout(rig.store);
  for (const id of orders) await rig.place(id);
  await rig.allAre(orders, 'RESERVED');
  for (const id of over) await rig.pay(id);
  await rig.allAre(over, 'CONFIRMED');
  await first.stop();
  const { written } = await rig.store.end();

  const read: string[] = [];
  const readStream: EventStore['readStream'] = (stream, options) => {
    if (stream.startsWith('checkout-')) read.push(stream);
    return rig.store.readStream(stream, options);
  };
  const readStore = await openEmbeddedReadStore({ directory });
  const again = await rig.startCheckout(seenAs(rig.store, { readStream }), rig.environment, readStore);
  await rig.environment.until(100, () => {
    expect(again.handled()).toBeGreaterThanOrEqual(written);
  });
  expect(read).toEqual([]);
  expect((await rig.store.end()).written).toBe(written);
  expect(again.live()).toBe(open.length);

  for (const id of open) await rig.pay(id);
  await rig.allAre(open, 'CONFIRMED');
  await again.stop();
  await readStore.close();
});
