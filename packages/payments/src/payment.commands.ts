// The commands to a card payment: requests, and reports of the gateway.
import type { DomainCommand, Money } from '@holdfast/kernel';
import type { GatewayReport } from './gateway-report.js';
import type { GatewayOperation } from './payment.events.js';
import type { PaymentId } from './payment-stream.js';

type OfPayment<Type extends string, Data = unknown> = DomainCommand<Type, PaymentId & Data>;

export type RequestPayment = OfPayment<
  'RequestPayment',
  {
    readonly amount: Money;
    /** the gateway's token of a card; null: the customer pays on the gateway's page */
    readonly card: string | null;
    /** where the gateway's page sends the customer back to */
    readonly returnUrl: string | null;
  }
>;
/** `amount` absent: the whole authorized amount */
export type CapturePayment = OfPayment<'CapturePayment', { readonly amount?: Money }>;
/** Undoes the payment by its real state: an authorized amount is voided, a captured amount is refunded. */
export type VoidPayment = OfPayment<'VoidPayment'>;
/** `refundId`: the id of the request; two requests are two refunds. `amount` absent: the whole rest */
export type RefundPayment = OfPayment<
  'RefundPayment',
  { readonly refundId: string; readonly amount?: Money }
>;
/** `gateway`: the one that reports; it is refused when another one has the payment. Absent: not known */
export type RecordReport = OfPayment<
  'RecordReport',
  { readonly report: GatewayReport; readonly gateway?: string }
>;
export type RecordRefundRefused = OfPayment<
  'RecordRefundRefused',
  { readonly refundId: string; readonly code: string }
>;
/** The attempts to reach the gateway are used up, or it refused: the outcome of the operation is unknown. */
export type RecordGatewayGivenUp = OfPayment<
  'RecordGatewayGivenUp',
  { readonly operation: GatewayOperation; readonly reason: string }
>;

export type PaymentCommand =
  | RequestPayment
  | CapturePayment
  | VoidPayment
  | RefundPayment
  | RecordReport
  | RecordRefundRefused
  | RecordGatewayGivenUp;
