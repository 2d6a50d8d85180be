// Orders that are held for review, from the check that holds them to the decision of a staff member.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createOrderCheck } from '@holdfast/checkout';
import { eventually } from '@holdfast/testing';
import { startRig, type Rig } from '../test/rig.js';
import { address, gbp, openShop, type Shop } from '../test/shop.js';

let rig: Rig;
let shop: Shop;
let support: string;

const policy = {
  reviewAmount: { GBP: 500_00 },
  rejectAmount: { GBP: 5_000_00 },
  reviewFirstOrderAmount: { GBP: 100_00 },
  reviewOtherAddressAmount: { GBP: 50_00 },
  reviewOrdersPerHour: 3,
  rejectOrdersPerHour: null,
};
const countryCode = (country: string) => (country === 'GB' ? 'GB' : null);

beforeAll(async () => {
  rig = await startRig({}, { check: createOrderCheck(policy, { countryCode, hasForm: () => true }) });
  shop = await openShop(rig);
  support = await rig.staff('SUPPORT');
});
afterAll(() => rig.stop());

type Order = { readonly id: string; readonly status: string; readonly failureReason: string | null };

/** Places an order of one product for so many pence, and waits until it is checked. */
async function order(
  token: string,
  price: number,
  { key = 'k1', ...more }: { readonly key?: string } & Record<string, unknown> = {},
): Promise<Order> {
  const sku = await shop.product(price, 5);
  const input = { idempotencyKey: key, lines: [{ sku, quantity: 1 }], paymentMode: 'AUTOMATIC' };
  const { data, errors } = await rig.ask<{ placeOrder: { order: Order } }>(
    `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) { ... on OrderSuccess { order { id status failureReason } } }
    }`,
    { input: { ...input, shippingAddress: address, waitFor: 'CONFIRMED', waitMs: 300, ...more } },
    token,
  );
  expect(errors).toBeUndefined();
  return data.placeOrder.order;
}

async function held(): Promise<{ readonly id: string; readonly token: string; readonly sku: string }> {
  const { token } = await shop.customer(10_000_00);
  const sku = await shop.product(900_00, 5);
  const placed = await shop.place(token, { lines: [{ sku, quantity: 1 }], waitFor: 'UNDER_REVIEW' });
  expect(placed.order.status).toBe('UNDER_REVIEW');
  return { id: placed.order.id, token, sku };
}

const review = async (orderId: string, approve: boolean, token = support, key = 'r1', reason = 'Called') =>
  (
    await rig.ask(
      `mutation ($input: ReviewOrderInput!) {
        reviewOrder(input: $input) {
          __typename
          ... on OrderSuccess { order { status failureReason failureMessage invoice { number }
            history { nodes { to triggeringEvent actor reason } } } }
          ... on OrderStateError { errorCode status }
          ... on ErrorResult { errorCode }
        }
      }`,
      { input: { idempotencyKey: key, orderId, approve, reason } },
      token,
    )
  ).data.reviewOrder;

const balance = async (token: string) =>
  (await rig.ask('{ wallet { balance { amount currency } held { amount } } }', {}, token)).data.wallet;

