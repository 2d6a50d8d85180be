// Makes the command from a customer's input. Prices and names come from the write side, ids from the request: the same
// request, sent again, is recognised even after prices have changed.
import { stock, stockStream } from '@holdfast/inventory';
import { CustomerId, isIdentifier, Sku, type Clock, type Environment } from '@holdfast/kernel';
import {
  activityStream,
  customerActivity,
  customerHistory,
  maxLines,
  maxQuantity,
  needsPostalCode,
  type Address,
  type CheckoutDefinition,
  type Coordination,
  type StockKeeper,
  type OrderLine,
  type PlaceOrder,
} from '@holdfast/ordering';
import type { CommandHandler } from '@holdfast/runtime';
import { z } from 'zod';
import { customerActor } from '../commands/command-context.js';
import { orderIdOf } from '../commands/derivations.js';
import { validationError } from '../graphql/errors.js';
import {
  amountInput,
  cardToken,
  idempotencyKey,
  optional,
  returnUrl,
  text,
  waitMs,
} from '../graphql/inputs.js';
import { newOrderCode } from './order-codes.js';

const optionalText = (max: number) =>
  z
    .string()
    .max(max)
    .nullish()
    .transform((given) => given ?? undefined);

const addressInput = z
  .object({
    name: text(200),
    line1: text(200),
    line2: optionalText(200),
    city: text(100),
    postalCode: z
      .string()
      .trim()
      .max(20)
      .describe('May be empty where the country has no postal codes, or does not demand one.'),
    country: text(100).describe('A code of ISO 3166-1, or the English name.'),
  })
  .refine(({ postalCode, country }) => postalCode !== '' || !needsPostalCode(country), {
    path: ['postalCode'],
    error: 'is needed for an address in this country',
  })
  .transform(({ line2, ...address }): Address => (line2 === undefined ? address : { ...address, line2 }));

export const placeOrderInput = z.object({
  idempotencyKey,
  lines: z
    .array(z.object({ sku: z.string().min(1).max(64), quantity: z.number().int().min(1).max(maxQuantity) }))
    .min(1)
    .max(maxLines),
  expectedTotal: optional(amountInput(0)),
  paymentMethod: z.enum(['WALLET', 'CARD']),
  guestEmail: z
    .email()
    .max(254)
    .nullish()
    .transform((given) => given ?? undefined),
  paymentMode: z.enum(['AUTOMATIC', 'ON_CONFIRMATION']),
  coordination: z
    .enum(['ORCHESTRATION', 'CHOREOGRAPHY'])
    .nullish()
    .transform((given) => given ?? null),
  definition: z.enum(['stock-first', 'payment-first']).nullish(),
  shippingAddress: addressInput,
  billingAddress: addressInput.nullish().transform((given) => given ?? undefined),
  cardToken: optional(cardToken),
  returnUrl: optional(returnUrl),
  waitFor: z.string().nullish(),
  waitMs,
});
export type PlaceOrderInput = z.infer<typeof placeOrderInput>;

/**
 * The error of an input with the wrong fields for a guest, or for a customer with an account; null when the input fits
 * its caller.
 */
export function faultForCaller(isGuest: boolean, { paymentMethod, guestEmail }: PlaceOrderInput) {
  if (!isGuest && guestEmail !== undefined)
    return validationError('guestEmail: is for guests: your account has an address', ['guestEmail']);
  if (isGuest && guestEmail === undefined)
    return validationError('guestEmail: is needed from a guest', ['guestEmail']);
  if (isGuest && paymentMethod === 'WALLET')
    return validationError('paymentMethod: a guest has no wallet, and pays by card', ['paymentMethod']);
  return null;
}

/** Defaults for fields that an order leaves out. */
export type PlaceOrderDefaults = {
  readonly checkoutDefinition?: CheckoutDefinition;
  readonly coordination?: Coordination;
  /** the keeper of the stock of choreographed orders; `OWN` unless given */
  readonly stockKeeper?: StockKeeper;
};

/** Returns the command, or the unknown SKUs. */
export async function placeOrderCommand(
  {
    commands,
    environment,
  }: { readonly commands: CommandHandler; readonly environment: Pick<Environment, 'secrets'> },
  customerId: string,
  input: PlaceOrderInput,
  defaults: PlaceOrderDefaults = {},
): Promise<PlaceOrder | { readonly unknownSkus: readonly string[] }> {
  const orderId = orderIdOf(customerId, input.idempotencyKey);
  const lines: OrderLine[] = [];
  const unknown = new Set<string>();
  for (const { sku, quantity } of input.lines) {
    const product = isIdentifier(sku) ? await commands.load(stock, stockStream(Sku(sku)), 'known') : null;
    if (product?.state.kind !== 'listed') unknown.add(sku);
    else lines.push({ sku: Sku(sku), name: product.state.name, quantity, unitPrice: product.state.price });
  }
  if (unknown.size > 0) return { unknownSkus: [...unknown] };
  const { shippingAddress, billingAddress, guestEmail, cardToken: card, returnUrl: backTo } = input;
  const definition = input.definition ?? defaults.checkoutDefinition ?? 'stock-first';
  const coordination = input.coordination ?? defaults.coordination ?? 'ORCHESTRATION';
  return {
    type: 'PlaceOrder',
    data: {
      orderId,
      customerId: CustomerId(customerId),
      lines,
      paymentMethod: input.paymentMethod,
      paymentMode: input.paymentMode,
      coordination,
      // `stock-first` is stored as no definition: orders from before there were definitions have none
      ...(definition !== 'stock-first' && { definition }),
      // A central checkout reserves our own stock.
      ...(coordination === 'CHOREOGRAPHY' &&
        defaults.stockKeeper === 'OUTSIDE' && { stockKeeper: 'OUTSIDE' }),
      shippingAddress,
      ...(billingAddress !== undefined && { billingAddress }),
      code: newOrderCode(environment.secrets),
      ...(guestEmail !== undefined && { guestEmail }),
      ...(card !== undefined && { cardToken: card }),
      ...(backTo !== undefined && { returnUrl: backTo }),
    },
  };
}

/** Adds the customer's earlier orders to the command, for the order's check. Records this order in that list first. */
export async function withHistory(
  commands: CommandHandler,
  clock: Clock,
  { type, data }: PlaceOrder,
): Promise<PlaceOrder> {
  const { customerId, orderId } = data;
  const at = new Date(clock.now()).toISOString();
  const context = {
    commandId: `note-${orderId}`,
    correlationId: orderId,
    causationId: orderId,
    actor: customerActor({ id: customerId }),
    // A repeated request records the order once, although its time differs.
    fingerprint: orderId,
  };
  await commands.handle({ type: 'NoteOrder', data: { customerId, orderId, at } }, context);
  const { state } = await commands.load(customerActivity, activityStream(customerId), 'known');
  return { type, data: { ...data, customerHistory: customerHistory(state, orderId) } };
}

/** The part of the input that identifies the request: everything but `waitFor` and `waitMs`. */
export const placeOrderContent = ({ waitFor: _, waitMs: __, ...content }: PlaceOrderInput): object => ({
  ...content,
  coordination: content.coordination ?? 'ORCHESTRATION',
});
