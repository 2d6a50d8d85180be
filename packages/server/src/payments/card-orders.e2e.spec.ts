// Orders paid by card over GraphQL, at the simulated gateway over HTTP. Row numbers are those of the cases that other shops
// get wrong (packages/payments/README.md).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { openCardShop, type CardShop, type Customer, type ShownOrder } from '../test/card-shop.js';

let shop: CardShop;
let ann: Customer;
let sku: string;

beforeAll(async () => {
  shop = await openCardShop();
}, 30_000);
afterAll(() => shop.close());
beforeEach(async () => {
  [ann, sku] = [await shop.customer(), await shop.product()];
});
afterEach(() => {
  shop.gateway.behave({ webhooks: 'after', copies: 1, lostAnswers: 0, isDown: false });
});

const reserved = (): Promise<ShownOrder> => shop.place(ann, sku);
const at = (order: ShownOrder) =>
  shop.gateway.payments().filter(({ reference }) => reference.startsWith(`${order.id}.`));
const eur = (minor: number) => ({ minor, currency: 'EUR' });
const becomes = (order: ShownOrder, expected: object): Promise<void> =>
  eventually(
    async () => {
      expect(await shop.order(ann, order.id)).toMatchObject(expected);
    },
    { timeoutMs: 20_000 },
  );
const events = async (order: ShownOrder, attempt = 1): Promise<readonly string[]> =>
  (await shop.engine.store.readStream(`payment-${order.id}.${attempt}`)).map(({ type }) => type);
/** Waits until the reactors have handled every event of the log, so that each webhook has had its effect. */
const reactorsRest = (): Promise<void> =>
  eventually(async () => {
    const { written } = await shop.engine.store.end();
    for (const { handled } of shop.engine.reactors) expect(handled()).toBeGreaterThanOrEqual(written);
  });
/** The kinds of the order's notifications. */
const told = async ({ id }: ShownOrder): Promise<readonly string[]> => {
  type Told = { readonly order: { readonly notifications: readonly { readonly kind: string }[] } };
  const query = 'query ($id: ID!) { order(id: $id) { notifications { kind } } }';
  return (await shop.ask<Told>(query, { id }, ann.token)).order.notifications.map(({ kind }) => kind);
};
/** Once each webhook has had its effect, the order is confirmed once, and one notification says so. */
const isToldOnce = async (order: ShownOrder): Promise<void> => {
  await reactorsRest();
  const changes = await shop.engine.store.readStream(`order-${order.id}`);
  expect(changes.filter(({ type }) => type === 'OrderConfirmed')).toHaveLength(1);
  await eventually(async () => expect(await told(order)).toEqual(['ORDER_CONFIRMED']));
};
const invoiceOf = async ({ id }: ShownOrder): Promise<string | null> => {
  type Found = { readonly order: { readonly invoice: { readonly number: string } | null } };
  const query = 'query ($id: ID!) { order(id: $id) { invoice { number } } }';
  return (await shop.ask<Found>(query, { id }, ann.token)).order.invoice?.number ?? null;
};
const isPaidOnce = async (order: ShownOrder): Promise<void> => {
  expect(await events(order)).toEqual([
    ...['PaymentRequested', 'PaymentRedirectOffered', 'PaymentAuthorized'],
    ...['PaymentCaptureRequested', 'PaymentCaptured'],
  ]);
  expect(at(order)).toMatchObject([{ captured: eur(2500), refunds: [] }]);
};
const count = (types: readonly string[], type: string): number => types.filter((one) => one === type).length;

