// Takes a batch apart by process, and parks events that can't be handled. Later events that depend on a parked one wait
// behind it: those of the same process, or of the same stream when the parked event's process can't be told.
import type { Awaitable, DomainEvent, Process, ProcessInput, RecordedEvent } from '@holdfast/kernel';
import { StoreClosed, StoreUnavailable, type Batch } from '@holdfast/event-store';
import { andThen, isPending, recover } from './awaitable.js';
import { TooManyConflicts } from './command-handler.js';
import { asForeign, isForeign, mustBeOwn } from './own-events.js';
import type { Parking } from './parking.js';

export type ProcessInputsOptions<I extends DomainEvent> = {
  readonly route: Process<I, DomainEvent, never, never>['route'];
  readonly parking: Parking;
  /** whether other runners park under the same consumer */
  readonly isShared: boolean;
  isOurs(this: void, key: string): boolean;
  enqueue(this: void, id: string, ...inputs: readonly ProcessInput<I>[]): Awaitable<void>;
  onError(this: void, error: unknown): void;
};

export type ProcessInputs<I extends DomainEvent> = {
  /** Passes every event to its process. @throws when the store is away; then no event of the batch is lost */
  handle(this: void, batch: Pick<Batch, 'events'>): Awaitable<void>;
  /** Passes a parked event to its process, whatever its state is by now. @throws the error of handling it */
  handleAgain(this: void, event: RecordedEvent): Promise<void>;
  /** whether the input was parked, so that no later decision covers it */
  wasParked(this: void, input: ProcessInput<I>): boolean;
};

export function createProcessInputs<I extends DomainEvent>(
  options: ProcessInputsOptions<I>,
): ProcessInputs<I> {
  const { route, parking, isOurs, enqueue } = options;
  const handledAgain = new WeakSet<ProcessInput<I>>();
  const accept = acceptance(options);

  /** Events that another program wrote into our streams are for no process: nothing waits behind them. */
  const parkForeign = (events: readonly RecordedEvent[]): Awaitable<void> => {
    const unknown = events.filter(({ position: at }) => !parking.isParked(at) && !parking.isDiscarded(at));
    if (unknown.length > 0) return parking.parkAll(unknown.map(asForeign));
  };

  return {
    handle(batch) {
      const waiting: Promise<void>[] = [];
      const awaitLater = (done: Awaitable<void>): void => {
        if (isPending(done)) waiting.push(done);
      };
      const byProcess = new Map<string, RecordedEvent<I>[]>();
      if (batch.events.some(isForeign))
        awaitLater(parkForeign(batch.events.filter((event) => isForeign(event) && isOurs(event.id))));
      for (const stored of parking.withoutDiscarded(batch.events)) {
        if (isForeign(stored)) continue;
        const event = stored as RecordedEvent<I>;
        try {
          const to = route(event);
          if (to.kind === 'ignore' || !isOurs(to.id)) continue;
          const together = byProcess.get(to.id);
          if (together === undefined) byProcess.set(to.id, [event]);
          else together.push(event);
        } catch (error) {
          awaitLater(parkUnroutable(options, event, error));
        }
      }
      for (const [id, events] of byProcess) awaitLater(accept(id, events));
      if (waiting.length > 0) return Promise.all(waiting).then(() => undefined);
    },
    async handleAgain(stored) {
      mustBeOwn(stored);
      const event = stored as RecordedEvent<I>;
      const to = route(event);
      if (to.kind === 'ignore') return;
      const input = inputOf(event);
      handledAgain.add(input);
      parking.unblock(event.position);
      await enqueue(to.id, input);
    },
    wasParked: (input) => handledAgain.has(input),
  };
}

/**
 * Passes a process its events of a batch together. When that fails it passes them one by one, so that only an event that
 * can't be handled is parked.
 */
