// The words for where an order is: its own, and those of the systems that it replaces.
import { assertNever } from '@holdfast/kernel';
import type { CancellationReason, FailureReason, OrderEvent } from './order.events.js';

export type OrderStatus =
  | 'CREATED'
  | 'RESERVED'
  | 'PAYMENT_PENDING'
  | 'PAID'
  | 'UNDER_REVIEW'
  | 'CONFIRMED'
  | 'SHIPPED'
  | 'IN_TRANSIT'
  | 'DELIVERED'
  | 'FAILED'
  | 'CANCELLED';

/** The status that an order has after each of its events: the one place that says so. */
export const statusAfter = {
  OrderPlaced: 'CREATED',
  OrderReserved: 'RESERVED',
  OrderPaymentStarted: 'PAYMENT_PENDING',
  OrderPaymentDeclined: 'RESERVED',
  OrderPaid: 'PAID',
  OrderPaymentSkipped: 'PAID',
  OrderHeldForReview: 'UNDER_REVIEW',
  OrderConfirmed: 'CONFIRMED',
  OrderCancelled: 'CANCELLED',
  OrderFailed: 'FAILED',
} as const satisfies Readonly<Record<OrderEvent['type'], OrderStatus>>;

const statuses: ReadonlyMap<string, OrderStatus> = new Map(Object.entries(statusAfter));

/** As `statusAfter`, for an event of any context; undefined for an event that is not an order's. */
export const statusAfterEvent = (type: string): OrderStatus | undefined => statuses.get(type);

/** Actions of a customer on an order. */
export type OrderAction = 'PAY' | 'CANCEL';

export function nextActions(status: OrderStatus): readonly OrderAction[] {
  switch (status) {
    case 'RESERVED':
      return ['PAY', 'CANCEL'];
    case 'CREATED':
    case 'PAYMENT_PENDING':
    case 'PAID':
    case 'UNDER_REVIEW':
    case 'CONFIRMED':
      return ['CANCEL'];
    case 'SHIPPED':
    case 'IN_TRANSIT':
    case 'DELIVERED':
    case 'FAILED':
    case 'CANCELLED':
      return [];
    default:
      return assertNever(status);
  }
}

export type StatusVocabulary =
  'CANONICAL' | 'TINY_SAGA' | 'SAGA_PATTERN_DEMO' | 'CHOREOGRAPHY_DOCUMENT' | 'ORCHESTRATOR_SAGA' | 'GO_SAGA';

/**
 * The status in the words of another system. They have fewer: an order under way is the first word of each, and one
 * that ended badly is the last, told apart by `reason` only where the vocabulary does so.
 */
export function statusAs(
  status: OrderStatus,
  reason: FailureReason | CancellationReason | null,
  vocabulary: StatusVocabulary,
): string {
  switch (vocabulary) {
    case 'CANONICAL':
    case 'ORCHESTRATOR_SAGA':
      return status;
    case 'TINY_SAGA':
      return { underWay: 'Initiated', done: 'Confirmed', ended: 'Failed' }[phase(status)];
    case 'SAGA_PATTERN_DEMO':
      return { underWay: 'CREATED', done: 'COMPLETED', ended: 'CANCELLED' }[phase(status)];
    case 'CHOREOGRAPHY_DOCUMENT':
      // it knows two ways to end: there was no stock, or there is no payment, for whatever reason
      return {
        underWay: 'created',
        done: 'completed',
        ended: reason === 'OUT_OF_STOCK' ? 'inventory_reserved_failed' : 'payment_failed',
      }[phase(status)];
    case 'GO_SAGA':
      return asGoSaga(status);
    default:
      return assertNever(vocabulary);
  }
}

function phase(status: OrderStatus): 'underWay' | 'done' | 'ended' {
  switch (status) {
    case 'CREATED':
    case 'RESERVED':
    case 'PAYMENT_PENDING':
    case 'PAID':
    case 'UNDER_REVIEW':
      return 'underWay';
    case 'CONFIRMED':
    case 'SHIPPED':
    case 'IN_TRANSIT':
    case 'DELIVERED':
      return 'done';
    case 'FAILED':
    case 'CANCELLED':
      return 'ended';
    default:
      return assertNever(status);
  }
}

function asGoSaga(status: OrderStatus): string {
  if (status === 'CREATED') return 'Pending';
  if (status === 'RESERVED' || status === 'PAYMENT_PENDING') return 'AwaitingPayment';
  return phase(status) === 'ended' ? 'Failed' : 'Paid';
}