describe('a card token', () => {
  test('that is good pays the order, and the answer shows the gateway’s transaction', async () => {
    const order = await reserved();
    const paid = await shop.pay(ann, order.id, { cardToken: 'tok_ok' });
    const [booked] = at(order);
    expect(booked).toMatchObject({ status: 'captured', captured: eur(2500) });
    await becomes(order, {
      status: 'CONFIRMED',
      payment: {
        ...{ method: 'CARD', status: 'CAPTURED', attempts: 1, transactionId: booked?.id },
        ...{ redirectUrl: null, declineCode: null, refunded: { amount: '0' } },
      },
    });
    expect(paid).toMatchObject({ __typename: 'OrderSuccess', order: { payment: { status: 'CAPTURED' } } });
  });

  test('that comes with an AUTOMATIC order pays it at once', async () => {
    const more = { paymentMode: 'AUTOMATIC', cardToken: 'tok_ok', waitFor: 'CONFIRMED' };
    expect(await shop.place(ann, sku, more)).toMatchObject({
      status: 'CONFIRMED',
      payment: { method: 'CARD', status: 'CAPTURED' },
    });
  });

  test.each([
    ['tok_declined', 'card_declined'],
    ['tok_insufficient', 'insufficient_funds'],
    ['tok_expired', 'expired_card'],
  ])('%s is declined with %s, the order fails, and its stock is free', async (cardToken, declineCode) => {
    const order = await reserved();
    expect(await shop.pay(ann, order.id, { cardToken })).toMatchObject({
      ...{ __typename: 'PaymentDeclinedError', errorCode: 'PAYMENT_DECLINED' },
      ...{ declineCode, orderId: order.id, retryable: false },
    });
    await becomes(order, { status: 'FAILED', failureReason: 'PAYMENT_DECLINED', payment: { declineCode } });
    await eventually(async () => expect(await shop.available(sku)).toBe(10));
    expect(at(order)[0]?.captured).toEqual(eur(0));
  });

  test('that looks like the number of a card is refused before anything is written', async () => {
    const order = await reserved();
    expect(await shop.pay(ann, order.id, { cardToken: '4242 4242 4242 4242' })).toMatchObject({
      __typename: 'ValidationError',
      fields: ['cardToken'],
    });
    expect(await shop.order(ann, order.id)).toMatchObject({ status: 'RESERVED' });
  });
});

describe('the gateway’s page', () => {
  const redirected = async (more: object = {}): Promise<ShownOrder> => {
    const order = await reserved();
    const answer = await shop.pay(ann, order.id, { cardToken: 'tok_redirect', ...more });
    expect(answer).toMatchObject({ order: { status: 'PAYMENT_PENDING', payment: { status: 'PENDING' } } });
    expect(answer.order.payment?.redirectUrl).toMatch(new RegExp(`^${shop.gateway.url}/pay/`));
    return answer.order;
  };

  test('on which the customer pays › the order is confirmed, and the page is no longer offered', async () => {
    const order = await redirected();
    await shop.onPage(order.payment?.redirectUrl, 'pay');
    await becomes(order, { status: 'CONFIRMED', payment: { status: 'CAPTURED', redirectUrl: null } });
  });

  test('on which the card is declined › the order fails', async () => {
    const order = await redirected();
    await shop.onPage(order.payment?.redirectUrl, 'decline');
    await becomes(order, { status: 'FAILED', failureReason: 'PAYMENT_DECLINED' });
  });

  test('row 9: which the customer leaves without paying › the order waits and has no invoice until it is paid', async () => {
    const order = await redirected();
    await shop.onPage(order.payment?.redirectUrl, 'leave');
    const again = await shop.pay(ann, order.id, { cardToken: 'tok_redirect' });
    expect(again.order).toEqual(order);
    expect(await invoiceOf(order)).toBeNull();
    await shop.onPage(order.payment?.redirectUrl, 'pay');
    await becomes(order, { status: 'CONFIRMED' });
    expect(await invoiceOf(order)).toMatch(/\d/);
  });

  test('row 1: whose customer comes back while its webhook is on its way › one order, one capture', async () => {
    const order = await redirected();
    shop.gateway.behave({ copies: 3 });
    const back = () => shop.pay(ann, order.id, { cardToken: 'tok_redirect' });
    await Promise.all([shop.onPage(order.payment?.redirectUrl, 'pay'), back(), back()]);
    await becomes(order, { status: 'CONFIRMED' });
    await isPaidOnce(order);
    await isToldOnce(order);
    // Row 2: whichever report was first, the gateway gets a success for each webhook.
    await eventually(() => {
      const answers = shop.deliveries.filter(({ reference }) => reference === `${order.id}.1`);
      expect(answers.length).toBeGreaterThanOrEqual(3);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    });
  });

  test('row 1: whose customer comes back before its webhooks › they change nothing', async () => {
    const order = await redirected();
    shop.gateway.behave({ webhooks: 'held' });
    await shop.onPage(order.payment?.redirectUrl, 'pay');
    await shop.pay(ann, order.id, { cardToken: 'tok_redirect' });
    await becomes(order, { status: 'CONFIRMED' });
    const shown = await shop.order(ann, order.id);
    await shop.gateway.releaseWebhooks();
    await reactorsRest();
    await isPaidOnce(order);
    expect(await shop.order(ann, order.id)).toEqual(shown);
  });

  test('row 1: whose customer comes back after its webhook › the return changes nothing', async () => {
    const order = await redirected();
    await shop.onPage(order.payment?.redirectUrl, 'pay');
    await becomes(order, { status: 'CONFIRMED' });
    const shown = await shop.order(ann, order.id);
    const back = await shop.pay(ann, order.id, { cardToken: 'tok_redirect' });
    expect(back).toMatchObject({ __typename: 'OrderSuccess', order: { status: 'CONFIRMED' } });
    await reactorsRest();
    await isPaidOnce(order);
    expect(await shop.order(ann, order.id)).toEqual(shown);
  });

  test('row 14: paid in one tab after it was cancelled in the other › holds no money', async () => {
    const order = await redirected();
    await Promise.all([shop.cancel(ann, order.id), shop.onPage(order.payment?.redirectUrl, 'pay')]);
    await becomes(order, { status: 'CANCELLED' });
    await eventually(() => {
      const [booked] = at(order);
      const back = booked?.refunds.reduce((sum, { amount }) => sum + amount.minor, 0);
      expect([booked?.status === 'voided' || booked?.captured.minor === back]).toEqual([true]);
    });
    await eventually(async () => expect(await shop.available(sku)).toBe(10));
  });
});

