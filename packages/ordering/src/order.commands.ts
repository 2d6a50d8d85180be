// The commands to an order. PlaceOrder carries the prices: the order keeps them.
import type { DomainCommand, Money, OrderId } from '@holdfast/kernel';
import type {
  CancellationReason,
  FailureReason,
  OrderPaymentDeclined,
  OrderPlaced,
  PaymentMethod,
  ReturnDeclined,
  Units,
} from './order.events.js';

type ForOrder<Type extends string, Data = unknown> = DomainCommand<
  Type,
  { readonly orderId: OrderId } & Data
>;

export type PlaceOrder = ForOrder<'PlaceOrder', OrderPlaced['data']>;
export type MarkReserved = ForOrder<'MarkReserved', { readonly expiresAt: string | null }>;
/** `at` (ISO 8601): the time of the request. `byMs` is added to the end of the reservation. */
export type ExtendReservation = ForOrder<'ExtendReservation', { readonly at: string; readonly byMs: number }>;
/** Has the customer told that the reservation ends at `expiresAt` (ISO 8601). */
export type RemindOfReservation = ForOrder<'RemindOfReservation', { readonly expiresAt: string }>;
export type StartPayment = ForOrder<
  'StartPayment',
  {
    readonly method: PaymentMethod;
    /** absent: the next attempt. Starting an attempt again changes nothing. */
    readonly attempt?: number;
    /** absent: the first attempt uses the token of the order, a later attempt has none */
    readonly cardToken?: string;
    readonly returnUrl?: string;
  }
>;
/** `expiresAt` (ISO 8601): another attempt may start until then */
export type MarkPaymentDeclined = ForOrder<'MarkPaymentDeclined', OrderPaymentDeclined['data']>;
export type MarkPaid = ForOrder<'MarkPaid', { readonly transactionId: string }>;
/** for an order whose total is 0 */
export type SkipPayment = ForOrder<'SkipPayment'>;
export type HoldForReview = ForOrder<'HoldForReview', { readonly reason: string }>;
export type Review = ForOrder<'Review', { readonly approved: boolean; readonly reason: string }>;
export type Confirm = ForOrder<'Confirm', { readonly invoiceNumber: string }>;
export type Cancel = ForOrder<'Cancel', { readonly reason: CancellationReason; readonly note?: string }>;
export type Fail = ForOrder<'Fail', { readonly reason: FailureReason; readonly message: string }>;

/** Staff have packed all goods of the order. */
export type MarkPacked = ForOrder<'MarkPacked', { readonly reason?: string }>;
/** Staff have handed the parcel over to the carrier. */
export type MarkShipped = ForOrder<
  'MarkShipped',
  { readonly carrier: string; readonly trackingNumber: string; readonly reason?: string }
>;
export type MarkInTransit = ForOrder<'MarkInTransit'>;
export type MarkDelivered = ForOrder<'MarkDelivered'>;
/** `by` and `at` (ISO 8601) distinguish two members of staff at the same time from two intended refunds. */
export type RequestRefund = ForOrder<
  'RequestRefund',
  {
    readonly refundId: string;
    /** null: the whole rest */
    readonly amount: Money | null;
    readonly reason: string;
    readonly by: string;
    readonly at: string;
  }
>;
/** Goods came back. `lines` may name a SKU more than once. */
export type AcceptReturn = ForOrder<
  'AcceptReturn',
  { readonly returnId: string; readonly lines: readonly Units[]; readonly reason: string }
>;
/** The payment made the refund, or refused it. */
export type RecordRefund = ForOrder<'RecordRefund', { readonly refundId: string }>;
export type RefuseRefund = ForOrder<'RefuseRefund', { readonly refundId: string; readonly code: string }>;
/** The customer asks to send goods back. `lines` may name a SKU more than once. */
export type RequestReturn = ForOrder<
  'RequestReturn',
  { readonly requestId: string; readonly lines: readonly Units[]; readonly reason: string }
>;
export type DeclineReturn = ForOrder<'DeclineReturn', ReturnDeclined['data']>;

export type OrderCommand =
  | PlaceOrder
  | MarkReserved
  | ExtendReservation
  | RemindOfReservation
  | StartPayment
  | MarkPaymentDeclined
  | MarkPaid
  | SkipPayment
  | HoldForReview
  | Review
  | Confirm
  | Cancel
  | Fail
  | MarkPacked
  | MarkShipped
  | MarkInTransit
  | MarkDelivered
  | RequestRefund
  | AcceptReturn
  | RecordRefund
  | RefuseRefund
  | RequestReturn
  | DeclineReturn;
