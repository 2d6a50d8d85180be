// Requests between operating-system processes: one event in a consumer's control stream is the request, a second one is the
// worker's answer. So every request is on record with its actor, and the worker that holds the lease carries it out, also
// after a restart.
import type { DomainEvent, Environment, NewEvent, Position, RecordedEvent } from '@holdfast/kernel';
import { assertNever, beforeAll, streamId, streamName } from '@holdfast/kernel';
import { StoreClosed, StoreUnavailable, type Batch, type EventStore } from '@holdfast/event-store';
import { LeaseLost, ReadStoreUnavailable, type ReadStore } from '@holdfast/read-store';
import type { ParkedEvents, ParkedSelection } from './parked-events.js';
import { follow } from './follow.js';
import type { Work } from './leases.js';
import { createParkedEvents, parkedId, type ParkingConsumer } from './parked-events.js';
import { openParking, type Parked } from './parking.js';
import { NothingHeld, type Rebuilds } from './rebuilds.js';

/** Names a parked event. Where a consumer's work is shared, the key tells which worker handles it. */
type ParkedReference = { readonly position: Position; readonly key: string };

export type Request =
  | DomainEvent<
      'ParkedEventsRetryRequested',
      { readonly parked: readonly ParkedReference[]; readonly reason?: string }
    >
  | DomainEvent<
      'ParkedEventsDiscardRequested',
      { readonly parked: readonly ParkedReference[]; readonly reason: string }
    >
  | RebuildRequest;

/** `hold`: the new generation waits for a switch. */
export type RebuildRequest =
  | DomainEvent<'ProjectionRebuildRequested', { readonly hold?: boolean }>
  | DomainEvent<'ProjectionSwitchRequested', { readonly reason: string }>
  | DomainEvent<'ProjectionAbandonRequested', { readonly reason: string }>;

/** `positions`: the part of the request's positions that this answer covers; `count`: how many events were dealt with. */
export type RequestAnswered = DomainEvent<
  'RequestAnswered',
  { readonly request: string; readonly positions: readonly Position[]; readonly count: number }
>;

const category = 'control';
const answerMs = 5000;

type Asking = { readonly store: EventStore; readonly environment: Environment };

/** Records an action on a rebuild that this process has carried out itself, as a request with its answer. */
export async function recordRebuild(
  { store, environment }: Asking,
  projection: string,
  request: RebuildRequest,
  actor: string,
): Promise<void> {
  const asked = envelope(environment, request, actor);
  const answered: RequestAnswered = {
    type: 'RequestAnswered',
    data: { request: asked.id, positions: [-1], count: 0 },
  };
  const events = [asked, envelope(environment, answered, 'system', asked.id)];
  const appended = await store.append(streamName(category, projection), events, 'any');
  if (appended.ok) await store.synced(appended.value.position);
}

/**
 * Sends a request and returns how many events were dealt with. After five seconds, or on the abort of `signal` where one is
 * given, it returns the count of the answers that came until then. The request itself stays valid.
 */
export async function askFor(
  { store, environment }: Asking,
  consumer: string,
  request: Request,
  actor: string,
  signal?: AbortSignal,
): Promise<number> {
  const stream = streamName(category, consumer);
  const asked = envelope(environment, request, actor);
  const appended = await store.append(stream, [asked], 'any');
  if (!appended.ok) throw new Error(`${stream} refused a request`);
  const open = new Set('parked' in request.data ? request.data.parked.map(({ position }) => position) : [-1]);
  let dealtWith = 0;
  const over = new AbortController();
  const cancel =
    signal === undefined
      ? environment.scheduler.after(answerMs, () => {
          over.abort();
        })
      : null;
  try {
    const batches = store.subscribeAll({
      after: appended.value.position,
      filter: { streamPrefixes: [stream] },
      signal: signal ?? over.signal,
    });
    for await (const { events } of batches) {
      for (const event of events) {
        const { request: requestId, positions, count } = (event as RecordedEvent<RequestAnswered>).data;
        if (event.stream !== stream || requestId !== asked.id) continue;
        // Two workers may answer for one position, when a worker was replaced halfway. The position counts once.
        if (positions.filter((position) => open.delete(position)).length > 0) dealtWith += count;
      }
      if (open.size === 0) break;
    }
  } finally {
    cancel?.();
  }
  return dealtWith;
}

