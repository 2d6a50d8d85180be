// More time to pay over GraphQL: once per order, while it is RESERVED.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { openShop, type Shop } from '../test/shop.js';
import { startRig, type Rig } from '../test/rig.js';

const tenMinutes = 600_000;
let rig: Rig;
let shop: Shop;

beforeAll(async () => {
  rig = await startRig({ reservationTtlMs: tenMinutes });
  shop = await openShop(rig);
});
afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const extend = async (token: string, orderId: string, key = 'e1') => {
  const { data, errors } = await rig.ask(
    `mutation ($input: ExtendReservationInput!) {
      extendReservation(input: $input) {
        __typename
        ... on OrderSuccess { order { status reservationExpiresAt } }
        ... on OrderStateError { errorCode status allowed }
        ... on NotFoundError { errorCode }
        ... on ValidationError { fields }
        ... on IdempotencyConflictError { errorCode }
      }
    }`,
    { input: { idempotencyKey: key, orderId } },
    token,
  );
  expect(errors).toBeUndefined();
  return data.extendReservation;
};

/** An order that waits for its customer to pay. */
const reserved = async () => {
  const sku = await shop.product(100, 5);
  const { token } = await shop.customer(1000);
  const wanted = { lines: [{ sku, quantity: 1 }], paymentMode: 'ON_CONFIRMATION', waitFor: 'RESERVED' };
  const { order } = await shop.place(token, wanted);
  return { token, orderId: order.id };
};
describe('a customer who needs more time', () => {
  test('has the reservation end later, and its deadline with it', async () => {
    const { token, orderId } = await reserved();
    const first = await extend(token, orderId);
    expect(first).toMatchObject({ __typename: 'OrderSuccess', order: { status: 'RESERVED' } });
    const [placed] = (await rig.store.readStream(`order-${orderId}`)).filter(
      ({ type }) => type === 'OrderReserved',
    );
    const before = Date.parse((placed?.data as { readonly expiresAt: string }).expiresAt);
    const { reservationExpiresAt } = first.order;
    expect(Date.parse(reservationExpiresAt) - before).toBe(tenMinutes);
    await eventually(async () => {
      const { data } = await rig.ask(
        '{ timers(first: 100) { nodes { orderId dueAt state } } }',
        {},
        shop.operator,
      );
      expect(data.timers.nodes).toContainEqual({ orderId, dueAt: reservationExpiresAt, state: 'ARMED' });
    });
  });

  test('gets it once: a second time is refused by name, and the same request again is the first one', async () => {
    const { token, orderId } = await reserved();
    const first = await extend(token, orderId);
    expect(await extend(token, orderId)).toEqual(first);
    expect(await extend(token, orderId, 'e2')).toEqual({
      __typename: 'OrderStateError',
      errorCode: 'RESERVATION_EXTENDED',
      status: 'RESERVED',
      allowed: ['PAY', 'CANCEL'],
    });
  });

  test('gets none once the order is paid, or for the order of someone else', async () => {
    const { token, orderId } = await reserved();
    const stranger = await shop.customer();
    expect(await extend(stranger.token, orderId)).toMatchObject({ __typename: 'NotFoundError' });
    expect(await shop.pay(token, orderId)).toMatchObject({ __typename: 'OrderSuccess' });
    expect(await extend(token, orderId)).toMatchObject({ errorCode: 'ORDER_STATE', status: 'CONFIRMED' });
    expect(await extend(token, 'nothing')).toMatchObject({ __typename: 'NotFoundError' });
    expect(await extend(token, orderId, '')).toMatchObject({ fields: ['idempotencyKey'] });
  });
});