describe('an order under review', () => {
  test('that is decided › is in the audit log, once, with the reason', async () => {
    const { id } = await held();
    await review(id, true);
    await review(id, true);
    const operator = await rig.staff('OPERATOR');
    const { data } = await rig.ask(
      'query ($subject: String) { auditLog(subject: $subject) { nodes { actor action reason } } }',
      { subject: `order-${id}` },
      operator,
    );
    const actor = expect.stringMatching(/^staff:/);
    expect(data.auditLog.nodes).toEqual([{ actor, action: 'OrderReviewed', reason: 'Called' }]);
  });

  test('that is approved › is confirmed with an invoice, and its history has the person and the reason', async () => {
    const { id } = await held();
    const result = await review(id, true);
    expect(result).toMatchObject({ __typename: 'OrderSuccess', order: { status: 'CONFIRMED' } });
    expect(result.order.invoice.number).toMatch(/^INV-\d{4}-\d{6}$/);
    expect(result.order.history.nodes.slice(-3)).toEqual([
      {
        to: 'UNDER_REVIEW',
        triggeringEvent: 'OrderHeldForReview',
        actor: 'process:checkout',
        reason: 'an order of 900.00 GBP; a first order of 900.00 GBP',
      },
      {
        to: 'UNDER_REVIEW',
        triggeringEvent: 'OrderReviewed',
        actor: expect.stringMatching(/^staff:/),
        reason: 'Called',
      },
      { to: 'CONFIRMED', triggeringEvent: 'OrderConfirmed', actor: 'process:checkout', reason: null },
    ]);
  });

  test('that is rejected › fails with FRAUD_REJECTED, and its money and stock are back', async () => {
    const { id, token, sku } = await held();
    const result = await review(id, false, support, 'r1', 'Stolen wallet');
    expect(result).toMatchObject({
      order: { status: 'FAILED', failureReason: 'FRAUD_REJECTED', failureMessage: 'Stolen wallet' },
    });
    await eventually(async () => {
      expect(await balance(token)).toEqual({ balance: gbp(10_000_00), held: { amount: '0' } });
    });
    const { data } = await rig.ask(`{ product(sku: "${sku}") { stock { available reserved } } }`);
    expect(data.product.stock).toEqual({ available: 5, reserved: 0 });
  });

  test('that two people decide on at once › follows one of them, and the other gets an error', async () => {
    const { id } = await held();
    const others = [await rig.staff('SUPPORT'), await rig.staff('ADMIN')];
    const results = await Promise.all(others.map((token, n) => review(id, n === 0, token)));
    expect(results.map(({ __typename }) => __typename).sort()).toEqual(['OrderStateError', 'OrderSuccess']);
    const { id: second } = await held();
    const same = await Promise.all(others.map((token) => review(second, true, token)));
    expect(same.map(({ __typename }) => __typename).sort()).toEqual(['OrderStateError', 'OrderSuccess']);
  });

  test('the same request again › is the same decision, and another one under its key is refused', async () => {
    const { id } = await held();
    expect(await review(id, true)).toMatchObject({ order: { status: 'CONFIRMED' } });
    expect(await review(id, true)).toMatchObject({ order: { status: 'CONFIRMED' } });
    expect(await review(id, false)).toMatchObject({ errorCode: 'IDEMPOTENCY_CONFLICT' });
    expect(await review(id, false, support, 'r2')).toMatchObject({
      errorCode: 'ORDER_STATE',
      status: 'CONFIRMED',
    });
  });

  test('that its customer cancels › is refunded, and can be reviewed no more', async () => {
    const { id, token } = await held();
    expect(await shop.cancel(token, id)).toMatchObject({ order: { status: 'CANCELLED' } });
    expect(await review(id, true)).toMatchObject({ errorCode: 'ORDER_STATE', status: 'CANCELLED' });
  });

  test('an unknown order, and a decision without a reason, are refused by name', async () => {
    expect(await review('nothing', true)).toMatchObject({ errorCode: 'NOT_FOUND' });
    expect(await review('n/a', true)).toMatchObject({ errorCode: 'NOT_FOUND' });
    const { id } = await held();
    expect(await review(id, true, support, 'r1', '  ')).toMatchObject({ __typename: 'ValidationError' });
  });

  test('is for SUPPORT and ADMIN alone', async () => {
    const { id, token } = await held();
    for (const other of [token, shop.operator, await rig.staff('WAREHOUSE')]) {
      const { errors } = await rig.ask(
        `mutation { reviewOrder(input: { idempotencyKey: "a", orderId: "${id}", approve: true, reason: "x" }) { __typename } }`,
        {},
        other,
      );
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });
});

describe('the check of a paid order', () => {
  test('knows the first order of a customer from a later one', async () => {
    const { token } = await shop.customer(10_000_00);
    expect(await order(token, 200_00)).toMatchObject({ status: 'UNDER_REVIEW' });
    expect(await order(token, 200_00, { key: 'k2' })).toMatchObject({ status: 'CONFIRMED' });
  });

  test('knows how many orders came at once', async () => {
    const { token } = await shop.customer(10_000_00);
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const placed = await Promise.all(keys.map((key) => order(token, 1_00, { key })));
    expect(placed.map(({ status }) => status).sort()).toEqual([
      'CONFIRMED',
      'CONFIRMED',
      'CONFIRMED',
      'UNDER_REVIEW',
      'UNDER_REVIEW',
    ]);
  });

  test('notices a billing address that differs from the shipping address', async () => {
    const { token } = await shop.customer(10_000_00);
    await order(token, 1_00);
    const billingAddress = { ...address, line1: '2 Side St' };
    expect(await order(token, 60_00, { key: 'k2', billingAddress })).toMatchObject({
      status: 'UNDER_REVIEW',
    });
    expect(await order(token, 60_00, { key: 'k3', billingAddress: address })).toMatchObject({
      status: 'CONFIRMED',
    });
  });

  test('refuses an amount above the limit, and an address in an unknown country', async () => {
    const { token } = await shop.customer(10_000_00);
    expect(await order(token, 6_000_00)).toMatchObject({
      status: 'FAILED',
      failureReason: 'FRAUD_REJECTED',
    });
    const nowhere = { ...address, country: 'Atlantis' };
    expect(await order(token, 1_00, { key: 'k2', shippingAddress: nowhere })).toMatchObject({
      status: 'FAILED',
      failureReason: 'ADDRESS_INVALID',
    });
  });

  test('the same request, sent again after other orders, is the same order', async () => {
    const { token } = await shop.customer(10_000_00);
    const sku = await shop.product(1_00, 5);
    const place = () => shop.place(token, { lines: [{ sku, quantity: 1 }] });
    const first = await place();
    await order(token, 1_00, { key: 'k2' });
    expect(await place()).toMatchObject({ order: { id: first.order.id } });
  });
});
