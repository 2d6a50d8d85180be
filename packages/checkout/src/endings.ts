// The ends of an order that can't be completed, with the text for its customer.
import type { Sku } from '@holdfast/kernel';
import type { DeadlineName, Ending } from './checkout.events.js';

export type FailedEnding = Extract<Ending, { readonly outcome: 'FAILED' }>;

export const insufficientFunds: FailedEnding = {
  outcome: 'FAILED',
  reason: 'INSUFFICIENT_FUNDS',
  message: 'The wallet does not hold enough money',
};

export const retriesExhausted: FailedEnding = {
  outcome: 'FAILED',
  reason: 'RETRIES_EXHAUSTED',
  message: 'The order could not be processed',
};

export const reservationExpired: Ending = {
  outcome: 'CANCELLED',
  reason: 'RESERVATION_EXPIRED',
  message: 'The reservation ended before the order was paid',
};

export const paymentTimedOut: FailedEnding = {
  outcome: 'FAILED',
  reason: 'PAYMENT_TIMEOUT',
  message: 'The payment took too long',
};

export const cardDeclined: FailedEnding = {
  outcome: 'FAILED',
  reason: 'PAYMENT_DECLINED',
  message: 'The card was declined',
};

/** The end of an order that did not meet a deadline. */
export const deadlineEnding = {
  reservation: reservationExpired,
  payment: paymentTimedOut,
  authorization: {
    outcome: 'FAILED',
    reason: 'PAYMENT_TIMEOUT',
    message: 'The authorization of the card ran out',
  },
  stock: {
    outcome: 'FAILED',
    reason: 'RETRIES_EXHAUSTED',
    message: 'The warehouse did not answer in time',
  },
} as const satisfies Readonly<Record<DeadlineName, Ending>>;

/** The answer of a SKU to a reservation. */
export type StockAnswer =
  | { readonly kind: 'secured' }
  | { readonly kind: 'denied'; readonly requested: number; readonly available: number };

/** Names every SKU without enough stock. */
export function outOfStock(answers: Iterable<readonly [Sku, StockAnswer]>): FailedEnding {
  const shortages = [...answers].flatMap(([sku, answer]) =>
    answer.kind === 'denied' ? [`${sku} (${answer.available} of ${answer.requested})`] : [],
  );
  return { outcome: 'FAILED', reason: 'OUT_OF_STOCK', message: `Out of stock: ${shortages.join(', ')}` };
}
