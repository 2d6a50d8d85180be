// Retrying and discarding parked events, over all consumers.
import type { RecordedEvent } from '@holdfast/kernel';
import { invariant } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { ParkedEvents, ParkedSelection } from './contract.js';
import type { Parked, Parking } from './parking.js';

/** A consumer whose parked events can be handled again. `retry` throws what the handling threw. */
export type ParkingConsumer = {
  readonly parking: Parking;
  retry(this: void, event: RecordedEvent): Promise<void>;
};

/** The id that a parked event has towards the outside. */
export const parkedId = (consumer: string, position: number): string => `${consumer}:${position}`;

export function createParkedEvents(store: EventStore, consumers: readonly ParkingConsumer[]): ParkedEvents {
  const selected = (
    selection: ParkedSelection,
  ): readonly { readonly consumer: ParkingConsumer; readonly parked: Parked }[] =>
    consumers
      .filter(({ parking }) => selection.consumer === undefined || parking.consumer === selection.consumer)
      .flatMap((consumer) => consumer.parking.all().map((parked) => ({ consumer, parked })))
      .filter(({ consumer, parked }) => {
        const id = parkedId(consumer.parking.consumer, parked.position);
        return selection.ids === undefined || selection.ids.includes(id);
      });

  return {
    async retry(selection, actor) {
      const chosen = selected(selection);
      if (selection.dryRun) return chosen.length;
      let handled = 0;
      for (const { consumer, parked } of chosen) {
        const { parking } = consumer;
        // Oldest first: what waits behind an event that fails again goes on waiting.
        const waits = parking
          .all()
          .some(({ key, position }) => key === parked.key && position < parked.position);
        if (waits) continue;
        const [event] = await store.readAll({ from: parked.position, limit: 1 });
        invariant(event?.position === parked.position, `no event at the parked position ${parked.position}`);
        try {
          await consumer.retry(event);
          await parking.retried(parked.position, actor);
          handled += 1;
        } catch (error) {
          await parking.park(event, parked.key, error);
        }
      }
      return handled;
    },
    async discard(selection, actor) {
      const chosen = selected(selection);
      if (selection.dryRun) return chosen.length;
      const { reason } = selection;
      invariant(reason !== undefined && reason !== '', 'discarding needs a reason');
      for (const { consumer, parked } of chosen)
        await consumer.parking.discarded(parked.position, reason, actor);
      return chosen.length;
    },
  };
}
