// Asking another operating-system process for work on its parked events or read models: a request is an event in the log,
// and so is its answer.
import { streamName, type Environment, type RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { parkedId, type ParkedEvents, type ParkedSelection } from './parked-events.js';
import { openParking, type Parked } from './parking.js';
import {
  envelope,
  controlCategory,
  type RebuildRequest,
  type Request,
  type RequestAnswered,
  type ParkedReference,
} from './request-events.js';

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
  const appended = await store.append(streamName(controlCategory, projection), events, 'any');
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
  const stream = streamName(controlCategory, consumer);
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
