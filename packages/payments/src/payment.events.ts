// The events of a card payment. Stored type strings are permanent; the stream name carries the order and attempt.
import type { DomainEvent, Money } from '@holdfast/kernel';
import type { GatewayReport } from './gateway-report.js';

/** The operations that a gateway is asked for. */
export type GatewayOperation =
  | { readonly kind: 'authorize' | 'capture' | 'void' }
  | { readonly kind: 'refund'; readonly refundId: string };

/**
 * Binds the attempt to one amount and one gateway. The gateway is then asked to authorize it, and asked again when it
 * could not be reached. `gateway` is its name, or `outside`: a service outside this program takes the money. It is null
 * in events from before it was recorded.
 */
export type PaymentRequested = DomainEvent<
  'PaymentRequested',
  {
    readonly amount: Money;
    readonly card: string | null;
    readonly returnUrl: string | null;
    readonly gateway: string | null;
  }
>;
/** the customer has to pay on the gateway's page */
export type PaymentRedirectOffered = DomainEvent<
  'PaymentRedirectOffered',
  { readonly transactionId: string; readonly url: string }
>;
/** the money is set aside at the customer's bank; `expiresAt` is null where the gateway names no time */
export type PaymentAuthorized = DomainEvent<
  'PaymentAuthorized',
  { readonly transactionId: string; readonly amount: Money; readonly expiresAt: string | null }
>;
/** `transactionId` is null for a request that arrived after its void: no gateway was asked */
export type PaymentDeclined = DomainEvent<
  'PaymentDeclined',
  { readonly transactionId: string | null; readonly code: string }
>;
/** the gateway is then asked to take this amount, and to release the rest */
export type PaymentCaptureRequested = DomainEvent<
  'PaymentCaptureRequested',
  { readonly transactionId: string; readonly amount: Money }
>;
export type PaymentCaptured = DomainEvent<
  'PaymentCaptured',
  { readonly transactionId: string; readonly amount: Money }
>;
/** the gateway is then asked to void all that it holds for this payment */
export type PaymentVoidRequested = DomainEvent<
  'PaymentVoidRequested',
  { readonly transactionId: string | null; readonly amount: Money }
>;
/**
 * The gateway holds no money, and all captured money is refunded. `transactionId` is null when the void came before the
 * request, which is then declined.
 */
export type PaymentVoided = DomainEvent<'PaymentVoided', { readonly transactionId: string | null }>;
/** the authorization ran out, or the customer's time to pay */
export type PaymentAuthorizationExpired = DomainEvent<
  'PaymentAuthorizationExpired',
  { readonly transactionId: string }
>;
/** the gateway is then asked to refund this amount */
export type PaymentRefundRequested = DomainEvent<
  'PaymentRefundRequested',
  { readonly transactionId: string; readonly refundId: string; readonly amount: Money }
>;
/** `transactionId` is the gateway's id of the refund */
export type PaymentRefunded = DomainEvent<
  'PaymentRefunded',
  { readonly refundId: string; readonly amount: Money; readonly transactionId: string }
>;
/** another request can ask for the amount again */
export type PaymentRefundRefused = DomainEvent<
  'PaymentRefundRefused',
  { readonly refundId: string; readonly code: string }
>;
/** the outcome of the operation is unknown; the same command asks for it again */
export type PaymentGatewayGivenUp = DomainEvent<
  'PaymentGatewayGivenUp',
  { readonly operation: GatewayOperation; readonly reason: string }
>;
/** a report about a payment that is not requested yet; it counts when the payment is requested */
export type PaymentReportKept = DomainEvent<'PaymentReportKept', { readonly report: GatewayReport }>;

export type PaymentEvent =
  | PaymentRequested
  | PaymentRedirectOffered
  | PaymentAuthorized
  | PaymentDeclined
  | PaymentCaptureRequested
  | PaymentCaptured
  | PaymentVoidRequested
  | PaymentVoided
  | PaymentAuthorizationExpired
  | PaymentRefundRequested
  | PaymentRefunded
  | PaymentRefundRefused
  | PaymentGatewayGivenUp
  | PaymentReportKept;