describe('webhooks', () => {
  test.each([
    ['row 7: three times at once', { copies: 3 }],
    ['row 4: before the answers to what caused them', { webhooks: 'before' }],
  ] as const)('%s › the order is paid once, and its customer is told once', async (_, switches) => {
    shop.gateway.behave(switches);
    const order = await reserved();
    await shop.pay(ann, order.id, { cardToken: 'tok_ok' });
    await becomes(order, { status: 'CONFIRMED' });
    expect(count(await events(order), 'PaymentCaptured')).toBe(1);
    expect(at(order)).toHaveLength(1);
    await isToldOnce(order);
  });

  test('row 6, row 8: long after the order was confirmed, in reverse › are taken, and change nothing', async () => {
    shop.gateway.behave({ webhooks: 'held' });
    const order = await reserved();
    await shop.pay(ann, order.id, { cardToken: 'tok_ok' });
    await becomes(order, { status: 'CONFIRMED' });
    const before = await events(order);
    const shown = await shop.order(ann, order.id);
    await shop.gateway.releaseWebhooks('newest-first');
    await reactorsRest();
    expect(await events(order)).toEqual(before);
    expect(await shop.order(ann, order.id)).toEqual(shown);
  });

  test('row 20: about a refund at the gateway’s dashboard › the order shows the refund', async () => {
    const order = await reserved();
    await shop.pay(ann, order.id, { cardToken: 'tok_ok' });
    await becomes(order, { status: 'CONFIRMED' });
    await shop.gateway.dashboard.refund(`${order.id}.1`, eur(1000));
    await becomes(order, {
      status: 'CONFIRMED',
      payment: { status: 'PARTLY_REFUNDED', refunded: { amount: '1000' } },
    });
  });
});

test('two tabs that pay at the same time pay once', async () => {
  const order = await reserved();
  const tab = (idempotencyKey: string) => shop.pay(ann, order.id, { idempotencyKey, cardToken: 'tok_ok' });
  const answers = await Promise.all(['one', 'two', 'three'].map(tab));
  expect(answers.map(({ __typename }) => __typename).toSorted()).toEqual([
    ...['OrderStateError', 'OrderStateError', 'OrderSuccess'],
  ]);
  expect(await tab('one')).toMatchObject({ __typename: answers[0]?.__typename });
  await becomes(order, { status: 'CONFIRMED' });
  expect(at(order)).toMatchObject([{ captured: eur(2500) }]);
});

