// Checks of inputs that the schema can't express, shared by several fields.
import { isIdentifier, money } from '@holdfast/kernel';
import { maxQuantity } from '@holdfast/ordering';
import { z } from 'zod';

/** Whether an optional argument has a value: clients leave it out, or send null. */
export const given = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

export const idempotencyKey = z.string().min(1).max(200);

/** The longest time that a mutation may wait for an order's status. */
export const longestWaitMs = 30_000;

export const waitMs = z
  .number()
  .int()
  .min(0)
  .transform((ms) => Math.min(ms, longestWaitMs));

export const text = (max: number) => z.string().trim().min(1).max(max);

export const sku = z
  .string()
  .refine(isIdentifier, '1 to 64 of A–Z a–z 0–9 . _ -, beginning with a letter or digit');

/** `requestReturn` and `returnOrder`: goods of one order that go back. */
export const goodsBackInput = z.object({
  idempotencyKey,
  orderId: z.string(),
  lines: z
    .array(z.object({ sku, quantity: z.number().int().min(1).max(maxQuantity) }))
    .min(1)
    .max(100),
  reason: text(500),
});

/** `MoneyInput` as the domain's money, of at least `min` minor units. */
export const amountInput = (min: number) =>
  z
    .object({
      amount: z.number().int().min(min).max(money.maxMinor),
      currency: z.string().refine(money.isCurrency, 'three capital letters, ISO 4217'),
    })
    .transform(({ amount, currency }) => money.of(amount, currency));

/** The gateway's token for a card. The number of a card never reaches this program. */
export const cardToken = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .refine((token) => !/^[\d -]{12,}$/.test(token), 'looks like the number of a card: only tokens are taken');

/** The address to which the gateway's page sends the customer back. */
export const returnUrl = z.url({ protocol: /^https?$/ }).max(2_000);

/** An optional argument; null counts as absent. */
export const optional = <T extends z.ZodType>(type: T) =>
  type.nullish().transform((given) => given ?? undefined);
