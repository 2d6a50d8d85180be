// Takes a batch apart by process, and parks what can't be handled. What is parked is never overtaken by what depends on
// it: later inputs of the same process, or of the same stream when it can't be told which process the event is for.
import type { Awaitable, DomainEvent, Process, ProcessInput, RecordedEvent } from '@holdfast/kernel';
import { StoreClosed, StoreUnavailable, type Batch } from '@holdfast/event-store';
import { andThen, isPending } from './awaitable.js';
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
  /** Hands every event to its process. @throws when the store is away; nothing of the batch is lost then */
  handle(this: void, batch: Pick<Batch, 'events'>): Awaitable<void>;
  /** Hands a parked event to its process, however far that has gone meanwhile. @throws what keeps it from being handled */
  handleAgain(this: void, event: RecordedEvent): Promise<void>;
  /** whether the input was parked, so that no later decision covers it */
  wasParked(this: void, input: ProcessInput<I>): boolean;
};

export function createProcessInputs<I extends DomainEvent>(
  options: ProcessInputsOptions<I>,
): ProcessInputs<I> {
  const { route, parking, isShared, isOurs, enqueue, onError } = options;
  const again = new WeakSet<ProcessInput<I>>();

  const park = (event: RecordedEvent, key: string, error: unknown): Promise<void> => {
    if (error !== null) onError(error);
    return parking.park(event, key, error);
  };

  /** What another program wrote into our streams is for no process: nothing waits behind it. */
  const parkForeign = (events: readonly RecordedEvent[]): Awaitable<void> => {
    const unknown = events.filter(({ position: at }) => !parking.isParked(at) && !parking.isDiscarded(at));
    if (unknown.length > 0) return parking.parkAll(unknown.map(asForeign));
  };

  /** One event by itself: parked when it can't be handled. */
  const accept = (id: string, event: RecordedEvent<I>): Awaitable<void> => {
    if (parking.isParked(event.position)) return;
    const depends = [id, event.stream];
    if (parking.blocker(depends, event.position) !== null) return waitBehind(id, event, depends);
    const give = (error: unknown): Promise<void> => {
      if (isOutage(error)) throw error;
      return park(event, id, error);
    };
    try {
      const done = enqueue(id, inputOf(event));
      return isPending(done) ? done.catch(give) : done;
    } catch (error) {
      return give(error);
    }
  };

  const waitBehind = async (
    id: string,
    event: RecordedEvent<I>,
    depends: readonly string[],
  ): Promise<void> => {
    // Another runner may have retried or discarded what blocks it.
    if (isShared) await parking.refresh();
    const key = parking.blocker(depends, event.position);
    if (key !== null) await park(event, key, null);
    else await accept(id, event);
  };

  /** What came for one process: together, or when that fails one by one, so that only what can't be handled is parked. */
  const acceptAll = (id: string, events: readonly RecordedEvent<I>[]): Awaitable<void> => {
    const oneByOne = (): Awaitable<void> =>
      events.reduce<Awaitable<void>>((before, event) => andThen(before, () => accept(id, event)), undefined);
    const unlessOutage = (error: unknown): Awaitable<void> => {
      if (isOutage(error)) throw error;
      return oneByOne();
    };
    if (events.length === 1 || !parking.isEmpty()) return oneByOne();
    try {
      const done = enqueue(id, ...events.map(inputOf));
      return isPending(done) ? done.catch(unlessOutage) : done;
    } catch (error) {
      return unlessOutage(error);
    }
  };

  /** Blocks at once what depends on an event that can't be routed; one of the runners puts it on record. */
  const giveUp = (event: RecordedEvent, error: unknown): Awaitable<void> => {
    if (parking.isParked(event.position) || parking.isDiscarded(event.position)) return;
    const own = processIdOf(event) ?? event.stream;
    const key = parking.blocker([own, event.stream], event.position) ?? own;
    parking.foresee(event, key);
    if (isOurs(key)) return park(event, key, error);
  };

  return {
    handle(batch) {
      const waiting: Promise<void>[] = [];
      const await_ = (done: Awaitable<void>): void => {
        if (isPending(done)) waiting.push(done);
      };
      const byProcess = new Map<string, RecordedEvent<I>[]>();
      const foreign = batch.events.filter((event) => isForeign(event) && isOurs(event.id));
      await_(parkForeign(foreign));
      for (const stored of batch.events) {
        if (isForeign(stored)) continue;
        const event = stored as RecordedEvent<I>;
        try {
          const to = route(event);
          if (to.kind === 'ignore' || !isOurs(to.id)) continue;
          const together = byProcess.get(to.id);
          if (together === undefined) byProcess.set(to.id, [event]);
          else together.push(event);
        } catch (error) {
          await_(giveUp(event, error));
        }
      }
      for (const [id, events] of byProcess) await_(acceptAll(id, events));
      if (waiting.length > 0) return Promise.all(waiting).then(() => undefined);
    },
    async handleAgain(stored) {
      mustBeOwn(stored);
      const event = stored as RecordedEvent<I>;
      const to = route(event);
      if (to.kind === 'ignore') return;
      const input = inputOf(event);
      again.add(input);
      parking.unblock(event.position);
      await enqueue(to.id, input);
    },
    wasParked: (input) => again.has(input),
  };
}

/**
 * The process that an event is for, as far as that can be read without its type: the order that it names, or the process
 * that sent the command behind it. Null when it names none.
 */
function processIdOf(event: RecordedEvent): string | null {
  try {
    const { orderId } = event.data as { readonly orderId?: unknown };
    if (typeof orderId === 'string') return orderId;
  } catch {
    // Data that can't be read names nothing.
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

/** The store's trouble or another runner's doing, not the event's: everything waits and is tried again. */
export const isOutage = (error: unknown): boolean =>
  error instanceof StoreUnavailable || error instanceof StoreClosed || error instanceof TooManyConflicts;
