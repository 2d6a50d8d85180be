// The operations of the GraphQL schema behind the REST routes, and their results as bodies of responses.
import { money } from '@holdfast/kernel';
import type { OrderStatus } from '@holdfast/ordering';
import { operation } from './graphql-operations.js';
import type { Refusal } from './problems.js';
import type { OrderBody, ProductsBody, StatusMessage } from './responses.js';

type Amount = OrderBody['total'];

/** The fields of an order that the fragment below selects. */
export type SelectedOrder = {
  readonly id: string;
  readonly code: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly word: string;
  readonly failureReason: string | null;
  readonly failureMessage: string | null;
  readonly lines: readonly {
    readonly sku: string;
    readonly name: string;
    readonly quantity: number;
    readonly unitPrice: Amount;
    readonly total: Amount;
  }[];
  readonly total: Amount;
  readonly payment: (NonNullable<OrderBody['payment']> & { readonly attempts: number }) | null;
  readonly nextActions: readonly string[];
  readonly reservationExpiresAt: string | null;
  readonly position: string;
  readonly placedAt: string;
  readonly history: { readonly nodes: readonly { readonly at: string }[] };
};

/** `OrderSuccess`, or a refusal with fields of its own. */
export type OrderOutcome = { readonly __typename: 'OrderSuccess'; readonly order: SelectedOrder } | Refusal;

const orderFields = `fragment Body on Order {
  id code customerId status word: statusAs(vocabulary: $vocabulary) failureReason failureMessage
  lines { sku name quantity unitPrice { ...Amount } total { ...Amount } }
  total { ...Amount }
  payment { method status transactionId redirectUrl declineCode attempts refunded { ...Amount } }
  nextActions reservationExpiresAt position placedAt history(first: 100) { nodes { at } }
}
fragment Amount on Money { amount currency }`;

const refusalFields = '... on ErrorResult { errorCode message retryable }';
const invalidFields = '... on ValidationError { fields }';
const stateFields = '... on OrderStateError { status allowed }';
const limitFields = '... on RateLimitedError { retryAfterMs }';
const fundsFields =
  '... on InsufficientFundsError { orderId required { ...Amount } available { ...Amount } }';
const success = '... on OrderSuccess { order { ...Body } }';

export const orderDocument = operation(`query ($id: ID!, $atLeast: Position, $vocabulary: StatusVocabulary!) {
  order(id: $id, atLeast: $atLeast) { ...Body }
} ${orderFields}`);

export const placeOrderDocument =
  operation(`mutation ($input: PlaceOrderInput!, $vocabulary: StatusVocabulary!) {
  placeOrder(input: $input) { __typename ${success} ${refusalFields} ${invalidFields} ${limitFields} ${fundsFields}
    ... on OutOfStockError { orderId shortages { sku requested available } }
    ... on UnknownProductError { skus }
    ... on PriceChangedError { total { ...Amount } lines { sku unitPrice { ...Amount } } } }
} ${orderFields}`);

export const payOrderDocument = operation(`mutation ($input: PayOrderInput!, $vocabulary: StatusVocabulary!) {
  payOrder(input: $input) { __typename ${success} ${refusalFields} ${invalidFields} ${stateFields} ${fundsFields}
    ... on PaymentDeclinedError { orderId declineCode } }
} ${orderFields}`);

export const cancelOrderDocument =
  operation(`mutation ($input: CancelOrderInput!, $vocabulary: StatusVocabulary!) {
  cancelOrder(input: $input) { __typename ${success} ${refusalFields} ${stateFields} }
} ${orderFields}`);

export const extendDocument =
  operation(`mutation ($input: ExtendReservationInput!, $vocabulary: StatusVocabulary!) {
  extendReservation(input: $input) { __typename ${success} ${refusalFields} ${invalidFields} ${stateFields} }
} ${orderFields}`);

export const addressDocument = operation('{ me { preferences } }');

export const productsDocument = operation(`query ($first: Int!, $after: Cursor, $search: String) {
  products(first: $first, after: $after, search: $search) {
    nodes { id sku name price { amount currency } stock { available } }
    pageInfo { hasNextPage endCursor }
  }
}`);

/** A text, so that the socket checks and counts it like an operation of a peer. */
export const orderUpdatedText = `subscription ($id: ID!, $after: Cursor, $vocabulary: StatusVocabulary!) {
  orderUpdated(id: $id, after: $after) {
    cursor entry { at } order { id status word: statusAs(vocabulary: $vocabulary) failureReason placedAt }
  }
}`;

export type SelectedUpdate = {
  readonly cursor: string;
  readonly entry: { readonly at: string } | null;
  readonly order: Pick<SelectedOrder, 'id' | 'status' | 'word' | 'failureReason' | 'placedAt'>;
};

export type SelectedProducts = {
  readonly nodes: readonly {
    readonly id: string;
    readonly sku: string;
    readonly name: string;
    readonly price: Amount;
    readonly stock: { readonly available: number };
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
};

export function bodyOfOrder(found: SelectedOrder): OrderBody {
  const { id, code, customerId, status, word, failureReason, failureMessage, lines, total, payment } = found;
  const { nextActions, reservationExpiresAt, position, placedAt, history } = found;
  return {
    ...{ id, orderId: id, code, customerId, status: word, orderStatus: word, canonicalStatus: status },
    ...{ failureReason, orderFailReason: failureMessage },
    items: lines.map((line) => ({ ...line, product_id: line.sku })),
    total,
    payment: payment === null ? null : paymentOf(payment),
    ...{ nextActions: [...nextActions], reservationExpiresAt, position },
    ...{ created_at: placedAt, updated_at: history.nodes.at(-1)?.at ?? placedAt },
  };
}

const paymentOf = ({ attempts: _, ...payment }: NonNullable<SelectedOrder['payment']>) => payment;

export const bodyOfProducts = ({ nodes, pageInfo }: SelectedProducts): ProductsBody => ({
  products: nodes.map(({ id, sku, name, price, stock: { available } }) => ({
    ...{ id, sku, name, available, unitPrice: price },
    status: available > 0 ? ('available' as const) : ('sold_out' as const),
    price: Number(price.amount) / 10 ** money.exponentOf(price.currency),
  })),
  next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
});

export const messageOf = ({ cursor, entry, order }: SelectedUpdate): StatusMessage => ({
  ...{ orderId: order.id, order_id: order.id, status: order.word, canonicalStatus: order.status },
  ...{ failureReason: order.failureReason, timestamp: entry?.at ?? order.placedAt, cursor },
});
