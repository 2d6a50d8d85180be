// Orders that were paid by card and are looked at by a person, over GraphQL, under both kinds of coordination. A card is
// captured before the checks, so that no authorization expires during a review of several days.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createOrderCheck } from '@holdfast/checkout';
import { eventually } from '@holdfast/testing';
import { openCardShop, type CardShop, type Customer, type ShownOrder } from '../test/card-shop.js';

const check = createOrderCheck(
  {
    ...{ reviewAmount: { EUR: 500_00 }, rejectAmount: {}, reviewFirstOrderAmount: {} },
    ...{ reviewOtherAddressAmount: {}, reviewOrdersPerHour: null, rejectOrdersPerHour: null },
  },
  { countryCode: () => 'FR', hasForm: () => true },
);

let shop: CardShop;
let support: string;
let ann: Customer;
let sku: string;

beforeAll(async () => {
  shop = await openCardShop({}, { check });
  support = await shop.staff('SUPPORT');
}, 60_000);
afterAll(() => shop.close());
beforeEach(async () => {
  [ann, sku] = [await shop.customer(), await shop.product(600_00)];
});

const atGateway = ({ id }: ShownOrder) =>
  shop.gateway.payments().find(({ reference }) => reference.startsWith(`${id}.`));

async function underReview(coordination: string): Promise<ShownOrder> {
  const by = { paymentMode: 'AUTOMATIC', cardToken: 'tok_ok', coordination, waitFor: 'UNDER_REVIEW' };
  const order = await shop.place(ann, sku, by);
  expect(order).toMatchObject({ status: 'UNDER_REVIEW', payment: { status: 'CAPTURED' } });
  expect(atGateway(order)).toMatchObject({ captured: { minor: 600_00 }, refunds: [] });
  return order;
}

async function review({ id: orderId }: ShownOrder, approve: boolean): Promise<void> {
  const query = `mutation ($input: ReviewOrderInput!) { reviewOrder(input: $input) { __typename
    ... on ErrorResult { message } } }`;
  const input = { idempotencyKey: `review-${orderId}`, orderId, approve, reason: 'Rang the customer' };
  type Reviewed = { readonly reviewOrder: { readonly __typename: string } };
  const { reviewOrder } = await shop.ask<Reviewed>(query, { input }, support);
  expect(reviewOrder).toEqual({ __typename: 'OrderSuccess' });
}

const becomes = (order: ShownOrder, expected: object): Promise<void> =>
  eventually(async () => expect(await shop.order(ann, order.id)).toMatchObject(expected), {
    timeoutMs: 30_000,
  });

describe.each(['ORCHESTRATION', 'CHOREOGRAPHY'])(
  'an order under %s that was paid by card and is under review',
  (coordination) => {
    test('is confirmed when a person approves it, and the card was charged once', async () => {
      const order = await underReview(coordination);
      await review(order, true);
      await becomes(order, { status: 'CONFIRMED', payment: { status: 'CAPTURED' } });
      expect(atGateway(order)).toMatchObject({ captured: { minor: 600_00 }, refunds: [] });
    }, 60_000);

    test('fails when a person rejects it: the card has its money back, and the stock is free', async () => {
      const order = await underReview(coordination);
      await eventually(async () => expect(await shop.available(sku)).toBe(9));
      await review(order, false);
      await becomes(order, {
        ...{ status: 'FAILED', failureReason: 'FRAUD_REJECTED' },
        payment: { status: 'REFUNDED', refunded: { amount: '60000' } },
      });
      expect(atGateway(order)).toMatchObject({ refunds: [{ amount: { minor: 600_00 } }] });
      await eventually(async () => expect(await shop.available(sku)).toBe(10));
    }, 60_000);

    test('can be cancelled by its customer: the card has its money back', async () => {
      const order = await underReview(coordination);
      expect(await shop.cancel(ann, order.id)).toMatchObject({ __typename: 'OrderSuccess' });
      await becomes(order, { status: 'CANCELLED', payment: { status: 'REFUNDED' } });
      expect(atGateway(order)).toMatchObject({ refunds: [{ amount: { minor: 600_00 } }] });
    }, 60_000);
  },
);
