// What can be asked of a card payment, and told about it.
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
/** `amount` absent: all that is authorized */
export type CapturePayment = OfPayment<'CapturePayment', { readonly amount?: Money }>;
/** Undoes the payment by its real state: what is authorized is voided, what is captured is refunded. */
export type VoidPayment = OfPayment<'VoidPayment'>;
/** `refundId`: the id of the request; two requests are two refunds. `amount` absent: all that is left */
export type RefundPayment = OfPayment<
  'RefundPayment',
  { readonly refundId: string; readonly amount?: Money }
>;
export type RecordReport = OfPayment<'RecordReport', { readonly report: GatewayReport }>;
export type RecordRefundRefused = OfPayment<
  'RecordRefundRefused',
  { readonly refundId: string; readonly code: string }
>;
/** The attempts to reach the gateway are used up, or it refused: what became of the operation is unknown. */
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
