// The public events of each stored event, given the earlier events of the order's stream.
import { describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '@holdfast/kernel';
import { placedExample, recorded, storedExamples } from '../test/stored-examples.js';
import { withAliases } from './aliases.js';
import { integrationEventsOf, OrderUnknown } from './integration-events.js';

const order = 'order-o-1';
const gbp = (minor: number) => ({ minor: BigInt(minor), currency: 'GBP' });
const placed = placedExample();
const happened = (...types: readonly (readonly [string, object])[]): readonly RecordedEvent[] =>
  types.map(([type, data], index) => recorded(order, type, data, index + 1));

const given = (...before: readonly RecordedEvent[]) => ({
  when: async (event: RecordedEvent) => {
    const reads: string[] = [];
    const published = await integrationEventsOf(event, (stream) => {
      reads.push(stream);
      return Promise.resolve([...before, event]);
    });
    return { published, reads, told: published.map(({ type, data }) => ({ type, data })) };
  },
});
const whenOrder = (type: string, data: object, revision = 1) => recorded(order, type, data, revision);

describe('an order that is placed', () => {
  test('is published with its lines, total and country, and with nothing else about the person', async () => {
    const { published, reads } = await given().when(placed);
    expect(published).toEqual([
      {
        id: placed.id,
        type: 'order.created',
        topic: 'order-events',
        key: 'o-1',
        subject: 'o-1',
        time: '2026-01-01T12:00:00.000Z',
        data: {
          orderId: 'o-1',
          customerId: 'c-1',
          country: 'GB',
          lines: [{ sku: '85123A', quantity: 6, unitPrice: gbp(255) }],
          total: gbp(1530),
          paymentMethod: 'WALLET',
          paymentMode: 'AUTOMATIC',
          coordination: 'ORCHESTRATION',
        },
        dataSchema: 'urn:holdfast:schema:order.created:1',
        correlationId: 'o-1',
        causationId: 'cause',
        position: 0,
      },
    ]);
    expect(reads).toEqual([]);
  });
});

describe('an order that is reserved', () => {
  test('gives one event in the inventory topic, with every SKU', async () => {
    const { published } = await given(placed).when(whenOrder('OrderReserved', { expiresAt: null }));
    expect(published).toMatchObject([
      {
        topic: 'inventory-events',
        type: 'stock.reduction.success',
        key: 'o-1',
        data: {
          orderId: 'o-1',
          customerId: 'c-1',
          stock: [{ sku: '85123A', quantity: 6 }],
          total: gbp(1530),
        },
      },
    ]);
  });

  test('that is paid first, is reserved once it is paid: two events, with ids of their own', async () => {
    const paid = whenOrder('OrderPaid', { transactionId: 't' });
    const { published } = await given(placed).when(paid);
    expect(published.map(({ id, type }) => [id, type])).toEqual([
      [paid.id, 'order.paid'],
      [`${paid.id}.1`, 'stock.reduction.success'],
    ]);
  });

  test('before it is paid, gives no second event', async () => {
    const reserved = happened(['OrderReserved', { expiresAt: null }]);
    const { told } = await given(placed, ...reserved).when(whenOrder('OrderPaid', { transactionId: 't' }, 2));
    expect(told).toEqual([{ type: 'order.paid', data: { orderId: 'o-1', total: gbp(1530) } }]);
  });
});

describe('an order that is confirmed', () => {
  test('is completed, with the lines, total and country that its placing had', async () => {
    const { told, reads } = await given(placed).when(
      whenOrder('OrderConfirmed', { invoiceNumber: 'INV-2026-000001' }),
    );
    expect(told).toEqual([
      {
        type: 'order.completed',
        data: {
          orderId: 'o-1',
          customerId: 'c-1',
          country: 'GB',
          lines: [{ sku: '85123A', quantity: 6, unitPrice: gbp(255) }],
          total: gbp(1530),
          invoiceNumber: 'INV-2026-000001',
          createdAt: '2026-01-01T12:00:00.000Z',
        },
      },
    ]);
    expect(reads).toEqual([order]);
  });
});

describe('an order that is cancelled', () => {
  const cancel = { reason: 'CUSTOMER_CANCELLED', note: 'I am Ada, call me at 0123' };
  test('has whether it was completed before, and not the customer’s note', async () => {
    const before = happened(['OrderConfirmed', { invoiceNumber: 'INV-1' }]);
    const after = await given(placed, ...before).when(whenOrder('OrderCancelled', cancel, 2));
    expect(after.told).toEqual([
      {
        type: 'order.cancelled',
        data: { orderId: 'o-1', reason: 'CUSTOMER_CANCELLED', wasCompleted: true },
      },
    ]);
    const early = await given(placed).when(whenOrder('OrderCancelled', cancel));
    expect(early.told).toMatchObject([{ data: { wasCompleted: false } }]);
  });
});

describe('goods that come back', () => {
  const twoPrices = {
    ...(placed.data as object),
    lines: [
      { sku: 'A', name: 'Lamp', quantity: 2, unitPrice: { minor: 100, currency: 'GBP' } },
      { sku: 'A', name: 'Lamp', quantity: 2, unitPrice: { minor: 70, currency: 'GBP' } },
    ],
  };
  const back = (quantity: number) => ({
    returnId: 'r',
    stock: [{ sku: 'A', quantity }],
    reason: 'Broken',
    refund: null,
  });

  test('are worth what these units were sold for, after those that came back before', async () => {
    const start = { ...placed, data: twoPrices };
    const first = await given(start).when(whenOrder('OrderReturned', back(1)));
    expect(first.told).toMatchObject([{ data: { lines: [{ sku: 'A', quantity: 1, worth: gbp(100) }] } }]);
    const earlier = happened(['OrderReturned', back(1)]);
    const second = await given(start, ...earlier).when(whenOrder('OrderReturned', back(2), 2));
    expect(second.told).toMatchObject([{ data: { lines: [{ sku: 'A', quantity: 2, worth: gbp(170) }] } }]);
  });
});

describe('stock', () => {
  test('that came in is about no order: its key is the SKU', async () => {
    const { published } = await given().when(recorded('stock-A', 'StockReceived', { quantity: 5 }));
    expect(published).toMatchObject([{ key: 'A', subject: 'A', data: { sku: 'A', quantity: 5 } }]);
  });

  test('that is short for an order has the available units', async () => {
    const refused = recorded('stock-A', 'StockReservationRefused', {
      orderId: 'o-1',
      requested: 6,
      available: 2,
    });
    expect((await given().when(refused)).published).toMatchObject([
      {
        topic: 'inventory-events',
        type: 'stock.reduction.fail',
        key: 'o-1',
        data: { orderId: 'o-1', sku: 'A', requested: 6, available: 2 },
      },
    ]);
  });

  test('without a reservation is not published as released', async () => {
    const { published } = await given().when(
      recorded('stock-A', 'StockReleased', { orderId: 'o-1', quantity: 0 }),
    );
    expect(published).toEqual([]);
  });
});

describe('a payment', () => {
  const amount = { minor: 1530, currency: 'GBP' };

  test('by wallet is completed when the hold is captured, under the id of that event', async () => {
    const captured = recorded('wallet-c-1', 'HoldCaptured', { orderId: 'o-1', amount });
    expect((await given().when(captured)).published).toMatchObject([
      {
        topic: 'payment-events',
        type: 'payment.completed',
        key: 'o-1',
        data: { orderId: 'o-1', method: 'WALLET', amount: gbp(1530), transactionId: captured.id },
      },
    ]);
  });

  test('by card fails with the attempt and the code of the gateway', async () => {
    const declined = recorded('payment-o-1.2', 'PaymentDeclined', {
      transactionId: null,
      code: 'card_declined',
    });
    expect((await given().when(declined)).told).toEqual([
      { type: 'payment.fail', data: { orderId: 'o-1', method: 'CARD', attempt: 2, code: 'card_declined' } },
    ]);
  });

  test('that fills a wallet pays for no order, and is not published', async () => {
    const captured = recorded('payment-deposit.d-1.1', 'PaymentCaptured', { transactionId: 'pi_1', amount });
    expect((await given().when(captured)).published).toEqual([]);
  });
});

describe('an event that is not public', () => {
  test('gives nothing: another stream that has a type of the same name', async () => {
    const { published, reads } = await given().when(recorded('someone-1', 'OrderConfirmed', {}));
    expect([published, reads]).toEqual([[], []]);
  });

  test('is refused by name when the order’s stream does not begin with its placing', async () => {
    const confirmed = whenOrder('OrderConfirmed', { invoiceNumber: 'INV-1' });
    await expect(given().when(confirmed)).rejects.toThrow(OrderUnknown);
  });
});

test('a replay is equal', async () => {
  for (const event of storedExamples()) {
    const once = await given(placed).when(event);
    const again = await given(structuredClone(placed)).when(structuredClone(event));
    expect(again.published).toEqual(once.published);
  }
});

describe('an alias of an older system', () => {
  test('is a copy in a topic of its own, under the same id', async () => {
    const { published } = await given().when(placed);
    const both = withAliases(published, ['orders.created', 'payments.success']);
    expect(both.map(({ topic, type, id }) => [topic, type, id])).toEqual([
      ['order-events', 'order.created', placed.id],
      ['orders.created', 'orders.created', placed.id],
    ]);
    expect(both[1]?.data).toEqual(both[0]?.data);
  });

  test('that is not wanted is not published', async () => {
    const { published } = await given().when(placed);
    expect(withAliases(published, [])).toEqual(published);
  });
});