function acceptance<I extends DomainEvent>(
  options: ProcessInputsOptions<I>,
): (id: string, events: readonly RecordedEvent<I>[]) => Awaitable<void> {
  const { parking, isShared, enqueue } = options;

  const enqueueOne = (id: string, event: RecordedEvent<I>): Awaitable<void> => enqueue(id, inputOf(event));
  const enqueueAll = (id: string, events: readonly RecordedEvent<I>[]): Awaitable<void> =>
    enqueue(id, ...events.map(inputOf));

  /** Passes one event by itself, and parks it when it can't be handled. */
  const acceptOne = (id: string, event: RecordedEvent<I>): Awaitable<void> => {
    if (parking.isParked(event.position)) return;
    const keys = [id, event.stream];
    if (parking.blocker(keys, event.position) !== null) return waitBehind(id, event, keys);
    return recover(enqueueOne, parkUnlessOutage, id, event);
  };

  const parkUnlessOutage = (error: unknown, id: string, event: RecordedEvent<I>): Promise<void> => {
    if (isOutage(error)) throw error;
    return park(options, event, id, error);
  };

  const waitBehind = async (id: string, event: RecordedEvent<I>, keys: readonly string[]): Promise<void> => {
    // Another runner may have retried or discarded the event that blocks this one.
    if (isShared) await parking.refresh();
    const key = parking.blocker(keys, event.position);
    if (key !== null) await park(options, event, key, null);
    else await acceptOne(id, event);
  };

  const oneByOne = (id: string, events: readonly RecordedEvent<I>[]): Awaitable<void> =>
    events.reduce<Awaitable<void>>((before, event) => andThen(before, () => acceptOne(id, event)), undefined);

  const oneByOneUnlessOutage = (
    error: unknown,
    id: string,
    events: readonly RecordedEvent<I>[],
  ): Awaitable<void> => {
    if (isOutage(error)) throw error;
    return oneByOne(id, events);
  };

  return (id, events) => {
    if (!parking.isEmpty()) return oneByOne(id, events);
    const [first] = events;
    return events.length === 1 && first !== undefined
      ? recover(enqueueOne, parkUnlessOutage, id, first)
      : recover(enqueueAll, oneByOneUnlessOutage, id, events);
  };
}

/** Blocks at once the events that depend on an event that can't be routed. One of the runners puts it on record. */
function parkUnroutable<I extends DomainEvent>(
  options: ProcessInputsOptions<I>,
  event: RecordedEvent,
  error: unknown,
): Awaitable<void> {
  const { parking, isOurs } = options;
  if (parking.isParked(event.position) || parking.isDiscarded(event.position)) return;
  const own = processIdOf(event) ?? event.stream;
  const key = parking.blocker([own, event.stream], event.position) ?? own;
  parking.foresee(event, key);
  if (isOurs(key)) return park(options, event, key, error);
}

/** `error` null: the event waits behind another. */
function park<I extends DomainEvent>(
  { parking, onError }: ProcessInputsOptions<I>,
  event: RecordedEvent,
  key: string,
  error: unknown,
): Promise<void> {
  if (error !== null) onError(error);
  return parking.park(event, key, error);
}

/**
 * Returns the id of the process that an event of unknown type is for: the order that the event names, or the process that
 * sent the command behind it. Null when it names neither.
 */
function processIdOf(event: RecordedEvent): string | null {
  try {
    const { orderId } = event.data as { readonly orderId?: unknown };
    if (typeof orderId === 'string') return orderId;
  } catch {
    // Data that can't be read names no process.
  }
  const { actor, correlationId } = event.metadata as Partial<RecordedEvent['metadata']>;
  return actor?.startsWith('process:') === true && correlationId !== undefined ? correlationId : null;
}

const inputOf = <I extends DomainEvent>(event: RecordedEvent<I>): ProcessInput<I> => ({
  kind: 'event',
  event,
  at: event.metadata.at,
  position: event.position,
});

/** Whether the cause is the store or another runner rather than the event: everything waits and is tried again. */
export const isOutage = (error: unknown): boolean =>
  error instanceof StoreUnavailable || error instanceof StoreClosed || error instanceof TooManyConflicts;