/** Parked events of consumers that run in other operating-system processes. */
export function askForParkedEvents(asking: Asking, consumers: readonly string[]): ParkedEvents {
  const { store, environment } = asking;

  const chosen = async (selection: ParkedSelection): Promise<ReadonlyMap<string, readonly Parked[]>> => {
    const found = new Map<string, readonly Parked[]>();
    for (const consumer of consumers) {
      if (selection.consumer !== undefined && selection.consumer !== consumer) continue;
      const wanted = selection.ids && new Set(selection.ids);
      if (wanted && ![...wanted].some((id) => id.startsWith(parkedId(consumer, 0).slice(0, -1)))) continue;
      const parked = (await openParking(store, environment, consumer))
        .all()
        .filter(({ position }) => wanted?.has(parkedId(consumer, position)) ?? true);
      if (parked.length > 0) found.set(consumer, parked);
    }
    return found;
  };

  const askAll = async (
    selection: ParkedSelection,
    actor: string,
    request: (parked: readonly ParkedReference[]) => Request,
    signal?: AbortSignal,
  ): Promise<number> => {
    const found = [...(await chosen(selection))];
    if (selection.dryRun) return found.reduce((sum, [, parked]) => sum + parked.length, 0);
    const counts = await Promise.all(
      found.map(([consumer, parked]) => {
        const references = parked.map(({ position, key }) => ({ position, key }));
        return askFor(asking, consumer, request(references), actor, signal);
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  };

  return {
    retry: ({ reason, ...selection }, actor, signal) =>
      askAll(
        selection,
        actor,
        (parked) => ({
          type: 'ParkedEventsRetryRequested',
          data: { parked, ...(reason !== undefined && { reason }) },
        }),
        signal,
      ),
    discard: (selection, actor) =>
      askAll(selection, actor, (parked) => ({
        type: 'ParkedEventsDiscardRequested',
        data: { parked, reason: selection.reason ?? '' },
      })),
  };
}

export type RequestFollowerOptions = {
  readonly store: EventStore;
  /** the read store that is fenced by the lease of the work */
  readonly readStore: ReadStore;
  readonly environment: Environment;
  /** name of the checkpoint, after `requests:` */
  readonly name: string;
  readonly consumers: readonly ParkingConsumer[];
  readonly rebuilds?: Pick<Rebuilds, 'rebuild' | 'switchOver' | 'abandon'>;
  onError(this: void, error: unknown): void;
};

/** A checkpoint that no request moves is stored this often, so that a start reads little of the log. */
const checkpointMs = 10_000;

/**
 * Carries out the requests to these consumers, each at least once; a repetition changes nothing. The first worker begins at
 * the log's beginning, so that a request older than any worker is carried out too.
 */
export function followRequests(options: RequestFollowerOptions): Work {
  const { store, readStore, environment, onError } = options;
  const stopping = new AbortController();
  const checkpoint = `requests:${options.name}`;
  let savedAtMs = -Infinity;

  /** Saves the checkpoint also when no request came, so that the next start does not read the same events again. */
  const saveCheckpoint = async ({ events, position, caughtUp }: Batch): Promise<void> => {
    const now = environment.clock.now();
    const isDue = caughtUp && now - savedAtMs >= checkpointMs;
    if (events.length === 0 && !isDue) return;
    await readStore.apply([], { name: checkpoint, position });
    savedAtMs = now;
  };

  const following = follow({
    store,
    environment,
    filter: { streamPrefixes: [streamName(category, '')] },
    upTo: 'synced',
    signal: stopping.signal,
    start: async () => (await readStore.checkpoint(checkpoint)) ?? beforeAll,
    handle: async (batch) => {
      for (const event of batch.events) {
        try {
          await carryOut(options, event);
        } catch (error) {
          if (isOutage(error)) throw error;
          // A request that can't be carried out must not stop the requests behind it.
          onError(error);
        }
      }
      await saveCheckpoint(batch);
    },
    onError,
  });
  return {
    stop: async () => {
      stopping.abort();
      await following;
    },
  };
}

async function carryOut(
  { store, environment, consumers, rebuilds }: RequestFollowerOptions,
  event: RecordedEvent,
): Promise<void> {
  const consumer = consumers.find(({ parking }) => parking.consumer === streamId(event.stream));
  if (consumer === undefined || event.type === 'RequestAnswered') return;
  const request = event as RecordedEvent<Request>;
  const { actor } = event.metadata;
  const answer = async (positions: readonly Position[], count: number): Promise<void> => {
    const reply: RequestAnswered = {
      type: 'RequestAnswered',
      data: { request: request.id, positions, count },
    };
    await store.append(request.stream, [envelope(environment, reply, 'system', request.id)], 'any');
  };

  if (!('parked' in request.data)) {
    const done =
      rebuilds && (await carryOutRebuild(rebuilds, consumer.parking.consumer, request as RebuildRequest));
    return answer([-1], done === true ? 1 : 0);
  }
  const mine = request.data.parked.filter(({ key }) => consumer.owns?.(key) ?? true);
  if (mine.length === 0) return;
  const positions = mine.map(({ position }) => position);
  const ids = positions.map((position) => parkedId(consumer.parking.consumer, position));
  const parked = createParkedEvents(store, [consumer]);
  const count =
    request.type === 'ParkedEventsRetryRequested'
      ? await parked.retry(
          {
            ids,
            dryRun: false,
            ...(request.data.reason !== undefined && { reason: request.data.reason }),
          },
          actor,
        )
      : await parked.discard({ ids, reason: request.data.reason, dryRun: false }, actor);
  await answer(positions, count);
}

/** Returns false when the rebuild is not in the state that the request needs. */
async function carryOutRebuild(
  { rebuild, switchOver, abandon }: NonNullable<RequestFollowerOptions['rebuilds']>,
  name: string,
  request: RebuildRequest,
): Promise<boolean> {
  try {
    switch (request.type) {
      case 'ProjectionRebuildRequested':
        await rebuild(name, request.data.hold);
        return true;
      case 'ProjectionSwitchRequested':
        await switchOver(name);
        return true;
      case 'ProjectionAbandonRequested':
        await abandon(name);
        return true;
      default:
        return assertNever(request);
    }
  } catch (error) {
    if (error instanceof NothingHeld) return false;
    throw error;
  }
}

const isOutage = (error: unknown): boolean =>
  [StoreUnavailable, StoreClosed, ReadStoreUnavailable, LeaseLost].some((kind) => error instanceof kind);

function envelope<E extends DomainEvent>(
  { ids, clock }: Environment,
  event: E,
  actor: string,
  causationId?: string,
): NewEvent<E> {
  const id = ids.next();
  const at = new Date(clock.now()).toISOString();
  const cause = causationId ?? id;
  return {
    ...event,
    id,
    metadata: { correlationId: cause, causationId: cause, commandId: id, actor, at, schemaVersion: 1 },
  };
}
