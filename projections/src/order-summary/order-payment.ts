// The payment of an order, however it is paid.
import type { Money } from '@holdfast/kernel';
import type { PaymentMethod } from '@holdfast/ordering';

export type PaymentStatus =
  'PENDING' | 'HELD' | 'REFUSED' | 'CAPTURED' | 'RELEASED' | 'PARTLY_REFUNDED' | 'REFUNDED';

export type OrderPayment = {
  readonly method: PaymentMethod;
  readonly status: PaymentStatus;
  readonly transactionId: string | null;
  /** how often the money was asked for */
  readonly attempts: number;
  /** captured, or else held, or else asked for */
  readonly amount: Money;
  readonly refunded: Money;
  /** where the customer has to pay; null when there is nothing to do for them */
  readonly redirectUrl: string | null;
  /** why the latest card was declined */
  readonly declineCode: string | null;
};
