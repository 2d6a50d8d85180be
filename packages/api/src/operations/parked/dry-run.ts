// A dry run of a parked event: it is handled once more by today's code, in memory, and nothing is written.
import {
  fold,
  streamId,
  streamName,
  type Document,
  type Projection,
  type RecordedEvent,
} from '@holdfast/kernel';
import { projections, type Parked } from '@holdfast/projections';
import { isForeign } from '@holdfast/runtime';
import type { ApiDependencies } from '../../dependencies.js';
import { syncedEvents } from '../log/log.js';
import type { AnyProcess } from '../what-if/fork.js';

/** `effects` are documents that would be written, or decisions that would be taken. */
export type DryRun = {
  readonly ok: boolean;
  readonly error: string | null;
  readonly effects: readonly object[];
};

type Source = Pick<ApiDependencies, 'store' | 'projections' | 'managers'>;

const longestState = 5_000;

/** Returns null when this process does not know the consumer, and so can't try the event. */
export async function dryRun(source: Source, parked: Parked): Promise<DryRun | null> {
  const { consumer } = parked;
  const manager = (source.managers ?? []).find(({ name }) => consumer === `process-${name}`);
  const projection = projections.find(({ name }) => name === consumer);
  if (manager === undefined && projection === undefined) return null;
  try {
    const event = await eventOf(source, parked);
    if (event !== null && isForeign(event)) throw new Error('the event was written by another program');
    const effects =
      manager === undefined
        ? await projected(source, projection as Projection, event)
        : await decided(source, manager, parked, event);
    return { ok: true, error: null, effects };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error), effects: [] };
  }
}

async function eventOf({ store }: Source, { stream, revision }: Parked): Promise<RecordedEvent | null> {
  const [event] = await syncedEvents(store, stream, { from: revision, limit: 1 });
  return event ?? null;
}

async function projected(source: Source, projection: Projection, event: RecordedEvent | null) {
  if (event === null) throw new Error('the event is not in the log');
  const key = projection.key(event);
  if (key === null) return [];
  const before = await source.projections.get<Document>(projection.name, key);
  return projection.project(event, before).map((change) => ({ ...change }));
}

async function decided({ store }: Source, manager: AnyProcess, parked: Parked, event: RecordedEvent | null) {
  // Below 0: the process as a whole is parked, and trying it means to read its stream.
  const isAside = parked.position < 0;
  const route = isAside || event === null ? null : manager.route(event);
  const id = route === null ? streamId(parked.stream) : route.kind === 'ignore' ? null : route.id;
  if (id === null) return [];
  const stream = streamName(manager.name, id);
  const decisions = await syncedEvents(store, stream, { limit: longestState });
  const state = fold(manager, manager.initialState, decisions);
  if (isAside || event === null) return manager.pending(state).map((work) => ({ ...work }));
  const input = { kind: 'event', event, at: event.metadata.at, position: event.position } as const;
  return manager.decide(input, state).map(({ type, data }) => ({ type, data, stream }));
}
