// A saga whose process is held back by a parked event: operators see it, and find it in the list.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parkedStream, type NewEvent, type ParkedEvent } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { startRig, type Rig } from '../../test/rig.js';
import { openShop, type Shop } from '../../test/shop.js';

let rig: Rig;
let shop: Shop;

beforeAll(async () => {
  rig = await startRig();
  shop = await openShop(rig);
});
afterAll(() => rig.stop());

let records = 0;
function recorded(event: ParkedEvent): NewEvent {
  records += 1;
  const id = `11111111-0000-4000-8000-${String(records).padStart(12, '0')}`;
  const by = { correlationId: id, causationId: id, commandId: id, actor: 'system' };
  return { ...event, id, metadata: { ...by, at: '2026-01-01T00:00:00.000Z', schemaVersion: 1 } };
}

const write = (consumer: string, event: ParkedEvent) =>
  rig.store.append(parkedStream(consumer), [recorded(event)], 'any');

const park = (consumer: string, orderId: string, position: number): ReturnType<typeof write> =>
  write(consumer, {
    type: 'EventParked',
    data: {
      ...{ stream: `order-${orderId}`, revision: 1, position, eventId: 'e-1', eventType: 'OrderReserved' },
      ...{ key: orderId, attempts: 5, reason: 'TypeError: unknown' },
    },
  });

const byStaff = (consumer: string, event: ParkedEvent): ReturnType<typeof write> => {
  const { metadata, ...rest } = recorded(event);
  return rig.store.append(
    parkedStream(consumer),
    [{ ...rest, metadata: { ...metadata, actor: 'staff:eve' } }],
    'any',
  );
};

const timelineOf = async (orderId: string) => {
  const query = 'query ($id: ID!) { saga(orderId: $id) { timeline(first: 100) { nodes { type data } } } }';
  return (await rig.ask(query, { id: orderId }, shop.operator)).data.saga.timeline.nodes;
};

const retried = (consumer: string, position: number): ReturnType<typeof write> =>
  write(consumer, { type: 'ParkedEventRetried', data: { position } });

async function waiting(coordination: string): Promise<string> {
  const sku = await shop.product(200, 5);
  const { token } = await shop.customer(1000);
  const more = { coordination, paymentMode: 'ON_CONFIRMATION', waitFor: 'RESERVED' };
  return (await shop.place(token, { lines: [{ sku, quantity: 1 }], ...more })).order.id;
}

const statusOf = async (orderId: string): Promise<string> =>
  (await rig.ask('query ($id: ID!) { saga(orderId: $id) { status } }', { id: orderId }, shop.operator)).data
    .saga.status;

async function listed(status: string): Promise<readonly string[]> {
  const { data } = await rig.ask(
    'query ($status: SagaStatus) { sagas(first: 100, status: $status) { nodes { orderId } } }',
    { status },
    shop.operator,
  );
  return data.sagas.nodes.map(({ orderId }) => orderId);
}

describe.each([
  ['ORCHESTRATION', 'process-checkout'],
  ['CHOREOGRAPHY', 'process-paymentpolicy'],
])('a saga under %s whose process is held back by a parked event', (coordination, consumer) => {
  test('is PARKED until the event is retried, in lists as well', async () => {
    const [held, other] = [await waiting(coordination), await waiting(coordination)];
    await eventually(
      async () => expect(await listed('WAITING')).toEqual(expect.arrayContaining([held, other])),
      {
        timeoutMs: 20_000,
      },
    );
    await park(consumer, held, 71);
    await eventually(async () => expect(await statusOf(held)).toBe('PARKED'), { timeoutMs: 20_000 });
    expect(await statusOf(other)).toBe('WAITING');
    expect(await listed('PARKED')).toEqual([held]);
    expect(await listed('WAITING')).not.toContain(held);
    expect(await listed('WAITING')).toContain(other);
    await retried(consumer, 71);
    await eventually(async () => expect(await statusOf(held)).toBe('WAITING'), { timeoutMs: 20_000 });
    expect(await listed('PARKED')).toEqual([]);
  }, 60_000);

  test('has the retry and the discard by staff on its timeline, with their reasons', async () => {
    const [held, other] = [await waiting(coordination), await waiting(coordination)];
    const mended = { position: 81, key: held, reason: 'mended' };
    const known = { position: 82, key: `order-${held}`, reason: 'known' };
    await byStaff(consumer, { type: 'ParkedEventRetried', data: mended });
    await byStaff(consumer, { type: 'ParkedEventDiscarded', data: known });
    await eventually(async () => {
      const timeline = await timelineOf(held);
      expect(timeline).toContainEqual({ type: 'ParkedEventRetried', data: mended });
      expect(timeline).toContainEqual({ type: 'ParkedEventDiscarded', data: known });
    });
    const types = (await timelineOf(other)).map(({ type }) => type);
    expect(types).not.toContain('ParkedEventRetried');
  }, 60_000);

  test('is not PARKED when only a read model can not handle the event', async () => {
    const id = await waiting(coordination);
    await park('order-history', id, 72);
    await eventually(async () => {
      const { data } = await rig.ask('{ parkedEvents { nodes { consumer } } }', {}, shop.operator);
      expect(data.parkedEvents.nodes).toEqual([{ consumer: 'order-history' }]);
    });
    expect(await statusOf(id)).toBe('WAITING');
    await retried('order-history', 72);
  }, 60_000);
});
