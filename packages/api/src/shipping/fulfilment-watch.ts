// Waits, for a limited time, until the fulfilment of an order has reached a state, so that a mutation's result shows it.
import {
  fulfilment,
  fulfilmentStream,
  type FulfilmentEvent,
  type FulfilmentState,
} from '@holdfast/fulfilment';
import type { OrderId, RecordedEvent } from '@holdfast/kernel';
import { whenReadable } from '@holdfast/runtime';
import { feedWithin, type Feeding, type Waiting } from '../live/feed-within.js';

/** Position of the first decision after which `is` accepts the state; null when the time is up or the program stops. */
export async function fulfilmentOnce(
  feeding: Feeding,
  orderId: OrderId,
  is: (state: FulfilmentState) => boolean,
  waiting: Waiting,
): Promise<number | null> {
  let state: FulfilmentState = fulfilment.initialState;
  const following = { streams: [fulfilmentStream(orderId)], after: -1 };
  for await (const events of feedWithin(feeding, following, waiting)) {
    for (const event of events) {
      const before = state;
      const after = whenReadable(() => fulfilment.evolve(before, event as RecordedEvent<FulfilmentEvent>));
      state = after ?? before;
      if (is(state)) return event.position;
    }
  }
  return null;
}

/** Whether the parcel can be handed over: it has a label, and its tracking number is known. */
export const isLabelled = (state: FulfilmentState): boolean =>
  state.phase === 'labelled' && !state.todo.has('assign-tracking');

/** Whether everything that follows from a refund or a return has been done. */
export const isGivenBack =
  (id: string) =>
  (state: FulfilmentState): boolean =>
    state.phase !== 'new' &&
    state.known.has(id) &&
    ![...state.todo.keys()].some((step) => step.split(':')[1] === id);
