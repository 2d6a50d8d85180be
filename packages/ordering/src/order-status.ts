// The status of an order, in this shop's words and in those of the older systems that it replaces.
import { assertNever } from '@holdfast/kernel';
import type {
  CancellationReason,
  CheckoutDefinition,
  EventWithinStatus,
  FailureReason,
  OrderEvent,
} from './order.events.js';

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

/** The status of an order after each event that changes it. No other place decides this. */
export const statusAfter = {
  OrderPlaced: 'CREATED',
  OrderReserved: 'RESERVED',
  OrderPaymentStarted: 'PAYMENT_PENDING',
  OrderPaymentDeclined: 'RESERVED',
  OrderPaid: 'PAID',
  OrderPaymentSkipped: 'PAID',
  OrderHeldForReview: 'UNDER_REVIEW',
  // The checkout confirms the order, or ends it.
  OrderReviewed: 'UNDER_REVIEW',
  OrderConfirmed: 'CONFIRMED',
  OrderCancelled: 'CANCELLED',
  OrderFailed: 'FAILED',
  OrderShipped: 'SHIPPED',
  OrderInTransit: 'IN_TRANSIT',
  OrderDelivered: 'DELIVERED',
} as const satisfies Readonly<Record<Exclude<OrderEvent, EventWithinStatus>['type'], OrderStatus>>;

const statuses: ReadonlyMap<string, OrderStatus> = new Map(Object.entries(statusAfter));

/** `statusAfter` for an event of any context; undefined for an event that changes no order's status. */
export const statusAfterEvent = (type: string): OrderStatus | undefined => statuses.get(type);

export type CustomerAction = 'PAY' | 'CANCEL';
export type StaffAction = 'PACK' | 'SHIP' | 'SCAN' | 'DELIVER' | 'REFUND' | 'REVIEW';
export type OrderAction = CustomerAction | StaffAction;

/** The actions of a customer on an order. An order that is paid first can be paid before its stock is reserved. */
export function nextActions(
  status: OrderStatus,
  definition: CheckoutDefinition = 'stock-first',
): readonly CustomerAction[] {
  switch (status) {
    case 'RESERVED':
      return ['PAY', 'CANCEL'];
    case 'CREATED':
      return definition === 'payment-first' ? ['PAY', 'CANCEL'] : ['CANCEL'];
    case 'PAYMENT_PENDING':
    case 'PAID':
    case 'CONFIRMED':
      return ['CANCEL'];
    case 'UNDER_REVIEW':
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

/** The actions of staff on an order. `isRefundable`: whether money is left that a refund could give back. */
export function staffActions({
  status,
  isPacked,
  isRefundable,
}: {
  readonly status: OrderStatus;
  readonly isPacked: boolean;
  readonly isRefundable: boolean;
}): readonly StaffAction[] {
  const refund = isRefundable ? (['REFUND'] as const) : [];
  switch (status) {
    case 'UNDER_REVIEW':
      return ['REVIEW'];
    case 'CONFIRMED':
      return [isPacked ? 'SHIP' : 'PACK', ...refund];
    case 'SHIPPED':
    case 'IN_TRANSIT':
      return ['SCAN', 'DELIVER', ...refund];
    case 'DELIVERED':
      return refund;
    case 'CREATED':
    case 'RESERVED':
    case 'PAYMENT_PENDING':
    case 'PAID':
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
 * The status in the words of another system. Other systems have fewer words: an order under way has the first word of
 * the vocabulary, and an order that failed or was cancelled has the last. `reason` matters only in some vocabularies.
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
      // it has two words for an end: no stock, and no payment for any other reason
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
