// The notifications of a customer about an order.
import {
  assertNever,
  invariant,
  streamId,
  type Change,
  type Document,
  type Position,
  type Projection,
  type RecordedEvent,
} from '@holdfast/kernel';
import type { FailureReason, OrderEvent } from '@holdfast/ordering';

/** The data of an order that notifications need and its later events do not have. `id` is the order's. */
export type NotifiedOrder = Document & { readonly customerId: string; readonly paymentStarted: boolean };

/** The displayed text of each kind. */
const messages = {
  ORDER_CONFIRMED: 'Order confirmed',
  ORDER_UNDER_REVIEW: 'Your order is being checked by a person.',
  ORDER_SHIPPED: 'Order shipped',
  ORDER_ON_THE_WAY: 'Your order is on the way.',
  ORDER_DELIVERED: 'Order delivered',
  RETURN_REQUESTED: 'We have your request to send goods back.',
  RETURN_DECLINED: 'Your request to send goods back was declined.',
  RETURN_RECEIVED: 'Your return has arrived.',
  ORDER_REFUNDED: 'Money refunded',
  OUT_OF_STOCK: 'Out of stock',
  PAYMENT_DECLINED: 'Payment declined: you can try again',
  PAYMENT_FAILED: 'Payment failed',
  ORDER_FAILED: 'Order failed',
  ORDER_CANCELLED: 'Order cancelled',
  RESERVATION_EXPIRING: 'Your reservation is about to expire',
  RESERVATION_EXPIRED: 'Reservation expired',
} as const;

export type NotificationKind = keyof typeof messages;
export const notificationKinds = Object.keys(messages) as readonly NotificationKind[];

/** `id` is `orderId:revision` of the event behind it. */
export type Notification = Document & {
  readonly customerId: string;
  readonly orderId: string;
  readonly kind: NotificationKind;
  readonly message: string;
  readonly at: string;
  readonly position: Position;
};

/** Events that change this data, or make a notification. */
type Input = Extract<
  OrderEvent,
  {
    type:
      | 'OrderPlaced'
      | 'OrderReservationExpiring'
      | 'OrderPaymentStarted'
      | 'OrderPaymentDeclined'
      | 'OrderHeldForReview'
      | 'OrderConfirmed'
      | 'OrderShipped'
      | 'OrderInTransit'
      | 'OrderDelivered'
      | 'ReturnRequested'
      | 'ReturnDeclined'
      | 'OrderReturned'
      | 'OrderRefunded'
      | 'OrderCancelled'
      | 'OrderFailed';
  }
>;

const handled: ReadonlySet<string> = new Set<Input['type']>([
  'OrderPlaced',
  'OrderReservationExpiring',
  'OrderPaymentStarted',
  'OrderPaymentDeclined',
  'OrderHeldForReview',
  'OrderConfirmed',
  'OrderShipped',
  'OrderInTransit',
  'OrderDelivered',
  'ReturnRequested',
  'ReturnDeclined',
  'OrderReturned',
  'OrderRefunded',
  'OrderCancelled',
  'OrderFailed',
]);

function project(
  recorded: RecordedEvent,
  order: NotifiedOrder | null,
): readonly Change<NotifiedOrder | Notification>[] {
  const event = recorded as RecordedEvent<Input>;
  if (event.type === 'OrderPlaced') {
    const { customerId } = event.data;
    return [{ document: { id: streamId(event.stream), customerId, paymentStarted: false } }];
  }
  invariant(order !== null, `${event.type} in an order that was never placed`);
  switch (event.type) {
    case 'OrderPaymentStarted':
      return [{ document: { ...order, paymentStarted: true } }];
    case 'OrderReservationExpiring':
      return [notification(event, order, 'RESERVATION_EXPIRING')];
    case 'OrderPaymentDeclined':
      return [notification(event, order, 'PAYMENT_DECLINED')];
    case 'OrderHeldForReview':
      return [notification(event, order, 'ORDER_UNDER_REVIEW')];
    case 'OrderConfirmed':
      return [notification(event, order, 'ORDER_CONFIRMED')];
    case 'OrderShipped':
      return [notification(event, order, 'ORDER_SHIPPED')];
    case 'OrderInTransit':
      return [notification(event, order, 'ORDER_ON_THE_WAY')];
    case 'OrderDelivered':
      return [notification(event, order, 'ORDER_DELIVERED')];
    case 'ReturnRequested':
      return [notification(event, order, 'RETURN_REQUESTED')];
    case 'ReturnDeclined':
      return [notification(event, order, 'RETURN_DECLINED')];
    case 'OrderReturned':
      return [notification(event, order, 'RETURN_RECEIVED')];
    case 'OrderRefunded':
      return [notification(event, order, 'ORDER_REFUNDED')];
    case 'OrderCancelled':
      return [
        notification(
          event,
          order,
          event.data.reason === 'RESERVATION_EXPIRED' ? 'RESERVATION_EXPIRED' : 'ORDER_CANCELLED',
        ),
      ];
    case 'OrderFailed':
      return [notification(event, order, failure(event.data.reason, order))];
    default:
      return assertNever(event);
  }
}

function failure(reason: FailureReason, { paymentStarted }: NotifiedOrder): NotificationKind {
  switch (reason) {
    case 'OUT_OF_STOCK':
      return 'OUT_OF_STOCK';
    case 'INSUFFICIENT_FUNDS':
    case 'PAYMENT_DECLINED':
    case 'PAYMENT_TIMEOUT':
      return 'PAYMENT_FAILED';
    case 'RETRIES_EXHAUSTED':
      return paymentStarted ? 'PAYMENT_FAILED' : 'ORDER_FAILED';
    case 'FRAUD_REJECTED':
    case 'ADDRESS_INVALID':
      return 'ORDER_FAILED';
    default:
      return assertNever(reason);
  }
}

const notification = (
  { revision, metadata, position }: RecordedEvent,
  { id: orderId, customerId }: NotifiedOrder,
  kind: NotificationKind,
): Change<Notification> => ({
  collection: 'notifications-sent',
  document: {
    id: `${orderId}:${revision}`,
    customerId,
    orderId,
    kind,
    message: messages[kind],
    at: metadata.at,
    position,
  },
});

export const notifications: Projection<NotifiedOrder> = {
  name: 'notifications',
  version: 2,
  prefixes: ['order-'],
  indexes: {},
  collections: {
    'notifications-sent': { customer: ['customerId', 'position'], order: ['orderId', 'position'] },
  },
  key: (event) => (handled.has(event.type) ? streamId(event.stream) : null),
  project,
};
