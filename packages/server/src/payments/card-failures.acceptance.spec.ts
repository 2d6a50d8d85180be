// The outcome of an order when its card or its gateway fails: over GraphQL, at the simulated gateway over HTTP, for orders
// with a checkout and for choreographed ones.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { openCardShop, type CardShop, type Customer, type ShownOrder } from '../test/card-shop.js';

type ShownStep = {
  readonly name: string;
  readonly context: string;
  readonly status: string;
  readonly attempts: number;
  readonly lastError: string | null;
};
type Saga = {
  readonly status: string;
  readonly waitingFor: string | null;
  readonly steps: readonly ShownStep[];
  readonly plan: readonly { readonly name: string; readonly state: string }[];
};

const speed = 10;
let shop: CardShop;
let operator: string;
let ann: Customer;
let sku: string;

beforeAll(async () => {
  shop = await openCardShop(
    { paymentAttempts: 2 },
    { paymentAttempts: 2, paymentTimeoutMs: 3_000_000, reservationTtlMs: 9_000_000 },
    speed,
  );
  operator = await shop.staff('OPERATOR');
}, 30_000);
afterAll(() => shop.close());
beforeEach(async () => {
  [ann, sku] = [await shop.customer(), await shop.product()];
});
afterEach(() => {
  shop.gateway.behave({ webhooks: 'after', isDown: false });
});

const becomes = (order: ShownOrder, expected: object): Promise<void> =>
  eventually(
    async () => {
      expect(await shop.order(ann, order.id)).toMatchObject(expected);
    },
    { timeoutMs: 60_000 },
  );
const isFree = (): Promise<void> => eventually(async () => expect(await shop.available(sku)).toBe(10));
const at = ({ id }: ShownOrder) =>
  shop.gateway.payments().filter(({ reference }) => reference.startsWith(`${id}.`));
/** The events of the order's stock, from the log, so that a release in between shows. */
const stockEvents = async ({ id }: ShownOrder): Promise<readonly string[]> =>
  (await shop.engine.store.readStream(`stock-${sku}`))
    .filter(({ data }) => (data as { readonly orderId?: string }).orderId === id)
    .map(({ type }) => type);
const sagaOf = async ({ id }: ShownOrder): Promise<Saga> => {
  const query = `query ($id: ID!) { saga(orderId: $id) { status waitingFor plan { name state }
    steps { name context status attempts lastError } } }`;
  return (await shop.ask<{ readonly saga: Saga }>(query, { id }, operator)).saga;
};
const messages = async (): Promise<readonly string[]> => {
  type Told = { readonly notifications: { readonly nodes: readonly { readonly message: string }[] } };
  const told = await shop.ask<Told>('{ notifications { nodes { message } } }', {}, ann.token);
  return told.notifications.nodes.map(({ message }) => message);
};

