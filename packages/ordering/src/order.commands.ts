// The commands to an order. Prices ride in PlaceOrder: the order keeps those it was placed at.
import type { DomainCommand, Money, OrderId } from '@holdfast/kernel';
import type {
  CancellationReason,
  FailureReason,
  OrderPaymentDeclined,
  OrderPlaced,
  PaymentMethod,
  Units,
} from './order.events.js';

type ForOrder<Type extends string, Data = unknown> = DomainCommand<
  Type,
  { readonly orderId: OrderId } & Data
>;

export type PlaceOrder = ForOrder<'PlaceOrder', OrderPlaced['data']>;
export type MarkReserved = ForOrder<'MarkReserved', { readonly expiresAt: string | null }>;
/** `at`: when the customer asks, ISO 8601; `byMs` moves the end that the reservation has. */
export type ExtendReservation = ForOrder<'ExtendReservation', { readonly at: string; readonly byMs: number }>;
export type StartPayment = ForOrder<
  'StartPayment',
  {
    readonly method: PaymentMethod;
    /** absent: the next one; an attempt that was started before changes nothing */
    readonly attempt?: number;
    /** absent: for the first attempt that of the order, for another one none */
    readonly cardToken?: string;
    readonly returnUrl?: string;
  }
>;
/** `expiresAt`: until when another attempt may start, ISO 8601 */
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
export type MarkPacked = ForOrder<'MarkPacked'>;
/** Staff have handed the parcel over to the carrier. */
export type MarkShipped = ForOrder<
  'MarkShipped',
  { readonly carrier: string; readonly trackingNumber: string }
>;
export type MarkInTransit = ForOrder<'MarkInTransit'>;
export type MarkDelivered = ForOrder<'MarkDelivered'>;
/** `by` and `at` (ISO 8601) tell two members of staff at once apart from two refunds that are meant. */
export type RequestRefund = ForOrder<
  'RequestRefund',
  {
    readonly refundId: string;
    /** null: all that is left */
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
/** The payment gave the money back, or refused to. */
export type RecordRefund = ForOrder<'RecordRefund', { readonly refundId: string }>;
export type RefuseRefund = ForOrder<'RefuseRefund', { readonly refundId: string; readonly code: string }>;

export type OrderCommand =
  | PlaceOrder
  | MarkReserved
  | ExtendReservation
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
  | RefuseRefund;
