// Instruments observe the program from outside: they wrap parts, which know nothing of them. Without metrics or traces a
// part is not wrapped, which costs nothing.
import type { EventStore } from '@holdfast/event-store';
import type { DomainCommand, DomainEvent, Process, RecordedEvent } from '@holdfast/kernel';
import type { CommandHandler } from '@holdfast/runtime';

export type Instruments = {
  store(this: void, store: EventStore): EventStore;
  commands(this: void, commands: CommandHandler): CommandHandler;
  process<I extends DomainEvent, E extends DomainEvent, S, C extends DomainCommand>(
    this: void,
    manager: Process<I, E, S, C>,
  ): Process<I, E, S, C>;
  /** Called with a batch before it is projected. The returned function is called once the batch is stored. */
  onBatch?(this: void, events: readonly RecordedEvent[]): () => void;
};

export const noInstruments: Instruments = {
  store: (store) => store,
  commands: (commands) => commands,
  process: (manager) => manager,
};

/** `inner` wraps the parts, and `outer` wraps the result. */
export const composed = (inner: Instruments, outer: Instruments): Instruments => {
  const onBatch = outer.onBatch ?? inner.onBatch;
  return {
    store: (store) => outer.store(inner.store(store)),
    commands: (commands) => outer.commands(inner.commands(commands)),
    process: (manager) => outer.process(inner.process(manager)),
    ...(onBatch !== undefined && { onBatch }),
  };
};
