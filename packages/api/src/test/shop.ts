// A running shop for specs: products with stock, customers with money, and the calls with which customers handle their
// orders. All of it goes through the API.
import { expect } from '@jest/globals';
import type { Rig } from './rig.js';
import type { Fields } from './selected.js';

export type Placing = {
  readonly key?: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly paymentMode?: string;
  readonly waitFor?: string;
  readonly expectedTotal?: { readonly amount: string; readonly currency: string };
};

export type Shop = {
  /** Access token of a person with the role OPERATOR. */
  readonly operator: string;
  /** Sells a product at `price` GBP cents, with so many units in stock; returns its SKU. */
  product(price: number, quantity: number, sku?: string): Promise<string>;
  receive(sku: string, quantity: number, key?: string): Promise<Fields['receiveStock']>;
  deposit(token: string, amount: number, key?: string): Promise<Fields['deposit']>;
  /** Registers a customer, with `amount` GBP cents in the wallet. */
  customer(amount?: number): ReturnType<Rig['customer']>;
  place(token: string, order: Placing): Promise<Fields['placeOrder']>;
  pay(token: string, orderId: string, key?: string): Promise<Fields['payOrder']>;
  cancel(token: string, orderId: string): Promise<Fields['cancelOrder']>;
};

export const address = { name: 'Ada', line1: '1 Main St', city: 'London', postalCode: 'N1', country: 'GB' };
export const gbp = (amount: number | string) => ({ amount: String(amount), currency: 'GBP' });

export async function openShop(rig: Rig): Promise<Shop> {
  const operator = await rig.staff('OPERATOR');
  const stocked = stockedBy(rig, operator);
  const paidInto = deposits(rig);
  return {
    operator,
    ...stocked,
    ...paidInto,
    async customer(amount = 0) {
      const customer = await rig.customer();
      if (amount > 0) await paidInto.deposit(customer.token, amount);
      return customer;
    },
    ...customerCalls(rig),
  };
}

function stockedBy(rig: Rig, operator: string): Pick<Shop, 'product' | 'receive'> {
  let products = 0;
  const product: Shop['product'] = async (price, quantity, sku = `SKU-${(products += 1)}`) => {
    const created = await rig.ask(
      `mutation ($input: CreateProductInput!) { createProduct(input: $input) { __typename } }`,
      { input: { idempotencyKey: `create-${sku}`, sku, name: `Lamp ${sku}`, price: gbp(price) } },
      operator,
    );
    expect(created.data).toEqual({ createProduct: { __typename: 'ProductSuccess' } });
    if (quantity > 0) await receive(sku, quantity);
    return sku;
  };

  const receive: Shop['receive'] = async (sku, quantity, key = `receive-${sku}-${quantity}`) => {
    const { data } = await rig.ask(
      `mutation ($input: ReceiveStockInput!) {
        receiveStock(input: $input) {
          __typename
          ... on ProductSuccess { position product { sku stock { onHand reserved available } } }
          ... on UnknownProductError { errorCode skus }
        }
      }`,
      { input: { idempotencyKey: key, sku, quantity } },
      operator,
    );
    return data.receiveStock;
  };
  return { product, receive };
}

function deposits(rig: Rig): Pick<Shop, 'deposit'> {
  const deposit: Shop['deposit'] = async (token, amount, key = `deposit-${amount}`) => {
    const { data } = await rig.ask(
      `mutation ($input: DepositInput!) {
        deposit(input: $input) {
          __typename
          ... on WalletSuccess { position wallet { balance { amount currency } available { amount } } }
          ... on ValidationError { errorCode fields }
        }
      }`,
      { input: { idempotencyKey: key, amount: gbp(amount) } },
      token,
    );
    return data.deposit;
  };

  return { deposit };
}

const orderFields = `id status failureReason total { amount } revision position nextActions
  lines { sku name quantity unitPrice { amount } total { amount } }
  payment { status transactionId amount { amount } refunded { amount } } invoice { number }`;

function customerCalls(rig: Rig): Pick<Shop, 'place' | 'pay' | 'cancel'> {
  const place: Shop['place'] = async (token, { key = 'k1', paymentMode = 'AUTOMATIC', ...more }) => {
    const { data, errors } = await rig.ask(
      `mutation ($input: PlaceOrderInput!) {
        placeOrder(input: $input) {
          __typename
          ... on OrderSuccess { position order { ${orderFields} } }
          ... on OutOfStockError { errorCode retryable orderId shortages { sku requested available } }
          ... on InsufficientFundsError { errorCode orderId required { amount } funds: available { amount } }
          ... on UnknownProductError { errorCode skus }
          ... on PriceChangedError { errorCode retryable total { amount currency } lines { sku unitPrice { amount } } }
          ... on ValidationError { errorCode fields }
          ... on IdempotencyConflictError { errorCode }
          ... on RateLimitedError { retryAfterMs }
        }
      }`,
      { input: { idempotencyKey: key, paymentMode, shippingAddress: address, ...more } },
      token,
    );
    expect(errors).toBeUndefined();
    return data.placeOrder;
  };

  const pay: Shop['pay'] = async (token, orderId, key = 'p1') => {
    const { data } = await rig.ask(
      `mutation ($input: PayOrderInput!) {
        payOrder(input: $input) {
          __typename
          ... on OrderSuccess { order { status } }
          ... on OrderStateError { errorCode status allowed }
          ... on InsufficientFundsError { errorCode required { amount } }
        }
      }`,
      { input: { idempotencyKey: key, orderId } },
      token,
    );
    return data.payOrder;
  };

  const cancel: Shop['cancel'] = async (token, orderId) => {
    const { data } = await rig.ask(
      `mutation ($input: CancelOrderInput!) {
        cancelOrder(input: $input) {
          __typename
          ... on OrderSuccess { order { status failureReason nextActions } }
          ... on OrderStateError { errorCode status allowed }
          ... on NotFoundError { errorCode }
        }
      }`,
      { input: { idempotencyKey: 'x1', orderId, reason: 'changed my mind' } },
      token,
    );
    return data.cancelOrder;
  };

  return { place, pay, cancel };
}
