// An append whose events arrive in several messages.
import { appendLimitBytes, servedAppendBytes } from './append-limit.js';
import { maximumAppendSizeExceeded } from '../refusal.js';
import type { WireEvent } from './stored-event.js';
import { proposedEvent } from '../wire.js';

/** The events of one append, as they arrive. Beyond the limit nothing more is kept. */
export class ProposedAppend {
  #events: WireEvent[] = [];
  #dataBytes = 0;
  #keptBytes = 0;
  #refusal: unknown = null;

  /** Returns the fault of one of the events, or null. */
  add(messages: Parameters<typeof proposedEvent>[0][]): unknown {
    try {
      for (const message of messages) {
        if (this.#refusal !== null) return this.#refusal;
        const event = proposedEvent(message);
        this.#dataBytes += event.data.length;
        this.#keptBytes += event.data.length + event.metadata.length + event.type.length;
        if (this.#dataBytes > appendLimitBytes || this.#keptBytes > servedAppendBytes) {
          throw maximumAppendSizeExceeded(appendLimitBytes);
        }
        this.#events.push(event);
      }
    } catch (error) {
      this.#refusal = error;
      this.#events = [];
    }
    return this.#refusal;
  }

  /** @throws Refusal when one of the events has a fault */
  events(): readonly WireEvent[] {
    if (this.#refusal !== null) throw this.#refusal as Error;
    return this.#events;
  }
}
