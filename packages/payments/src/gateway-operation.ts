// The operation of the gateway that an event of a payment requests.
import { assertNever } from '@holdfast/kernel';
import type { GatewayOperation, PaymentEvent } from './payment.events.js';

export type GatewayRequest = Extract<
  PaymentEvent,
  {
    readonly type:
      'PaymentRequested' | 'PaymentCaptureRequested' | 'PaymentVoidRequested' | 'PaymentRefundRequested';
  }
>;

export const isGatewayRequest = (event: PaymentEvent): event is GatewayRequest => operationOf(event) !== null;

/** Returns the operation; null for an event that requests none. */
export function operationOf(event: GatewayRequest): GatewayOperation;
export function operationOf(event: PaymentEvent): GatewayOperation | null;
export function operationOf(event: PaymentEvent): GatewayOperation | null {
  switch (event.type) {
    case 'PaymentRequested':
      return { kind: 'authorize' };
    case 'PaymentCaptureRequested':
      return { kind: 'capture' };
    case 'PaymentVoidRequested':
      return { kind: 'void' };
    case 'PaymentRefundRequested':
      return { kind: 'refund', refundId: event.data.refundId };
    case 'PaymentRedirectOffered':
    case 'PaymentAuthorized':
    case 'PaymentDeclined':
    case 'PaymentCaptured':
    case 'PaymentVoided':
    case 'PaymentAuthorizationExpired':
    case 'PaymentRefunded':
    case 'PaymentRefundRefused':
    case 'PaymentGatewayGivenUp':
    case 'PaymentReportKept':
      return null;
    default:
      return assertNever(event);
  }
}
