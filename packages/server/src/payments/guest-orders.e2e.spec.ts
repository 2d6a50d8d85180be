// A guest with a card at the simulated gateway: ordering and paying without an account.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { openCardShop, type CardShop, type Customer } from '../test/card-shop.js';
import { ask } from '../test/program.js';

let shop: CardShop;

beforeAll(async () => {
  shop = await openCardShop();
}, 30_000);
afterAll(() => shop.close());

async function guest(): Promise<Customer> {
  type Started = { readonly startGuestSession: { readonly accessToken: string; readonly guestId: string } };
  const { startGuestSession: given } = await ask<Started>(
    shop.url,
    'mutation { startGuestSession { ... on GuestSession { accessToken guestId } } }',
  );
  return { id: given.guestId, token: given.accessToken };
}
const guestEmail = 'gus@example.org';

test('a guest › with a good card › pays, and the order is confirmed', async () => {
  const [gus, sku] = [await guest(), await shop.product()];
  const reserved = await shop.place(gus, sku, { guestEmail });
  const paid = await shop.pay(gus, reserved.id, { cardToken: 'tok_ok' });
  expect(paid).toMatchObject({ __typename: 'OrderSuccess', order: { payment: { status: 'CAPTURED' } } });
  await eventually(async () => {
    expect(await shop.order(gus, reserved.id)).toMatchObject({ status: 'CONFIRMED' });
  });
}, 60_000);

test('a guest › whose card is declined › gets a message, and the stock is free', async () => {
  const [gus, sku] = [await guest(), await shop.product()];
  const reserved = await shop.place(gus, sku, { guestEmail });
  expect(await shop.pay(gus, reserved.id, { cardToken: 'tok_declined' })).toMatchObject({
    __typename: 'PaymentDeclinedError',
  });
  await eventually(async () => expect(await shop.available(sku)).toBe(10));
}, 60_000);
