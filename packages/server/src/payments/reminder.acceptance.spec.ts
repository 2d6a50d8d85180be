// The notification that a reservation is about to expire, over GraphQL, for both kinds of coordination.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { openCardShop, type CardShop, type Customer, type ShownOrder } from '../test/card-shop.js';

const reminder = 'Your reservation is about to expire';
let shop: CardShop;
let sku: string;

beforeAll(async () => {
  // A third of the two minutes before their end, which is eight seconds after the order is reserved.
  shop = await openCardShop({ reservationTtlMs: 120_000 }, { reservationTtlMs: 120_000 }, 10);
  sku = await shop.product();
}, 30_000);
afterAll(() => shop.close());

const messagesOf = async ({ token }: Customer): Promise<readonly string[]> => {
  type Told = { readonly notifications: { readonly nodes: readonly { readonly message: string }[] } };
  const told = await shop.ask<Told>('{ notifications { nodes { message } } }', {}, token);
  return told.notifications.nodes.map(({ message }) => message);
};
const remindersOf = async (customer: Customer): Promise<number> =>
  (await messagesOf(customer)).filter((message) => message === reminder).length;
const ends = (customer: Customer, { id }: ShownOrder): Promise<void> =>
  eventually(async () => expect(await shop.order(customer, id)).toMatchObject({ status: 'CANCELLED' }), {
    timeoutMs: 60_000,
  });

describe.each(['ORCHESTRATION', 'CHOREOGRAPHY'])('%s', (coordination) => {
  test('an order that is not paid › its customer is told once before the reservation ends, and one who paid is not', async () => {
    const [slow, quick] = [await shop.customer(), await shop.customer()];
    const paid = await shop.place(quick, sku, { coordination });
    await shop.pay(quick, paid.id, { cardToken: 'tok_ok' });
    const waiting = await shop.place(slow, sku, { coordination });
    await eventually(async () => expect(await remindersOf(slow)).toBe(1), { timeoutMs: 60_000 });
    expect(await messagesOf(slow)).not.toContain('Reservation expired');
    await ends(slow, waiting);
    expect(await remindersOf(slow)).toBe(1);
    expect(await remindersOf(quick)).toBe(0);
  }, 120_000);

  test('an order whose reservation was extended › its customer is told before the new end alone', async () => {
    const ann = await shop.customer();
    const order = await shop.place(ann, sku, { coordination });
    const extend = `mutation ($input: ExtendReservationInput!) { extendReservation(input: $input) { __typename
      ... on OrderSuccess { order { reservationExpiresAt } } } }`;
    type Extended = {
      readonly extendReservation: { readonly order: { readonly reservationExpiresAt: string } };
    };
    const input = { idempotencyKey: 'more', orderId: order.id };
    const { extendReservation } = await shop.ask<Extended>(extend, { input }, ann.token);
    const { reservationExpiresAt } = extendReservation.order;
    await ends(ann, order);
    expect(await remindersOf(ann)).toBe(1);
    const events = await shop.engine.store.readStream(`order-${order.id}`);
    const told = events.find(({ type }) => type === 'OrderReservationExpiring');
    expect(told?.data).toEqual({ expiresAt: reservationExpiresAt });
  }, 120_000);
});
