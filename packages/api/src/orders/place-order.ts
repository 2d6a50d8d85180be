// Makes the command of a customer's input: prices and names come from the write side, ids from the request, so that the
// same request, sent again, is recognised after prices have changed.
import { stock, stockStream } from '@holdfast/inventory';
import { CustomerId, isIdentifier, Sku } from '@holdfast/kernel';
import { maxLines, maxQuantity, type OrderLine, type PlaceOrder } from '@holdfast/ordering';
import type { CommandHandler } from '@holdfast/runtime';
import { z } from 'zod';
import { orderIdOf } from '../commands/derivations.js';
import { idempotencyKey, text, waitMs } from '../graphql/inputs.js';

const optionalText = (max: number) =>
  z
    .string()
    .max(max)
    .nullish()
    .transform((given) => given ?? undefined);

export const placeOrderInput = z.object({
  idempotencyKey,
  lines: z
    .array(z.object({ sku: z.string().min(1).max(64), quantity: z.number().int().min(1).max(maxQuantity) }))
    .min(1)
    .max(maxLines),
  paymentMethod: z.literal('WALLET'),
  paymentMode: z.enum(['AUTOMATIC', 'ON_CONFIRMATION']),
  coordination: z.literal('ORCHESTRATION'),
  shippingAddress: z.object({
    name: text(200),
    line1: text(200),
    line2: optionalText(200),
    city: text(100),
    postalCode: text(20),
    country: text(100),
  }),
  waitFor: z.string().nullish(),
  waitMs,
});
export type PlaceOrderInput = z.infer<typeof placeOrderInput>;

/** The command, or the SKUs that no product has. */
export async function placeOrderCommand(
  commands: CommandHandler,
  customerId: string,
  input: PlaceOrderInput,
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
  const { line2, ...address } = input.shippingAddress;
  return {
    type: 'PlaceOrder',
    data: {
      orderId,
      customerId: CustomerId(customerId),
      lines,
      paymentMethod: input.paymentMethod,
      paymentMode: input.paymentMode,
      coordination: input.coordination,
      shippingAddress: line2 === undefined ? address : { ...address, line2 },
    },
  };
}

/** The part of the input that identifies the request: all but how long its sender waits. */
export const placeOrderContent = ({ waitFor: _, waitMs: __, ...content }: PlaceOrderInput): object => content;
