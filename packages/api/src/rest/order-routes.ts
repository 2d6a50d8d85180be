// The routes for products and orders. Each runs one operation of the GraphQL schema and shows its result.
import type { StatusVocabulary } from '@holdfast/ordering';
import type { z } from 'zod';
import { placeOrderInput } from '../orders/place-order.js';
import {
  addressDocument,
  bodyOfOrder,
  bodyOfProducts,
  orderDocument,
  placeOrderDocument,
  productsDocument,
  type OrderOutcome,
  type SelectedOrder,
  type SelectedProducts,
} from './documents.js';
import type { Caller, Ran, RunOperation } from './graphql-operations.js';
import { problemOfRefusal, type ProblemCode } from './problems.js';
import { orderQuery, placeOrderBody, productsQuery, vocabularyQuery } from './requests.js';
import { refuse, route, type Asked, type Outcome, type Route } from './route.js';

export type OrderRoutesOptions = {
  readonly run: RunOperation;
  /** the words of a request that asks for none */
  readonly vocabulary: StatusVocabulary;
};

const placed = { body: 'Order', description: 'The order. The same request again gets the same one.' };
const placingProblems = [
  ...([
    'OUT_OF_STOCK',
    'INSUFFICIENT_FUNDS',
    'UNKNOWN_PRODUCT',
    'IDEMPOTENCY_CONFLICT',
    'PRICE_CHANGED',
  ] as const),
] as const satisfies readonly ProblemCode[];

export const orderRoutes = (options: OrderRoutesOptions): readonly Route[] => [
  ...readingRoutes(options),
  ...placingRoutes(options),
];

function readingRoutes({ run, vocabulary: usual }: OrderRoutesOptions): readonly Route[] {
  return [
    route({
      method: 'get',
      paths: ['/products'],
      name: 'listProducts',
      summary: 'The catalogue with the units that can be ordered.',
      isPublic: true,
      query: productsQuery,
      body: null,
      responses: { 200: { body: 'Products', description: 'A page of products.' } },
      problems: [],
      handle: async ({ caller, query }) => {
        const ran = await run<{ readonly products: SelectedProducts }>(caller, productsDocument, query);
        return ran.ok ? { ok: true, status: 200, body: bodyOfProducts(ran.data.products) } : ran;
      },
    }),
    route({
      method: 'get',
      paths: ['/orders', '/order'],
      name: 'getOrder',
      summary: 'An order of the caller; for staff, any order.',
      query: orderQuery,
      body: null,
      responses: { 200: { body: 'Order', description: 'The order.' } },
      problems: ['NOT_FOUND', 'POSITION_NOT_REACHED'],
      handle: async ({ caller, query: { orderId, atLeast, vocabulary = usual } }) => {
        const ran = await readOrder(run, caller, { id: orderId, atLeast, vocabulary });
        return ran.ok ? { ok: true, status: 200, body: bodyOfOrder(ran.data) } : ran;
      },
    }),
  ];
}

function placingRoutes({ run, vocabulary: usual }: OrderRoutesOptions): readonly Route[] {
  const place = placing(run, usual);
  return [
    route({
      method: 'post',
      paths: ['/orders'],
      name: 'placeOrder',
      summary: 'Places an order, which waits for its payment unless `paymentMode` says otherwise.',
      needsKey: true,
      query: vocabularyQuery,
      body: placeOrderBody,
      responses: { 201: placed },
      problems: placingProblems,
      handle: (asked) => place(asked, {}),
    }),
    route({
      method: 'post',
      paths: ['/order'],
      name: 'placeOrderAtOnce',
      summary:
        'Places an order, pays it at once, and waits for its end, as Tiny-Saga and saga-pattern-demo do.',
      needsKey: true,
      query: vocabularyQuery,
      body: placeOrderBody,
      responses: { 201: placed },
      problems: placingProblems,
      handle: (asked) => place(asked, { paymentMode: 'AUTOMATIC', waitFor: 'CONFIRMED' }),
    }),
  ];
}

/** An order that the caller may see. */
export async function readOrder(
  run: RunOperation,
  caller: Caller,
  variables: {
    readonly id: string;
    readonly atLeast?: string | undefined;
    readonly vocabulary: StatusVocabulary;
  },
): Promise<Ran<SelectedOrder>> {
  const ran = await run<{ readonly order: SelectedOrder | null }>(caller, orderDocument, variables);
  if (!ran.ok) return ran;
  const { order } = ran.data;
  if (order !== null) return { ...ran, data: order };
  const refused = refuse('NOT_FOUND', 'no such order', caller);
  return refused as Ran<SelectedOrder>;
}

export type Words = { readonly vocabulary?: StatusVocabulary | undefined };

/** `usually`: the defaults for fields that the request leaves out. */
const placing =
  (run: RunOperation, usual: StatusVocabulary) =>
  async (
    { caller, query, body, key }: Asked<Words, z.output<typeof placeOrderBody>>,
    usually: object,
  ): Promise<Outcome> => {
    const { shippingAddress = await addressOfProfile(run, caller), ...rest } = body;
    if (shippingAddress === null)
      return refuse(
        'VALIDATION',
        'shippingAddress: is needed, here or in the preferences of your profile',
        caller,
        {
          fields: ['shippingAddress'],
        },
      );
    const input = { ...usually, ...defined(rest), shippingAddress, idempotencyKey: key };
    const vocabulary = query.vocabulary ?? usual;
    const ran = await run<{ readonly placeOrder: OrderOutcome }>(caller, placeOrderDocument, {
      input,
      vocabulary,
    });
    if (!ran.ok) return ran;
    const outcome = ran.data.placeOrder;
    if (!('order' in outcome)) return { ok: false, problem: problemOfRefusal(outcome, caller.correlationId) };
    const { order } = outcome;
    const location = `/orders?orderId=${encodeURIComponent(order.id)}`;
    return { ok: true, status: 201, body: bodyOfOrder(order), headers: { location } };
  };

/** Returns the address under `shippingAddress` in the customer's preferences; null when there is none. */
async function addressOfProfile(run: RunOperation, caller: Caller) {
  type Me = { readonly me: { readonly preferences: Readonly<Record<string, unknown>> } | null };
  const ran = await run<Me>(caller, addressDocument, {});
  const kept = ran.ok ? ran.data.me?.preferences['shippingAddress'] : undefined;
  const parsed = placeOrderInput.shape.shippingAddress.safeParse(kept);
  return parsed.success ? parsed.data : null;
}

/** Leaves out fields that are undefined, which would hide the defaults. */
export const defined = <T extends object>(given: T): Partial<T> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;
