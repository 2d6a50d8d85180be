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

/** `id` is the order's: what later events of it leave out, and a notification needs. */
export type NotifiedOrder = Document & { readonly customerId: string; readonly paymentStarted: boolean };

export type NotificationKind =
  | 'ORDER_CONFIRMED'
  | 'OUT_OF_STOCK'
  | 'PAYMENT_FAILED'
  | 'ORDER_FAILED'
  | 'ORDER_CANCELLED'
  | 'RESERVATION_EXPIRED';

/** `id` is `orderId:revision` of the event behind it. */
export type Notification = Document & {
  readonly customerId: string;
  readonly orderId: string;
  readonly kind: NotificationKind;
  readonly message: string;
  readonly at: string;
  readonly position: Position;
};

type Input = Extract<
  OrderEvent,
  { type: 'OrderPlaced' | 'OrderPaymentStarted' | 'OrderConfirmed' | 'OrderCancelled' | 'OrderFailed' }
>;

const handled: ReadonlySet<string> = new Set<Input['type']>([
  'OrderPlaced',
  'OrderPaymentStarted',
  'OrderConfirmed',
  'OrderCancelled',
  'OrderFailed',
]);

const messages: Readonly<Record<NotificationKind, string>> = {
  ORDER_CONFIRMED: 'Order confirmed',
  OUT_OF_STOCK: 'Out of stock',
  PAYMENT_FAILED: 'Payment failed',
  ORDER_FAILED: 'Order failed',
  ORDER_CANCELLED: 'Order cancelled',
  RESERVATION_EXPIRED: 'Reservation expired',
};

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
    case 'OrderConfirmed':
      return [notification(event, order, 'ORDER_CONFIRMED')];
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
  version: 1,
  prefixes: ['order-'],
  indexes: {},
  collections: {
    'notifications-sent': { customer: ['customerId', 'position'], order: ['orderId', 'position'] },
  },
  key: (event) => (handled.has(event.type) ? streamId(event.stream) : null),
  project,
};
