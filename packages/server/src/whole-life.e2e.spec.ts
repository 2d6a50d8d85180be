// An order that is paid by card, from its placing to the return of its goods, over GraphQL: as the customer and the
// warehouse see it, under both kinds of coordination and both definitions. And the one moment at which the customer and the
// warehouse want the opposite.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { type Answer, type CardShop, type Customer, type ShownOrder } from './test/card-shop.js';
import { openCarrierShop } from './test/carrier-shop.js';

const soon = { timeoutMs: 60_000 };
let shop: CardShop;
let warehouse: string;
let operator: string;

beforeAll(async () => {
  shop = await openCarrierShop();
  warehouse = await shop.staff('WAREHOUSE');
  operator = await shop.staff('OPERATOR');
}, 60_000);
afterAll(() => shop.close());

let keys = 0;
async function act(mutation: string, type: string, input: object): Promise<Answer> {
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename
    ... on ErrorResult { errorCode message } } }`;
  const given = { input: { idempotencyKey: `k-${(keys += 1)}`, ...input } };
  return (await shop.ask<Readonly<Record<string, Answer>>>(query, given, warehouse))[mutation] as Answer;
}
const done = { __typename: 'OrderSuccess' };
const isDone = (mutation: string, type: string, input: object): Promise<void> =>
  eventually(async () => expect(await act(mutation, type, input)).toMatchObject(done), soon);

const becomes = (customer: Customer, { id }: ShownOrder, expected: object): Promise<void> =>
  eventually(async () => expect(await shop.order(customer, id)).toMatchObject(expected), soon);
const at = ({ id }: ShownOrder) =>
  shop.gateway.payments().filter(({ reference }) => reference.startsWith(`${id}.`));
const eur = (minor: number) => ({ minor, currency: 'EUR' });

type Stock = { readonly onHand: number; readonly reserved: number; readonly available: number };
async function stockOf(sku: string): Promise<Stock> {
  const query = 'query ($sku: String!) { product(sku: $sku) { stock { onHand reserved available } } }';
  return (await shop.ask<{ readonly product: { readonly stock: Stock } }>(query, { sku }, operator)).product
    .stock;
}

const ways = [
  { coordination: 'ORCHESTRATION', definition: 'stock-first' },
  { coordination: 'ORCHESTRATION', definition: 'payment-first' },
  { coordination: 'CHOREOGRAPHY', definition: 'stock-first' },
  { coordination: 'CHOREOGRAPHY', definition: 'payment-first' },
];

async function bought(way: object, quantity: number) {
  const [ann, sku] = [await shop.customer(), await shop.product()];
  const by = { paymentMode: 'AUTOMATIC', cardToken: 'tok_ok', waitFor: 'CONFIRMED' };
  const order = await shop.place(ann, sku, { ...by, ...way, lines: [{ sku, quantity }] });
  expect(order).toMatchObject({ status: 'CONFIRMED', payment: { status: 'CAPTURED' } });
  return { ann, sku, order };
}

/** The packed parcel's tracking number, once the carrier has made the label. */
const labelled = ({ id }: ShownOrder): Promise<string> =>
  eventually(async () => {
    type Parcel = { readonly trackingNumber: string };
    type Found = { readonly order: { readonly shipments: readonly Parcel[] } };
    const query = 'query ($id: ID!) { order(id: $id) { shipments { trackingNumber } } }';
    const [parcel] = (await shop.ask<Found>(query, { id }, warehouse)).order.shipments;
    expect(parcel).toBeDefined();
    return parcel?.trackingNumber ?? '';
  }, soon);

describe.each(ways)('an order by card with $coordination, $definition', (way) => {
  test('is packed, shipped, delivered and returned in parts, and its customer is told of each turn', async () => {
    const { ann, sku, order } = await bought(way, 3);
    const orderId = order.id;
    await isDone('packOrder', 'ShipOrderInput', { orderId });
    const trackingNumber = await labelled(order);
    await isDone('shipOrder', 'ShipOrderInput', { orderId });
    await becomes(ann, order, { status: 'SHIPPED' });
    await isDone('recordCarrierScan', 'CarrierScanInput', { trackingNumber, code: 'IN_TRANSIT' });
    await becomes(ann, order, { status: 'IN_TRANSIT' });
    await isDone('recordCarrierScan', 'CarrierScanInput', { trackingNumber, code: 'DELIVERED' });
    await becomes(ann, order, { status: 'DELIVERED' });
    const back = (quantity: number) => ({ orderId, lines: [{ sku, quantity }], reason: 'Too bright' });
    expect(await act('returnOrder', 'ReturnOrderInput', back(1))).toMatchObject(done);
    await becomes(ann, order, { payment: { status: 'PARTLY_REFUNDED', refunded: { amount: '2500' } } });
    expect(await act('returnOrder', 'ReturnOrderInput', back(2))).toMatchObject(done);
    await becomes(ann, order, { status: 'DELIVERED', payment: { refunded: { amount: '7500' } } });
    expect(await act('returnOrder', 'ReturnOrderInput', back(1))).toMatchObject({
      __typename: 'ValidationError',
    });
    expect(at(order)).toMatchObject([
      { captured: eur(7_500), refunds: [{ amount: eur(2_500) }, { amount: eur(5_000) }] },
    ]);
    await eventually(async () =>
      expect(await stockOf(sku)).toEqual({ onHand: 10, reserved: 0, available: 10 }),
    );
    type Told = { readonly order: { readonly notifications: readonly { readonly kind: string }[] } };
    const query = 'query ($id: ID!) { order(id: $id) { notifications { kind } } }';
    await eventually(async () => {
      const { notifications } = (await shop.ask<Told>(query, { id: orderId }, ann.token)).order;
      expect(notifications.map(({ kind }) => kind).toSorted()).toEqual([
        ...['ORDER_CONFIRMED', 'ORDER_DELIVERED', 'ORDER_ON_THE_WAY'],
        ...['ORDER_REFUNDED', 'ORDER_REFUNDED', 'ORDER_SHIPPED', 'RETURN_RECEIVED', 'RETURN_RECEIVED'],
      ]);
    }, soon);
  }, 120_000);

  test('whose customer cancels it while the warehouse hands it over › is either, and money and stock agree with it', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { ann, sku, order } = await bought(way, 1);
      await isDone('packOrder', 'ShipOrderInput', { orderId: order.id });
      await labelled(order);
      const ship = () => act('shipOrder', 'ShipOrderInput', { orderId: order.id });
      const cancel = () => shop.cancel(ann, order.id);
      const calls = round % 2 === 0 ? [cancel, ship] : [ship, cancel];
      const answers = await Promise.all(calls.map((call) => call()));
      expect(answers.map(({ __typename }) => __typename).toSorted()).toEqual([
        'OrderStateError',
        'OrderSuccess',
      ]);
      const isCancelled = (await shop.order(ann, order.id)).status === 'CANCELLED';
      const left = isCancelled ? 10 : 9;
      await eventually(async () => {
        expect(await stockOf(sku)).toEqual({ onHand: left, reserved: 0, available: left });
        const refunds = isCancelled ? [{ amount: eur(2_500) }] : [];
        expect(at(order)).toMatchObject([{ captured: eur(2_500), refunds }]);
      }, soon);
      expect(await shop.order(ann, order.id)).toMatchObject({
        status: isCancelled ? 'CANCELLED' : 'SHIPPED',
      });
    }
  }, 180_000);
});
