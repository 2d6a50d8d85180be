// Decisions of processes from before the runner's start, read in one pass over their streams. A runner that begins at the
// start of a log would otherwise load each process again for each of its old inputs.
import {
  beforeAll,
  streamId,
  type DomainCommand,
  type DomainEvent,
  type Environment,
  type Position,
  type Process,
  type RecordedEvent,
} from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { isForeign } from './own-events.js';

/** A process, folded from its decisions. */
export type FoldedProcess<S> = {
  readonly state: S;
  readonly revision: number;
  /** log position of the input that it began with */
  readonly since: Position;
  readonly lastInput: Position;
  readonly lastEventId: string;
};

export type PastDecisions<S> = {
  /** Processes with pending work, by id. Null when a decision can't be folded: loading the process then tells why. */
  readonly live: ReadonlyMap<string, FoldedProcess<S> | null>;
  /** Whether a decision covers the input of a process at this position. */
  covers(this: void, id: string, position: Position): boolean;
};

export const noPast: PastDecisions<never> = { live: new Map(), covers: () => false };

const pageOfEvents = 1000;

export async function readPastDecisions<S, E extends DomainEvent>(
  {
    store,
    environment,
  }: { readonly store: EventStore; readonly environment: Pick<Environment, 'scheduler'> },
  manager: Pick<Process<never, E, S, DomainCommand>, 'name' | 'initialState' | 'evolve' | 'pending'>,
  isOurs: (id: string) => boolean,
): Promise<PastDecisions<S>> {
  const covered = new Map<string, Position>();
  const live = new Map<string, FoldedProcess<S> | null>();
  const take = (stored: RecordedEvent): void => {
    const id = streamId(stored.stream);
    const { inputPosition = beforeAll } = stored.metadata;
    const lastInput = Math.max(covered.get(id) ?? beforeAll, inputPosition);
    covered.set(id, lastInput);
    const before = live.get(id);
    // A process that had ended goes on. Its state is no longer in memory, so it has to be loaded.
    if (before === null || (before === undefined && stored.revision > 0)) live.set(id, null);
    else live.set(id, folded(manager, before, stored, lastInput));
  };
  for (let after = beforeAll; ;) {
    const filter = { streamPrefixes: [`${manager.name}-`] };
    const page = await store.readAll({ after, limit: pageOfEvents, filter });
    const ours = page.filter((event) => isOurs(streamId(event.stream)) && !isForeign(event));
    for (const event of ours) take(event);
    for (const id of new Set(ours.map(({ stream }) => streamId(stream)))) {
      const now = live.get(id);
      if (now !== null && now !== undefined && manager.pending(now.state).length === 0) live.delete(id);
    }
    const last = page.at(-1);
    if (page.length < pageOfEvents || last === undefined) break;
    after = last.position;
    await new Promise<void>((resolve) => {
      environment.scheduler.soon(resolve);
    });
  }
  return { live, covers: (id, position) => position <= (covered.get(id) ?? beforeAll) };
}

function folded<S, E extends DomainEvent>(
  manager: Pick<Process<never, E, S, DomainCommand>, 'initialState' | 'evolve'>,
  before: FoldedProcess<S> | undefined,
  stored: RecordedEvent,
  lastInput: Position,
): FoldedProcess<S> | null {
  try {
    const event = stored as RecordedEvent<E>;
    const { revision, id: lastEventId } = event;
    const state = manager.evolve(before === undefined ? manager.initialState : before.state, event);
    const since = before?.since ?? event.metadata.inputPosition ?? event.position;
    return { state, revision, since, lastInput, lastEventId };
  } catch {
    // The event can't be read. Loading the process will throw the same error, and set the process aside.
    return null;
  }
}
