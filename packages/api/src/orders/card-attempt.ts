// Waits for an attempt to pay an order by card, and makes the error of a failed one.
import type { EventStore } from '@holdfast/event-store';
import { assertNever, streamCategory, type RecordedEvent } from '@holdfast/kernel';
import {
  orderCategory,
  orderStream,
  statusAfterEvent,
  type OrderState,
  type OrderStatus,
} from '@holdfast/ordering';
import { paymentStream, type PaymentId } from '@holdfast/payments';
import type { OrderSummary } from '@holdfast/projections';
import { errorResult } from '../graphql/errors.js';
import { feedWithin, type Feeding, type Waiting } from '../live/feed-within.js';
import { declineMessage } from '../payments/cards.js';

/** The statuses of an order that waits for its money. */
export const undecided: readonly OrderStatus[] = ['CREATED', 'RESERVED', 'PAYMENT_PENDING'];

/** `isBack`: the customer has returned from the gateway's page. */
type Sought = PaymentId & { readonly after: number; readonly isBack: boolean };

/** Whether the customer still has to pay, or to give up, on the gateway's page. */
export async function waitsForCustomer(
  store: Pick<EventStore, 'readStream'>,
  payment: PaymentId,
): Promise<boolean> {
  const [last] = await store.readStream(paymentStream(payment), { direction: 'backwards', limit: 1 });
  return last?.type === 'PaymentRedirectOffered';
}

/**
 * Position of the first event behind `after` with which the attempt needs its customer, has ended, or has paid the order;
 * null when the time is up or the program stops.
 */
export async function attemptDecided(
  feeding: Feeding,
  { orderId, attempt, after, isBack }: Sought,
  waiting: Waiting,
): Promise<number | null> {
  const streams = [orderStream(orderId), paymentStream({ orderId, attempt })];
  for await (const events of feedWithin(feeding, { streams, after }, waiting))
    for (const event of events) if (isDecision(event, attempt, isBack)) return event.position;
  return null;
}

function isDecision({ stream, type, data }: RecordedEvent, attempt: number, isBack: boolean): boolean {
  if (type === 'PaymentRedirectOffered') return !isBack;
  if (streamCategory(stream) !== orderCategory) return false;
  if (type === 'OrderPaymentDeclined') return (data as { readonly attempt: number }).attempt === attempt;
  const status = statusAfterEvent(type);
  return status !== undefined && !undecided.includes(status);
}

/** The error of an order whose card was declined; null for any other. Retryable while the order accepts another card. */
export function paymentDeclined({ id, position, status, failureReason, payment }: OrderSummary) {
  const mayTryAgain = status === 'RESERVED' && payment?.status === 'REFUSED';
  if (failureReason !== 'PAYMENT_DECLINED' && !mayTryAgain) return null;
  const declineCode = payment?.declineCode ?? 'card_declined';
  const message = declineMessage(declineCode);
  return {
    ...errorResult('PaymentDeclinedError', 'PAYMENT_DECLINED', message, mayTryAgain),
    ...{ declineCode, orderId: id, position },
  };
}

/** Upper bound of the card payments that an order has had; `most` when its state does not show it. */
export function cardAttempts(state: OrderState, most: number): number {
  switch (state.status) {
    case 'NOT_PLACED':
    case 'CREATED':
      return 0;
    case 'RESERVED':
      return state.attempts;
    case 'PAYMENT_PENDING':
      return state.method === 'CARD' ? state.attempt : state.attempt - 1;
    case 'FAILED':
    case 'CANCELLED':
      return most;
    case 'PAID':
    case 'UNDER_REVIEW':
    case 'CONFIRMED':
    case 'SHIPPED':
    case 'IN_TRANSIT':
    case 'DELIVERED': {
      if (state.paidBy === null) return 0;
      const { method, attempt } = state.paidBy;
      return method === 'CARD' ? attempt : attempt - 1;
    }
    default:
      return assertNever(state);
  }
}
