// A PaymentIntent of Stripe, with its refunds, as a report.
import { paymentOfReference, type GatewayReport, type ReportedRefund } from '@holdfast/payments';
import type Stripe from 'stripe';
import type { BookedAtGateway } from '../payment-gateway.js';
import { fromStripe } from './stripe-amounts.js';

/** The key in Stripe's metadata for our reference of a payment, or for the id of a refund's request. */
export const paymentKey = 'holdfast_payment';
export const refundKey = 'holdfast_refund';

export function reportOf(intent: Stripe.PaymentIntent, refunds: readonly Stripe.Refund[]): GatewayReport {
  const { currency } = intent;
  const told = { transactionId: intent.id, amount: fromStripe(intent.amount, currency) };
  switch (intent.status) {
    case 'succeeded': {
      const captured = fromStripe(intent.amount_received, currency);
      return { ...told, status: 'captured', captured, refunds: refunds.filter(isMade).map(refundOf) };
    }
    case 'requires_capture':
      return { ...told, status: 'authorized', expiresAt: expiryOf(intent) };
    case 'canceled':
      // Stripe itself cancels an intent that is not captured in time.
      return { ...told, status: intent.cancellation_reason === 'automatic' ? 'expired' : 'voided' };
    case 'requires_payment_method':
      return intent.last_payment_error === null
        ? { ...told, status: 'pending', redirectUrl: null }
        : { ...told, status: 'declined', code: declineCodeOf(intent.last_payment_error) };
    case 'requires_action':
      return { ...told, status: 'pending', redirectUrl: intent.next_action?.redirect_to_url?.url ?? null };
    default:
      // Processing, or a state of a later API version: the outcome is open.
      return { ...told, status: 'pending', redirectUrl: null };
  }
}

/** For a list of intents with their charges: a charge has the sum of its refunds. */
export function bookedOf(intent: Stripe.PaymentIntent): BookedAtGateway {
  const { currency, latest_charge: charge, metadata } = intent;
  const isCaptured = intent.status === 'succeeded';
  const refunded = isCaptured && charge !== null && typeof charge !== 'string' ? charge.amount_refunded : 0;
  return {
    payment: paymentOfReference(metadata[paymentKey] ?? ''),
    transactionId: intent.id,
    captured: fromStripe(isCaptured ? intent.amount_received : 0, currency),
    refunded: fromStripe(refunded, currency),
  };
}

const known = new Set(['insufficient_funds', 'expired_card']);

/** Stripe has dozens of codes; most must not be shown to the customer (docs.stripe.com/declines/codes). */
export function declineCodeOf({ code, decline_code }: { code?: string; decline_code?: string }): string {
  return [decline_code, code].find((one) => one !== undefined && known.has(one)) ?? 'card_declined';
}

const isMade = ({ status }: Stripe.Refund): boolean => status !== 'failed' && status !== 'canceled';

const refundOf = ({ id, amount, currency, metadata }: Stripe.Refund): ReportedRefund => ({
  refundId: metadata?.[refundKey] ?? id,
  transactionId: id,
  amount: fromStripe(amount, currency),
});

/** Present only when the request expanded the charge too. */
function expiryOf({ latest_charge: charge }: Stripe.PaymentIntent): string | null {
  if (charge === null || typeof charge === 'string') return null;
  const seconds = charge.payment_method_details?.card?.capture_before;
  return seconds === undefined ? null : new Date(seconds * 1000).toISOString();
}
