// The cost of an event does not depend on the number of subscriptions to other documents.
import { setMaxListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Document, Projection } from '@holdfast/kernel';
import type { Feed } from '@holdfast/runtime';
import { foldedProduct } from '../catalogue/catalogue.resolver.js';
import { foldedNotifications } from '../orders/order-documents.js';
import { liveNotifications } from '../orders/notifications.js';
import { startRig, type Rig } from '../test/rig.js';
import { liveDocuments } from './live.js';
import type { LiveSource } from './live-update.js';

let rig: Rig;
let written = 0;
beforeAll(async () => {
  rig = await startRig();
});
// The checkout of the rig can't handle these orders and reports errors, which do not matter here.
afterAll(() => rig.stop());

const append = async (stream: string, type: string, data: object): Promise<void> => {
  const outcome = await rig.store.append(
    stream,
    [
      {
        id: `33333333-0000-4000-8000-${String((written += 1)).padStart(12, '0')}`,
        type,
        data,
        metadata: {
          correlationId: 'spec',
          causationId: 'spec',
          commandId: 'spec',
          actor: 'system',
          at: '2026-01-01T00:00:00.000Z',
          schemaVersion: 1,
        },
      },
    ],
    'any',
  );
  if (outcome.ok) await rig.store.synced(outcome.value.position);
};

/** A source of its own, which counts how often the feed is read. */
function counted(): { readonly source: LiveSource; readonly feeds: () => number } {
  let feeds = 0;
  const feed: Feed = (options) => {
    feeds += 1;
    return rig.source.feed(options);
  };
  return { source: { ...rig.source, feed }, feeds: () => feeds };
}

/** Counts the projection's work. */
function watched<D extends Document>(projection: Projection<D>) {
  const work = { keys: 0, projected: 0 };
  const counting: Projection<D> = {
    ...projection,
    key: (event) => {
      work.keys += 1;
      return projection.key(event);
    },
    project: (event, document) => {
      work.projected += 1;
      return projection.project(event, document);
    },
  };
  return { work, projection: counting };
}

const created = { name: 'Tea', price: { minor: 1, currency: 'GBP' } };

describe.each([
  ['nobody else', 0],
  ['200 others, of other things,', 200],
])('with %s', (_, others) => {
  const signalFor = (): { readonly stop: AbortController; readonly signal: AbortSignal } => {
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    return { stop, signal: stop.signal };
  };

  test('an event of a product is handled once', async () => {
    const { source, feeds } = counted();
    const { work, projection } = watched(foldedProduct.projection);
    const folded = { ...foldedProduct, projection };
    const { stop, signal } = signalFor();
    const sku = `TEA-${others}`;
    await append(`stock-${sku}`, 'ProductCreated', created);
    const idle = Array.from({ length: others }, async (_other, n) => {
      const other = `IDLE-${n}`;
      const absent = (id: string) => ({ id, sku: id, ...created, onHand: 0, reserved: 0, available: 0 });
      const started = liveDocuments(source, { folded, ids: [other], absent, after: null, signal });
      await started.next();
      return started.next();
    });
    const updates = liveDocuments(source, { folded, ids: [sku], after: null, signal });
    await updates.next();
    work.keys = 0;
    work.projected = 0;
    for (let n = 1; n <= 20; n += 1) {
      await append(`stock-${sku}`, 'StockReceived', { quantity: 1 });
      expect((await updates.next()).value).toMatchObject({ document: { onHand: n } });
    }
    // Once to find its followers, and once when it is applied.
    expect([work, feeds()]).toEqual([{ keys: 40, projected: 20 }, 1]);
    stop.abort();
    await updates.return(undefined);
    expect((await Promise.all(idle)).every(({ done }) => done === true)).toBe(true);
  }, 30_000);

  test('an event of an order is handled once, and reaches only its customer', async () => {
    const { source, feeds } = counted();
    const dependencies = { ...source, projections: rig.source.projections as never };
    const { work, projection } = watched(foldedNotifications.projection);
    const folded = { ...foldedNotifications, projection };
    const { stop, signal } = signalFor();
    const [customerId, orderId] = [`customer-${others}`, `order-${others}`];
    const idle = Array.from({ length: others }, (_other, n) =>
      liveNotifications(dependencies, `idle-${n}`, null, signal, folded).next(),
    );
    const received = liveNotifications(dependencies, customerId, null, signal, folded);
    const first = received.next();
    await append(`other-${others}`, 'Nothing', {});
    // All subscriptions have begun once the feed is read and they wait.
    for (let turns = 0; turns < 50; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    work.keys = 0;
    work.projected = 0;
    await append(`order-${orderId}`, 'OrderPlaced', { customerId });
    await append(`order-${orderId}`, 'OrderConfirmed', { invoiceNumber: '1' });
    expect((await first).value).toMatchObject({ customerId, orderId, kind: 'ORDER_CONFIRMED' });
    expect([work, feeds()]).toEqual([{ keys: 4, projected: 2 }, 1]);
    stop.abort();
    await received.return(undefined);
    expect((await Promise.all(idle)).every(({ done }) => done === true)).toBe(true);
  }, 30_000);
});
