// The documents of an order with the streams that make them, and waiting for an order's status.
import { checkoutStream } from '@holdfast/checkout';
import { policyStreams } from '@holdfast/choreography';
import { stockCategory, stockStream } from '@holdfast/inventory';
import { CustomerId, OrderId, streamCategory } from '@holdfast/kernel';
import { order, orderStream, type Coordination, type OrderStatus } from '@holdfast/ordering';
import {
  notifications,
  orderHistory,
  orderSummary,
  sagaMonitor,
  type OrderHistory,
  type OrderSummary,
  type NotifiedOrder,
  type SagaMonitor,
} from '@holdfast/projections';
import { paymentStream } from '@holdfast/payments';
import { whenReadable, type CommandHandler } from '@holdfast/runtime';
import { walletStream } from '@holdfast/wallet';
import { feedWithin, type Feeding, type Waiting } from '../live/feed-within.js';
import { applyEvent, type Folded } from '../queries/documents.js';
import { cardAttempts } from './card-attempt.js';

const ownStream = (id: string): readonly string[] => [orderStream(OrderId(id))];

export const foldedHistory: Folded<OrderHistory> = { projection: orderHistory, streams: ownStream };
export const foldedNotifications: Folded<NotifiedOrder> = {
  projection: notifications,
  begins: ({ type }) => type === 'OrderPlaced',
  streams: ownStream,
};
/** Streams of the process managers of an order: that of its checkout, or those of its policies. */
export const sagaStreams = async (commands: CommandHandler, orderId: OrderId): Promise<readonly string[]> => {
  const { state } = await commands.load(order, orderStream(orderId), 'known');
  return streamsOfSaga(state.status === 'NOT_PLACED' ? 'ORCHESTRATION' : state.placed.coordination, orderId);
};

/** Like `sagaStreams`, when the order's coordination is known. */
export const streamsOfSaga = (coordination: Coordination, orderId: OrderId): readonly string[] =>
  coordination === 'CHOREOGRAPHY' ? policyStreams(orderId) : [checkoutStream(orderId)];

/** Any of the policies may decide first, so the first stream is that of the order, which is before them all. */
export const foldedSaga = (commands: CommandHandler): Folded<SagaMonitor> => ({
  projection: sagaMonitor,
  begins: ({ type }) => type === 'CheckoutStarted',
  async streams(id) {
    const streams = await sagaStreams(commands, OrderId(id));
    return streams.length === 1 ? streams : [orderStream(OrderId(id)), ...streams];
  },
});

/** In these statuses the streams of SKUs may have shortages of the order. */
export const mayLackStock: readonly OrderStatus[] = ['CREATED', 'FAILED', 'CANCELLED'];

/**
 * A summary shows payments and refused SKUs, so the streams of wallet, cards and stock belong to it. `mostCards`: how many cards
 * may have been tried for an order; 0 where none are taken.
 */
export const foldedOrder = (commands: CommandHandler, mostCards = 1): Folded<OrderSummary> => ({
  projection: orderSummary,
  // The stream of a popular SKU may be long between two events of one order.
  isShort: (streams) => !streams.some((stream) => streamCategory(stream) === stockCategory),
  async streams(id) {
    const { state } = await commands.load(order, orderStream(OrderId(id)));
    if (state.status === 'NOT_PLACED') return ownStream(id);
    const { customerId, lines } = state.placed;
    const stocks = mayLackStock.includes(state.status) ? lines.map(({ sku }) => stockStream(sku)) : [];
    const orderId = OrderId(id);
    const payments = Array.from({ length: cardAttempts(state, mostCards) }, (_, n) =>
      paymentStream({ orderId, attempt: n + 1 }),
    );
    return [...ownStream(id), walletStream(CustomerId(customerId)), ...payments, ...new Set(stocks)];
  },
});

/** Position of the first event after which `is` accepts the status; null at the time limit or when the program stops. */
export async function positionOnce(
  feeding: Feeding,
  orderId: OrderId,
  is: (status: OrderStatus) => boolean,
  waiting: Waiting,
): Promise<number | null> {
  let history: OrderHistory | null = null;
  for await (const events of feedWithin(feeding, { streams: ownStream(orderId), after: -1 }, waiting)) {
    for (const event of events) {
      const before: OrderHistory | null = history;
      history = whenReadable(() => applyEvent(orderHistory, orderId, event, before).document) ?? before;
      const status = history?.entries.at(-1)?.to;
      if (status !== undefined && is(status)) return event.position;
    }
  }
  return null;
}
