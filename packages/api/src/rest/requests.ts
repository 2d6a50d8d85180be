// The shapes of requests: those of the older systems' clients and our own. The same schemas check requests and describe them
// in the OpenAPI document.
import { maxLines, maxQuantity } from '@holdfast/ordering';
import { z } from 'zod';
import { idempotencyKey } from '../graphql/inputs.js';
import { placeOrderInput } from '../orders/place-order.js';
import { orderStatuses, vocabularies } from './responses.js';

const ours = placeOrderInput.shape;

/** Older systems number their products: a number is the SKU of the same digits. */
const productId = z.union([z.string().min(1).max(64), z.int().min(0)]).transform(String);
const quantity = z.int().min(1).max(maxQuantity);
/** The quantity of a line; 1 unless given. */
const someUnits = quantity.default(1);
const orderId = z.string().min(1).max(200);

const lineOf = z.union([
  z.object({ sku: productId, quantity: someUnits }),
  z
    .object({ product_id: productId, quantity: someUnits })
    .transform(({ product_id: sku, ...rest }) => ({ sku, ...rest })),
  z.object({ productId, quantity: someUnits }).transform(({ productId: sku, ...rest }) => ({ sku, ...rest })),
]);
const lines = z.array(lineOf).min(1).max(maxLines);

const method = z
  .enum(['WALLET', 'CARD', 'Wallet', 'Card', 'wallet', 'card'])
  .transform((word): 'CARD' | 'WALLET' => (word.toUpperCase() === 'CARD' ? 'CARD' : 'WALLET'))
  .optional();

/** In minor units, in the shape of the amounts in responses. */
const shownTotal = z
  .object({
    amount: z.string().regex(/^(0|[1-9]\d{0,11}|10{12})$/, 'an amount of 0 or more in minor units'),
    currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters, ISO 4217'),
  })
  .describe(
    'The total that the buyer was shown. If the products cost another sum now, no order is placed, and the problem has it.',
  );

const aboutOrder = {
  expectedTotal: shownTotal.optional(),
  paymentMethod: method,
  paymentMode: ours.paymentMode.optional(),
  coordination: ours.coordination,
  definition: ours.definition,
  shippingAddress: ours.shippingAddress.optional(),
  billingAddress: ours.billingAddress,
  guestEmail: ours.guestEmail,
  cardToken: ours.cardToken,
  returnUrl: ours.returnUrl,
  waitFor: z.enum(orderStatuses).optional(),
  waitMs: ours.waitMs.optional(),
};

/** `lines` is our own word, `items` that of go-saga-microservices, one product that of Tiny-Saga and saga-pattern-demo. */
export const placeOrderBody = z.union([
  z.object({ lines, ...aboutOrder }),
  z.object({ items: lines, ...aboutOrder }).transform(({ items, ...rest }) => ({ ...rest, lines: items })),
  z
    .object({ productId, productQuantity: quantity.optional(), quantity: quantity.optional(), ...aboutOrder })
    .transform(({ productId: sku, productQuantity, quantity: units, ...rest }) => ({
      ...rest,
      lines: [{ sku, quantity: productQuantity ?? units ?? 1 }],
    })),
]);

const aboutPayment = {
  method,
  paymentMethod: method,
  paymentType: method,
  cardToken: ours.cardToken,
  returnUrl: ours.returnUrl,
  waitMs: ours.waitMs.optional(),
};
type Method = z.output<typeof method>;
const withMethod = <P extends { readonly [name in 'method' | 'paymentMethod' | 'paymentType']?: Method }>({
  method: one,
  paymentMethod: other,
  paymentType: third,
  ...rest
}: P) => ({ ...rest, method: one ?? other ?? third });

export const payOrderBody = z.union([
  z.object({ orderId, ...aboutPayment }).transform(withMethod),
  z
    .object({ order_id: orderId, ...aboutPayment })
    .transform(({ order_id: id, ...rest }) => withMethod({ orderId: id, ...rest })),
]);

/** The actions that a customer can ask for on an order; `status` is for clients that name the wanted status. */
export const changeOrderBody = z.union([
  z
    .object({
      action: z.enum(['PAY', 'CANCEL', 'EXTEND']),
      reason: z.string().max(500).optional(),
      ...aboutPayment,
    })
    .transform(withMethod),
  z
    .object({
      status: z.enum(['PAID', 'CANCELLED']),
      reason: z.string().max(500).optional(),
      ...aboutPayment,
    })
    .transform(({ status, ...rest }) =>
      withMethod({ action: status === 'PAID' ? ('PAY' as const) : ('CANCEL' as const), ...rest }),
    ),
]);

/** The reference to an order: in the body, or in the query when there is no body. */
export const orderReferenceBody = z
  .union([
    z.object({ orderId }),
    z.object({ order_id: orderId }).transform(({ order_id: id }) => ({ orderId: id })),
  ])
  .nullable();

const vocabulary = z
  .enum(vocabularies)
  .optional()
  .describe('The words that the status comes in; those of the setting STATUS_VOCABULARY unless given.');

export const vocabularyQuery = z.object({ vocabulary });
export const orderQuery = z.object({
  orderId,
  vocabulary,
  atLeast: z
    .string()
    .regex(/^(\d{1,16}|-1)$/)
    .optional()
    .describe('Waits, at most 5 s, until the answer reflects this position.'),
});
export const orderSocketQuery = z.object({
  orderId,
  vocabulary,
  after: z
    .string()
    .max(200)
    .optional()
    .describe('The `cursor` of the last message: everything since then comes first.'),
});
export const maybeOrderQuery = z.object({ orderId: orderId.optional(), vocabulary });
export const productsQuery = z.object({
  first: z.coerce.number().int().min(1).max(100).default(20).describe('The size of the page.'),
  after: z.string().max(400).optional().describe('The `next` of the page before.'),
  search: z.string().max(200).optional().describe('Text in the name or the SKU, in any case.'),
});

/**
 * The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header): a string of structured fields, in quotation marks; the
 * bare value is read too.
 */
export const idempotencyHeader = z
  .string()
  .transform((given) => /^"(.*)"$/.exec(given.trim())?.[1] ?? given.trim())
  .pipe(idempotencyKey);
