// Which streams make an order's documents, and waiting for one to get somewhere.
import { checkoutStream } from '@holdfast/checkout';
import { OrderId, type Environment } from '@holdfast/kernel';
import { orderStream } from '@holdfast/ordering';
import {
  notifications,
  orderHistory,
  orderSummary,
  sagaMonitor,
  type OrderSummary,
} from '@holdfast/projections';
import { abortable, liveDocuments, type LiveSource } from '../live/live.js';

const streams = (id: string): readonly string[] => [orderStream(OrderId(id)), checkoutStream(OrderId(id))];

export const foldedOrder = { projection: orderSummary, streams };
export const foldedHistory = { projection: orderHistory, streams };
export const foldedSaga = { projection: sagaMonitor, streams };
export const foldedNotifications = { projection: notifications, streams };

/** The order as soon as it `is` what is waited for, and as it stands after `timeoutMs` otherwise. */
export async function orderOnce(
  source: LiveSource,
  environment: Environment,
  id: string,
  is: (order: OrderSummary) => boolean,
  timeoutMs: number,
): Promise<OrderSummary | null> {
  const giveUp = new AbortController();
  const cancel = environment.scheduler.after(timeoutMs, () => giveUp.abort());
  let latest: OrderSummary | null = null;
  const updates = abortable((leaving) => {
    const signal = AbortSignal.any([leaving, giveUp.signal]);
    return liveDocuments(source, { folded: foldedOrder, ids: [id], after: null, signal });
  });
  try {
    for await (const { document } of updates) {
      latest = document;
      if (is(document)) break;
    }
    return latest;
  } finally {
    cancel();
  }
}
