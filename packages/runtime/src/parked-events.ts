// Retrying and discarding parked events, over all consumers.
import type { Document, Position, RecordedEvent } from '@holdfast/kernel';
import { invariant } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { Parked, ParkedSubject, Parking } from './parking.js';

/** An event that a consumer gave up on. Later events of the same document, or process, wait behind it. */
export type ParkedDocument = Document & {
  readonly consumer: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly attempts: number;
  readonly reason: string;
  readonly stack?: string;
  readonly parkedAt: string;
};

export type ParkedSelection = {
  readonly ids?: readonly string[];
  readonly consumer?: string;
  /** why it is retried or discarded; required to discard */
  readonly reason?: string;
  readonly dryRun: boolean;
};

export type ParkedEvents = {
  /**
   * Returns how many events were handled again; with `dryRun`, how many would be tried. Workers in other processes are given
   * five seconds. With `signal` the result comes once each of them has answered, however long that takes, or on its abort.
   */
  retry(selection: ParkedSelection, actor: string, signal?: AbortSignal): Promise<number>;
  /** Returns how many events were discarded, or would be. */
  discard(selection: ParkedSelection, actor: string): Promise<number>;
};

/** A consumer whose parked events can be handled again. */
export type ParkingConsumer = {
  readonly parking: Parking;
  /** Whether this consumer handles the events under a key, where several share the parking; all keys unless given. */
  owns?(this: void, key: string): boolean;
  /** Handles the event and puts that on record. @throws the error of the handling */
  retry(this: void, event: RecordedEvent, actor: string, reason?: string): Promise<void>;
  /** Loads a process again that was parked as a whole, and puts that on record. @throws when it still can't be loaded */
  reload?(this: void, parked: Parked, actor: string, reason?: string): Promise<void>;
};

/** The id of a parked event in the API: `consumer:position`. */
export const parkedId = (consumer: string, position: number): string => `${consumer}:${position}`;

export function createParkedEvents(store: EventStore, consumers: readonly ParkingConsumer[]): ParkedEvents {
  const selected = (
    selection: ParkedSelection,
  ): readonly { readonly consumer: ParkingConsumer; readonly parked: Parked }[] =>
    consumers
      .filter(({ parking }) => selection.consumer === undefined || parking.consumer === selection.consumer)
      .flatMap((consumer) => consumer.parking.all().map((parked) => ({ consumer, parked })))
      .filter(({ consumer, parked }) => consumer.owns?.(parked.key) ?? true)
      .filter(({ consumer, parked }) => {
        const id = parkedId(consumer.parking.consumer, parked.position);
        return selection.ids === undefined || selection.ids.includes(id);
      });

  const handleAgain = async (
    consumer: ParkingConsumer,
    parked: Parked,
    actor: string,
    reason?: string,
  ): Promise<void> => {
    const { position } = parked;
    if (position < 0) return consumer.reload?.(parked, actor, reason);
    const [event] = await store.readAll({ from: position, limit: 1 });
    invariant(event?.position === position, `no event at the parked position ${position}`);
    await consumer.retry(event, actor, reason);
  };

  /** Handles one event again, then the events that only waited behind it. Returns how many were handled. */
  const retryFrom = async (
    consumer: ParkingConsumer,
    first: Parked,
    actor: string,
    reason?: string,
  ): Promise<number> => {
    const { parking } = consumer;
    const queue = (): readonly Parked[] => parking.all().filter(({ key }) => key === first.key);
    let handled = 0;
    // Only the oldest event of a key may be handled. `first` is gone when it was handled as the follower of another.
    for (let next = first; queue()[0]?.position === next.position;) {
      try {
        await handleAgain(consumer, next, actor, reason);
      } catch (error) {
        await parking.park(subjectOf(next), next.key, error);
        return handled;
      }
      handled += 1;
      const follower = queue()[0];
      if (follower?.attempts !== 0) return handled;
      next = follower;
    }
    return handled;
  };

  return {
    async retry(selection, actor) {
      const chosen = selected(selection);
      if (selection.dryRun) return chosen.length;
      let handled = 0;
      for (const { consumer, parked } of chosen)
        handled += await retryFrom(consumer, parked, actor, selection.reason);
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

const subjectOf = ({ stream, revision, position, eventId, eventType }: Parked): ParkedSubject => ({
  stream,
  revision,
  position,
  id: eventId,
  type: eventType,
});
