// The consumers of a persistent subscription, and the strategy that picks one of them for an event.
import type { RecordedEvent } from '@holdfast/kernel';
import type { Refusal } from '../refusal.js';

export type Consumer = {
  readonly slots: number;
  readonly connectionName: string;
  readonly username: string;
  readonly from: string;
  readonly inFlight: Set<string>;
  delivered: number;
  /** `isReplayed`: the event is a link to one that was parked */
  deliver(this: void, event: RecordedEvent, retryCount: number, isReplayed: boolean): void;
  drop(this: void, reason: Refusal): void;
};

export const hasRoom = ({ inFlight, slots }: Consumer): boolean => inFlight.size < slots;

/** Picks a consumer with room for each event, by the strategy of the group. */
export class ConsumerChoice {
  #next = 0;

  /** Returns the consumer for the event; null when none may get it now. */
  of(consumers: readonly Consumer[], strategy: string, event: RecordedEvent): Consumer | null {
    if (strategy === 'DispatchToSingle') return consumers.find(hasRoom) ?? null;
    return strategy.startsWith('Pinned') ? pinned(consumers, strategy, event) : this.#roundRobin(consumers);
  }

  #roundRobin(consumers: readonly Consumer[]): Consumer | null {
    for (let i = 0; i < consumers.length; i++) {
      const consumer = consumers[(this.#next + i) % consumers.length] as Consumer;
      if (!hasRoom(consumer)) continue;
      this.#next = (this.#next + i + 1) % consumers.length;
      return consumer;
    }
    return null;
  }
}

/** Events of one stream, or of one correlation, go to the same consumer. */
function pinned(consumers: readonly Consumer[], strategy: string, event: RecordedEvent): Consumer | null {
  const metadata = event.metadata as Readonly<Record<string, unknown>> | undefined;
  const correlation = metadata?.['$correlationId'];
  const pin = strategy === 'Pinned' || typeof correlation !== 'string' ? event.stream : correlation;
  let hash = 0;
  for (const character of pin) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) | 0;
  const consumer = consumers[Math.abs(hash) % Math.max(1, consumers.length)];
  return consumer !== undefined && hasRoom(consumer) ? consumer : null;
}
