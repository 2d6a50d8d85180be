// Follows an order from before it is placed. The result of its mutation is made from the events of the feed, so that
// nothing has to be read for it.
import { type Environment, type RecordedEvent } from '@holdfast/kernel';
import { orderStream, type PlaceOrder } from '@holdfast/ordering';
import { paymentStream } from '@holdfast/payments';
import { orderHistory, orderSummary, type OrderHistory, type OrderSummary } from '@holdfast/projections';
import { whenReadable, type Feed } from '@holdfast/runtime';
import { walletStream } from '@holdfast/wallet';
import { applyEvent } from '../queries/documents.js';

/** An order after one of its events, without its shortages, which are in the streams of its SKUs. */
export type Watched = { readonly order: OrderSummary; readonly history: OrderHistory | null };

/** The histories of watched orders, for the result of their mutation. */
export const watchedHistories = new WeakMap<OrderSummary, OrderHistory>();

export type OrderWatch = {
  /** The order after the first event for which `is` returns true, or in its present state at the time limit. */
  until(is: (order: OrderSummary) => boolean, timeoutMs: number): Promise<Watched | null>;
  close(): void;
};

export function watchOrder(
  { feed, environment }: { readonly feed: Feed; readonly environment: Environment },
  {
    orderId,
    customerId,
    paymentMethod,
  }: Pick<PlaceOrder['data'], 'orderId' | 'customerId' | 'paymentMethod'>,
  closing: AbortSignal,
): OrderWatch {
  const leaving = new AbortController();
  const signal = AbortSignal.any([leaving.signal, closing]);
  const own = orderStream(orderId);
  const moneyStreams =
    paymentMethod === 'CARD' ? [paymentStream({ orderId, attempt: 1 })] : [walletStream(customerId)];
  const batches = feed({ streams: [own, ...moneyStreams], after: 'now', signal })[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<readonly RecordedEvent[]>> => {
    const asked = batches.next();
    // An error after the end of the watch has no reader.
    asked.catch(() => undefined);
    return asked;
  };
  // Started at once, so that no event from now on is missed.
  let next = ask();
  let order: OrderSummary | null = null;
  let history: OrderHistory | null = null;

  const take = (event: RecordedEvent): void => {
    const [before, past] = [order, history];
    order = whenReadable(() => applyEvent(orderSummary, orderId, event, before).document) ?? before;
    history = whenReadable(() => applyEvent(orderHistory, orderId, event, past).document) ?? past;
  };
  const watched = (): Watched | null => (order === null ? null : { order, history });

  return {
    async until(is, timeoutMs) {
      const cancel = environment.scheduler.after(timeoutMs, () => {
        leaving.abort();
      });
      try {
        for (;;) {
          const batch = await next;
          if (batch.done === true) return watched();
          next = ask();
          for (const event of batch.value) {
            take(event);
            const found = watched();
            if (found !== null && event.stream === own && is(found.order)) return found;
          }
        }
      } finally {
        cancel();
        leaving.abort();
      }
    },
    close: () => {
      leaving.abort();
    },
  };
}
