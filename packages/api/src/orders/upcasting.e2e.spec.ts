// An order that an older version of the program placed is carried out and shown like any other order.
import { afterEach, describe, expect, test } from '@jest/globals';
import { upcasters as ofCheckout } from '@holdfast/checkout';
import type { EventStore } from '@holdfast/event-store';
import { beforeAll, type NewEvent, type Upcasters } from '@holdfast/kernel';
import { upcasters as ofOrdering } from '@holdfast/ordering';
import type { OrderSummary } from '@holdfast/projections';
import { withUpcasting } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { liveDocuments } from '../live/live.js';
import { foldedOrder } from './order-documents.js';
import { startRig, type Rig } from '../test/rig.js';
import { openShop } from '../test/shop.js';

/** Assumes that version 1 had the lines of an order under `items`. This program writes orders in the present shape. */
const upcasters: Upcasters = {
  ...ofCheckout,
  ...ofOrdering,
  OrderPlaced: [({ items, ...placed }: { readonly items: unknown }) => ({ ...placed, lines: items })],
};

let rig: Rig;
let log: EventStore;
afterEach(() => rig.stop());

const start = async (): Promise<string> => {
  rig = await startRig(
    {},
    {
      store: (store) => {
        log = store;
        return withUpcasting(store, upcasters);
      },
    },
  );
  const staff = await rig.staff('CATALOG', 'WAREHOUSE', 'OPERATOR', 'SUPPORT', 'ADMIN');
  await (await openShop(rig)).product(100, 5, 'OLD');
  return staff;
};

let placed = 0;
async function place(customerId: string, schemaVersion: number): Promise<string> {
  placed += 1;
  const orderId = `old-${placed}`;
  const event: NewEvent = {
    id: `11111111-0000-4000-8000-${String(placed).padStart(12, '0')}`,
    type: 'OrderPlaced',
    data: {
      customerId,
      items: [{ sku: 'OLD', name: 'Lamp', quantity: 2, unitPrice: { minor: 100, currency: 'GBP' } }],
      paymentMethod: 'WALLET',
      paymentMode: 'AUTOMATIC',
      coordination: 'ORCHESTRATION',
      shippingAddress: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'GB' },
    },
    metadata: {
      correlationId: orderId,
      causationId: orderId,
      commandId: orderId,
      actor: `customer:${customerId}`,
      at: '2026-01-01T00:00:00.000Z',
      schemaVersion,
    },
  };
  const appended = await log.append(`order-${orderId}`, [event], 'no_stream');
  if (!appended.ok) throw new Error('the order is there already');
  await log.synced(appended.value.position);
  return orderId;
}

const query = `query ($id: ID!, $stream: String!) {
  order(id: $id) { status total { amount } lines { sku quantity } history { nodes { to } } }
  saga(orderId: $id) { status }
  stream(name: $stream, first: 1) { nodes { schemaVersion data } }
  events(first: 10, correlationId: $id, types: ["OrderPlaced"]) { nodes { schemaVersion data } }
  parkedEvents(first: 10) { nodes { event { type schemaVersion data } } }
  reconciliation { ok checks { name ok actual } }
}`;

describe('an order that was placed in an older shape', () => {
  test('is decided on, carried out, projected, folded, fed, reconciled and shown in the present shape', async () => {
    const staff = await start();
    const customer = await rig.customer();
    await rig.ask(
      `mutation { deposit(input: { idempotencyKey: "d", amount: { amount: "500", currency: "GBP" } }) { __typename } }`,
      {},
      customer.token,
    );
    const orderId = await place(customer.id, 1);
    await eventually(async () => {
      const { data } = await rig.ask(query, { id: orderId, stream: `order-${orderId}` }, staff);
      expect(data).toMatchObject({
        order: {
          status: 'CONFIRMED',
          total: { amount: '200' },
          lines: [{ sku: 'OLD', quantity: 2 }],
        },
        saga: { status: 'COMPLETED' },
        stream: { nodes: [{ schemaVersion: 2, data: { lines: [{ sku: 'OLD' }] } }] },
        events: { nodes: [{ schemaVersion: 2, data: { lines: [{ sku: 'OLD' }] } }] },
        parkedEvents: { nodes: [] },
        reconciliation: { ok: true },
      });
    });
    const leaving = new AbortController();
    const folded = foldedOrder(rig.commands);
    const following = { folded, ids: [orderId], after: '0', signal: leaving.signal };
    const statuses: string[] = [];
    for await (const { document } of liveDocuments<OrderSummary>(rig.source, following)) {
      expect(document.lines).toMatchObject([{ sku: 'OLD', quantity: 2 }]);
      if (statuses.at(-1) !== document.status) statuses.push(document.status);
      if (document.status === 'CONFIRMED') leaving.abort();
    }
    expect(statuses).toEqual(['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'CONFIRMED']);
    expect((await log.readStream(`order-${orderId}`))[0]?.data).toHaveProperty('items');
    expect(rig.errors).toEqual([]);
  });

  test('and whose version is unknown › is parked and shown as it is stored, and everything else goes on', async () => {
    const staff = await start();
    const customer = await rig.customer();
    const orderId = await place(customer.id, 3);
    const sound = await place(customer.id, 1);
    await eventually(async () => {
      const { data } = await rig.ask(query, { id: sound, stream: `order-${orderId}` }, staff);
      // The customer has no wallet, so the order's end is FAILED.
      expect(data.order).toMatchObject({ status: 'FAILED' });
      expect(data.stream.nodes[0]).toMatchObject({ schemaVersion: 3, data: { items: [{ sku: 'OLD' }] } });
      expect(data.parkedEvents.nodes).not.toEqual([]);
      for (const { event } of data.parkedEvents.nodes)
        expect(event).toMatchObject({ type: 'OrderPlaced', schemaVersion: 3 });
      expect(data.reconciliation.checks).toContainEqual({
        name: 'every event of the log can be read',
        ok: false,
        actual: `1: order-${orderId}@0`,
      });
    });
    expect((await log.readAll({ after: beforeAll })).length).toBeGreaterThan(0);
  });
});
