// The card payment of an order, for its customer: the payment of the latest attempt.
import { assertNever, money, streamId, type RecordedEvent } from '@holdfast/kernel';
import { depositPaidBy, paymentOfReference, paymentOfStream, type PaymentEvent } from '@holdfast/payments';
import type { OrderPayment } from './order-payment.js';

export type CardEvent = Extract<
  PaymentEvent,
  {
    type:
      | 'PaymentRequested'
      | 'PaymentRedirectOffered'
      | 'PaymentAuthorized'
      | 'PaymentDeclined'
      | 'PaymentAuthorizationExpired'
      | 'PaymentCaptured'
      | 'PaymentVoided'
      | 'PaymentRefunded';
  }
>;

/** The order of the event's payment; null for the payment of a deposit. */
export function orderPaidBy({ stream }: RecordedEvent): string | null {
  const payment = paymentOfReference(streamId(stream));
  return payment === null || depositPaidBy(payment) !== null ? null : payment.orderId;
}

/** `payment` after the event; null when the event changes nothing. */
export function paidByCard(event: RecordedEvent<CardEvent>, payment: OrderPayment): OrderPayment | null {
  const { attempt } = paymentOfStream(event.stream);
  if (attempt < payment.attempts) return null;
  const paying: OrderPayment = { ...payment, method: 'CARD', attempts: attempt };
  const { transactionId } = { ...paying, ...event.data };
  switch (event.type) {
    case 'PaymentRequested':
      return {
        ...paying,
        status: 'PENDING',
        amount: event.data.amount,
        redirectUrl: null,
        declineCode: null,
      };
    case 'PaymentRedirectOffered':
      return { ...paying, transactionId, redirectUrl: event.data.url };
    case 'PaymentAuthorized':
      return { ...paying, status: 'HELD', transactionId, amount: event.data.amount, redirectUrl: null };
    case 'PaymentDeclined':
      return { ...paying, status: 'REFUSED', transactionId, redirectUrl: null, declineCode: event.data.code };
    case 'PaymentAuthorizationExpired':
      return { ...paying, status: 'RELEASED', redirectUrl: null, declineCode: 'expired' };
    case 'PaymentCaptured':
      return { ...paying, status: 'CAPTURED', transactionId, amount: event.data.amount, redirectUrl: null };
    case 'PaymentVoided': {
      const isOpen = payment.status === 'PENDING' || payment.status === 'HELD';
      return isOpen ? { ...paying, status: 'RELEASED', redirectUrl: null } : null;
    }
    case 'PaymentRefunded': {
      const refunded = money.add(payment.refunded, event.data.amount);
      const status = money.atLeast(refunded, payment.amount) ? 'REFUNDED' : 'PARTLY_REFUNDED';
      return { ...paying, transactionId: payment.transactionId, status, refunded };
    }
    default:
      return assertNever(event);
  }
}