describe.each(['ORCHESTRATION', 'CHOREOGRAPHY'])('%s', (coordination) => {
  const place = (more: object = {}): Promise<ShownOrder> => shop.place(ann, sku, { coordination, ...more });
  const pay = (order: ShownOrder, cardToken: string, more: object = {}) =>
    shop.pay(ann, order.id, { idempotencyKey: cardToken, cardToken, ...more });

  test('a card that works › the order is confirmed, and the saga shows the steps of the card', async () => {
    const order = await place();
    await pay(order, 'tok_ok');
    await becomes(order, { status: 'CONFIRMED', payment: { status: 'CAPTURED', attempts: 1 } });
    await eventually(async () => {
      const saga = await sagaOf(order);
      expect(saga).toMatchObject({ status: 'COMPLETED', waitingFor: null });
      const ofCard = saga.steps.filter(({ name }) => name.endsWith(':1'));
      expect(ofCard.map(({ name, status }) => `${name} ${status}`)).toEqual([
        'authorize-card:1 DONE',
        'capture-card:1 DONE',
      ]);
      expect(saga.plan.map(({ name }) => name)).not.toContain('hold-funds');
      expect(new Set(saga.plan.map(({ state }) => state))).toEqual(new Set(['DONE']));
    });
    expect(at(order)).toMatchObject([{ captured: { minor: 2500 } }]);
  });

  test('the gateway’s page › the order waits for its customer to pay there', async () => {
    const order = await place();
    const answer = await pay(order, 'tok_redirect');
    expect(answer.order).toMatchObject({ status: 'PAYMENT_PENDING', payment: { status: 'PENDING' } });
    await eventually(async () => {
      expect(await sagaOf(order)).toMatchObject({ status: 'WAITING', waitingFor: 'customer' });
    });
    await shop.onPage(answer.order.payment?.redirectUrl, 'pay');
    await becomes(order, { status: 'CONFIRMED' });
  });

  test('a gateway that stays down › the order fails with RETRIES_EXHAUSTED, its stock is free, the customer gets a message', async () => {
    const order = await place();
    shop.gateway.behave({ isDown: true });
    await pay(order, 'tok_ok', { waitMs: 100 });
    await eventually(
      async () => {
        const asking = (await sagaOf(order)).steps.find(({ name }) => name === 'authorize-card:1');
        expect(asking).toMatchObject({ context: 'payment', status: 'RETRYING' });
        expect(asking?.attempts).toBeGreaterThan(1);
        expect(asking?.lastError).toContain('authorize');
      },
      { timeoutMs: 60_000 },
    );
    await becomes(order, { status: 'FAILED', failureReason: 'RETRIES_EXHAUSTED' });
    await isFree();
    expect(await messages()).toContain('Payment failed');
    shop.gateway.behave({ isDown: false });
    await eventually(async () => expect((await sagaOf(order)).status).toBe('COMPENSATED'), {
      timeoutMs: 60_000,
    });
    expect(at(order).every(({ captured }) => captured.minor === 0)).toBe(true);
  }, 120_000);

  test('row 12: a second card after a decline › pays for the stock that was kept, and only that one is charged', async () => {
    const order = await place();
    expect(await pay(order, 'tok_declined')).toMatchObject({ __typename: 'PaymentDeclinedError' });
    await becomes(order, { status: 'RESERVED', payment: { declineCode: 'card_declined' } });
    expect(await shop.available(sku)).toBe(9);
    await pay(order, 'tok_ok');
    await becomes(order, { status: 'CONFIRMED', payment: { status: 'CAPTURED', attempts: 2 } });
    expect(at(order).map(({ captured }) => captured.minor)).toEqual([0, 2500]);
    expect(await stockEvents(order)).toEqual(['StockReserved']);
    expect(await shop.available(sku)).toBe(9);
    await eventually(async () => {
      const { steps, status } = await sagaOf(order);
      expect(status).toBe('COMPLETED');
      expect(steps).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ name: 'authorize-card:1', status: 'FAILED', lastError: 'card_declined' }),
          expect.objectContaining({ name: 'authorize-card:2', status: 'DONE' }),
        ]),
      );
    });
  });

  test('two cards that are declined › the order fails, its stock is free, the customer gets a message', async () => {
    const order = await place();
    await pay(order, 'tok_declined');
    await becomes(order, { status: 'RESERVED' });
    await pay(order, 'tok_insufficient');
    await becomes(order, { status: 'FAILED', failureReason: 'PAYMENT_DECLINED' });
    await isFree();
    expect(await messages()).toContain('Payment failed');
  });

  test('an authorization that expires before its capture › asks for another card, which pays', async () => {
    const order = await place();
    const { order: asked } = await pay(order, 'tok_redirect');
    shop.gateway.behave({ webhooks: 'held' });
    await shop.onPage(asked.payment?.redirectUrl, 'pay');
    await shop.gateway.dashboard.expire(`${order.id}.1`);
    await shop.gateway.releaseWebhooks();
    await becomes(order, { status: 'RESERVED' });
    shop.gateway.behave({ webhooks: 'after' });
    await pay(order, 'tok_ok');
    await becomes(order, { status: 'CONFIRMED' });
    expect(at(order).map(({ status }) => status)).toEqual(['expired', 'captured']);
  });

  test('a card whose bank never answers › the order fails, and holds neither money nor stock', async () => {
    const order = await place();
    await pay(order, 'tok_timeout', { waitMs: 100 });
    await becomes(order, { status: 'FAILED', failureReason: 'RETRIES_EXHAUSTED' });
    await isFree();
    expect(at(order).every(({ status }) => status !== 'authorized' && status !== 'captured')).toBe(true);
  }, 120_000);

  test('a confirmed order that is cancelled › the card gets all of it back', async () => {
    const order = await place({ paymentMode: 'AUTOMATIC', cardToken: 'tok_ok', waitFor: 'CONFIRMED' });
    expect(order.status).toBe('CONFIRMED');
    await shop.cancel(ann, order.id);
    await becomes(order, { status: 'CANCELLED', payment: { refunded: { amount: '2500' } } });
    await isFree();
    await eventually(async () => expect((await sagaOf(order)).status).toBe('COMPENSATED'));
  });

  test('money first › the card is charged only once the stock is secured', async () => {
    const more = { definition: 'payment-first', paymentMode: 'AUTOMATIC', cardToken: 'tok_ok' };
    const order = await place({ ...more, waitFor: 'CONFIRMED' });
    expect(order.status).toBe('CONFIRMED');
    const short = { ...more, waitFor: 'FAILED', lines: [{ sku, quantity: 50 }] };
    await place(short);
    await eventually(() => {
      expect(shop.gateway.payments().filter(({ amount }) => amount.minor === 50 * 2500)).toContainEqual(
        expect.objectContaining({ status: 'voided', captured: { minor: 0, currency: 'EUR' } }),
      );
    });
  });
});
