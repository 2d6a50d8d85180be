// The queries of operators about the fulfilment of an order, folded from its own stream.
import type { EventStore } from '@holdfast/event-store';
import {
  canFulfilmentRetry,
  canFulfilmentSettle,
  fulfilment,
  fulfilmentStream,
  type FulfilmentEvent,
  type FulfilmentState,
} from '@holdfast/fulfilment';
import type { OrderId, RecordedEvent } from '@holdfast/kernel';
import { whenReadable } from '@holdfast/runtime';
import { syncedEvents } from '../log/log.js';
import type { Saga } from './checkout-state.js';

/** Folds the events up to the first one that can't be read. */
export function foldFulfilment(events: readonly RecordedEvent[]): FulfilmentState {
  let state: FulfilmentState = fulfilment.initialState;
  for (const event of events) {
    const before: FulfilmentState = state;
    const after = whenReadable((): FulfilmentState =>
      fulfilment.evolve(before, event as RecordedEvent<FulfilmentEvent>),
    );
    if (after === undefined) break;
    state = after;
  }
  return state;
}

export async function fulfilmentOf(store: EventStore, orderId: OrderId): Promise<Omit<Saga, 'plan'>> {
  const state = foldFulfilment(await syncedEvents(store, fulfilmentStream(orderId)));
  return {
    isKnown: state.phase !== 'new',
    canBeRetried: (step) => canFulfilmentRetry(state, step),
    canBeSettled: (step) => canFulfilmentSettle(state, step),
  };
}