test('row 24: answers that are lost › the card is charged once', async () => {
  shop.gateway.behave({ lostAnswers: 3, webhooks: 'held' });
  const order = await reserved();
  await shop.pay(ann, order.id, { cardToken: 'tok_ok' });
  await becomes(order, { status: 'CONFIRMED' });
  expect(at(order)).toMatchObject([{ captured: eur(2500), refunds: [] }]);
});

test('a gateway that is down for a while › the order waits, and is paid when it is back', async () => {
  shop.gateway.behave({ isDown: true });
  const order = await reserved();
  const waiting = await shop.pay(ann, order.id, { cardToken: 'tok_ok', waitMs: 300 });
  expect(waiting).toMatchObject({ order: { status: 'PAYMENT_PENDING', payment: { status: 'PENDING' } } });
  await eventually(async () => expect(await events(order)).toContain('PaymentGatewayGivenUp'), {
    timeoutMs: 20_000,
  });
  shop.gateway.behave({ isDown: false });
  await becomes(order, { status: 'CONFIRMED' });
  expect(at(order)).toHaveLength(1);
}, 60_000);

test('row 15, row 11: a confirmed order that is cancelled › the card gets all of it back, and the stock is free', async () => {
  const order = await reserved();
  await shop.pay(ann, order.id, { cardToken: 'tok_ok' });
  await becomes(order, { status: 'CONFIRMED' });
  await shop.cancel(ann, order.id);
  await becomes(order, {
    status: 'CANCELLED',
    payment: { status: 'REFUNDED', refunded: { amount: '2500' } },
  });
  expect(at(order)[0]?.refunds.map(({ amount }) => amount)).toEqual([eur(2500)]);
  await eventually(async () => expect(await shop.available(sku)).toBe(10));
});

test.each([
  ['JPY', 2500],
  ['KWD', 2501],
])('row 23: an order in %s over %i minor units › is charged exactly that', async (currency, minor) => {
  const yen = await shop.product(minor, currency);
  const order = await shop.place(ann, yen);
  await shop.pay(ann, order.id, { cardToken: 'tok_ok' });
  await becomes(order, { payment: { amount: { amount: String(minor), currency } } });
  expect(at(order)[0]?.captured).toEqual({ minor, currency });
});

test('a stranger can neither pay nor see the payment of an order', async () => {
  const order = await reserved();
  const stranger = await shop.customer();
  expect(await shop.pay(stranger, order.id, { cardToken: 'tok_ok' })).toMatchObject({
    __typename: 'NotFoundError',
  });
  expect(await shop.order(stranger, order.id)).toBeNull();
});

test('reconciliation compares the gateway’s books with ours, and finds a payment that is missing in ours', async () => {
  type Check = { readonly name: string; readonly ok: boolean; readonly expected: string };
  const checks = async (): Promise<readonly Check[]> => {
    const query = '{ reconciliation { checks { name ok expected actual } } }';
    type Found = { readonly reconciliation: { readonly checks: readonly Check[] } };
    const found = await shop.ask<Found>(query, {}, await shop.staff('OPERATOR'));
    return found.reconciliation.checks.filter(({ name }) => name.startsWith('cards: '));
  };
  const order = await reserved();
  await shop.pay(ann, order.id, { cardToken: 'tok_ok' });
  await becomes(order, { status: 'CONFIRMED' });
  await eventually(async () => {
    const found = await checks();
    expect(found).toHaveLength(2);
    expect(found.filter(({ ok }) => !ok)).toEqual([]);
    expect(found[0]?.expected).toContain('EUR');
  });
  shop.gateway.behave({ webhooks: 'held' });
  await shop.gateway.dashboard.refund(`${order.id}.1`, eur(1));
  expect((await checks()).map(({ ok }) => ok)).toEqual([true, false]);
  await shop.gateway.releaseWebhooks();
  await eventually(async () => expect((await checks()).map(({ ok }) => ok)).toEqual([true, true]));
  shop.gateway.behave({ isDown: true });
  expect(await checks()).toMatchObject([{ name: 'cards: the gateway shows its books', ok: false }]);
});
