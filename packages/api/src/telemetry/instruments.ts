// What lets the program be watched from outside: wraps around the parts that it is put together from, so that none of
// them knows. Without a watcher there is no wrap, and nothing to pay.
import type { EventStore } from '@holdfast/event-store';
import type { DomainCommand, DomainEvent, Process, RecordedEvent } from '@holdfast/kernel';
import type { CommandHandler } from '@holdfast/runtime';

export type Instruments = {
  store(this: void, store: EventStore): EventStore;
  commands(this: void, commands: CommandHandler): CommandHandler;
  process<I extends DomainEvent, E extends DomainEvent, S, C extends DomainCommand>(
    this: void,
    process: Process<I, E, S, C>,
  ): Process<I, E, S, C>;
  /** told of a batch before it is projected; what it answers is called once the batch is stored */
  onBatch?(this: void, events: readonly RecordedEvent[]): () => void;
};

export const noInstruments: Instruments = {
  store: (store) => store,
  commands: (commands) => commands,
  process: (process) => process,
};

/** `inner` is next to the parts; what `outer` sees includes it. */
export const composed = (inner: Instruments, outer: Instruments): Instruments => {
  const onBatch = outer.onBatch ?? inner.onBatch;
  return {
    store: (store) => outer.store(inner.store(store)),
    commands: (commands) => outer.commands(inner.commands(commands)),
    process: (process) => outer.process(inner.process(process)),
    ...(onBatch !== undefined && { onBatch }),
  };
};

/** The same store, with some of its calls in other hands. An adapter may be a class: its methods need their object. */
export const delegating = (store: EventStore, calls: Partial<EventStore>): EventStore => ({
  append: (stream, events, expected) => store.append(stream, events, expected),
  synced: (position) => store.synced(position),
  readStream: (stream, options) => store.readStream(stream, options),
  readAll: (options) => store.readAll(options),
  subscribeAll: (options) => store.subscribeAll(options),
  end: () => store.end(),
  close: () => store.close(),
  ...calls,
});
