// The state of a checkout, folded from its own stream.
import { checkoutState, checkoutStream, type CheckoutEvent, type CheckoutState } from '@holdfast/checkout';
import type { EventStore } from '@holdfast/event-store';
import type { OrderId, RecordedEvent } from '@holdfast/kernel';
import { whenReadable } from '@holdfast/runtime';
import { syncedEvents } from '../log/log.js';

/** The checkout's state after its stream, up to the first event that can't be read. */
export async function checkoutOf(store: EventStore, orderId: OrderId): Promise<CheckoutState> {
  let state: CheckoutState = checkoutState.initialState;
  for (const event of await syncedEvents(store, checkoutStream(orderId))) {
    const before: CheckoutState = state;
    const after = whenReadable((): CheckoutState =>
      checkoutState.evolve(before, event as RecordedEvent<CheckoutEvent>),
    );
    if (after === undefined) break;
    state = after;
  }
  return state;
}
