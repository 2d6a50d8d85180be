// The payment of an order, by wallet or by card.
import type { Money } from '@holdfast/kernel';
import type { PaymentMethod } from '@holdfast/ordering';

export type PaymentStatus =
  'PENDING' | 'HELD' | 'REFUSED' | 'CAPTURED' | 'RELEASED' | 'PARTLY_REFUNDED' | 'REFUNDED';

export type OrderPayment = {
  readonly method: PaymentMethod;
  readonly status: PaymentStatus;
  readonly transactionId: string | null;
  /** number of attempts to get the money */
  readonly attempts: number;
  /** the captured amount, or else the held amount, or else the requested amount */
  readonly amount: Money;
  readonly refunded: Money;
  /** the page on which the customer has to pay; null when the customer has nothing to do */
  readonly redirectUrl: string | null;
  /** why the latest card was declined */
  readonly declineCode: string | null;
};
