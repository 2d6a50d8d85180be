// The payment of an order from the customer's wallet, as the customer sees it.
import { assertNever, money, type RecordedEvent } from '@holdfast/kernel';
import type { WalletEvent } from '@holdfast/wallet';
import { paymentOf, type OrderSummary } from './order-document.js';

export type WalletPaymentEvent = Extract<
  WalletEvent,
  { type: 'FundsHeld' | 'FundsHoldRefused' | 'HoldCaptured' | 'HoldReleased' | 'FundsRefunded' }
>;

/** The changes of an event of the customer's wallet; null for none. */
export function paidByWallet(
  event: RecordedEvent<WalletPaymentEvent>,
  order: OrderSummary,
): Partial<OrderSummary> | null {
  switch (event.type) {
    case 'FundsHeld': {
      const payment = paymentOf(order);
      const { amount } = event.data;
      return { payment: { ...payment, status: 'HELD', amount, attempts: payment.attempts + 1 } };
    }
    case 'FundsHoldRefused': {
      const payment = paymentOf(order);
      const attempts = payment.attempts + 1;
      // The hold was refused because the order had ended, and not for lack of money.
      if (payment.status !== 'PENDING') return { payment: { ...payment, attempts } };
      const { requested: required, available } = event.data;
      return { payment: { ...payment, status: 'REFUSED', attempts }, refusedFunds: { required, available } };
    }
    case 'HoldCaptured':
      return { payment: { ...paymentOf(order), status: 'CAPTURED', amount: event.data.amount } };
    case 'HoldReleased': {
      const { payment } = order;
      const open = payment?.status === 'PENDING' || payment?.status === 'HELD';
      return open ? { payment: { ...payment, status: 'RELEASED' } } : null;
    }
    case 'FundsRefunded': {
      const payment = paymentOf(order);
      const refunded = money.add(payment.refunded, event.data.amount);
      const status = money.atLeast(refunded, payment.amount) ? 'REFUNDED' : 'PARTLY_REFUNDED';
      return { payment: { ...payment, status, refunded } };
    }
    default:
      return assertNever(event);
  }
}
