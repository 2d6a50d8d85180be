// The shapes of responses, as the OpenAPI document has them.
import type { OrderStatus, StatusVocabulary } from '@holdfast/ordering';
import { z } from 'zod';

export const orderStatuses = [
  'CREATED',
  'RESERVED',
  'PAYMENT_PENDING',
  'PAID',
  'UNDER_REVIEW',
  'CONFIRMED',
  'SHIPPED',
  'IN_TRANSIT',
  'DELIVERED',
  'FAILED',
  'CANCELLED',
] as const satisfies readonly OrderStatus[];

export const vocabularies = [
  'CANONICAL',
  'TINY_SAGA',
  'SAGA_PATTERN_DEMO',
  'CHOREOGRAPHY_DOCUMENT',
  'ORCHESTRATOR_SAGA',
  'GO_SAGA',
] as const satisfies readonly StatusVocabulary[];

const moneySchema = z.object({
  amount: z
    .string()
    .regex(/^-?\d+$/)
    .describe('In the minor unit of the currency, such as pence.'),
  currency: z.string().describe('ISO 4217.'),
});
const canonicalStatus = z.enum(orderStatuses);
const failureReason = z.string().nullable().describe('Why it ended, as a code; null unless it did.');
const word = z.string().describe('The status in the words that were asked for.');
const time = z.iso.datetime();

export const orderBody = z.object({
  id: z.string(),
  orderId: z.string().describe('The same as `id`.'),
  code: z.string(),
  customerId: z.string(),
  status: word,
  orderStatus: z.string().describe('The same as `status`.'),
  canonicalStatus,
  failureReason,
  orderFailReason: z.string().nullable().describe('The reason in words.'),
  items: z.array(
    z.object({
      sku: z.string(),
      product_id: z.string().describe('The same as `sku`.'),
      name: z.string(),
      quantity: z.int(),
      unitPrice: moneySchema,
      total: moneySchema,
    }),
  ),
  total: moneySchema,
  payment: z
    .object({
      method: z.enum(['WALLET', 'CARD']),
      status: z.string(),
      transactionId: z.string().nullable(),
      redirectUrl: z.string().nullable().describe('Where the customer has to pay; null for nowhere.'),
      declineCode: z.string().nullable(),
      refunded: moneySchema,
    })
    .nullable(),
  nextActions: z.array(z.string()),
  reservationExpiresAt: time.nullable(),
  position: z.string(),
  created_at: time,
  updated_at: time,
});
export type OrderBody = z.infer<typeof orderBody>;

export const paymentReport = z.object({
  success: z.boolean().describe('Whether the log agrees with what the caller says. It never makes it true.'),
  paid: z.boolean(),
  orderId: z.string(),
  order_id: z.string(),
  status: word,
  canonicalStatus,
  failureReason,
  redirectUrl: z.string().nullable(),
});
export type PaymentReport = z.infer<typeof paymentReport>;

export const productsBody = z.object({
  products: z.array(
    z.object({
      id: z.string(),
      sku: z.string(),
      name: z.string(),
      status: z.enum(['available', 'sold_out']),
      available: z.int(),
      unitPrice: moneySchema,
      price: z.number().describe('In the major unit, to be shown. Calculate with `unitPrice`.'),
    }),
  ),
  next: z.string().nullable().describe('The cursor of the next page; null after the last.'),
});
export type ProductsBody = z.infer<typeof productsBody>;

export const statusMessage = z.object({
  orderId: z.string(),
  order_id: z.string(),
  status: word,
  canonicalStatus,
  failureReason,
  timestamp: time,
  cursor: z.string().describe('Connect with `after` of this value to go on behind this message.'),
});
export type StatusMessage = z.infer<typeof statusMessage>;

export const problemTypeBody = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  errorCode: z.string(),
});
