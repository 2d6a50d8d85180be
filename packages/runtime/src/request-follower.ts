// Carrying out requests: the worker that holds the lease reads the requests to its consumers from the log, and answers each.
import { StoreClosed, StoreUnavailable, type Batch, type EventStore } from '@holdfast/event-store';
import {
  assertNever,
  beforeAll,
  streamId,
  streamName,
  type Environment,
  type Position,
  type RecordedEvent,
} from '@holdfast/kernel';
import { LeaseLost, ReadStoreUnavailable, type ReadStore } from '@holdfast/read-store';
import { follow } from './follow.js';
import type { Work } from './leases.js';
import { createParkedEvents, parkedId, type ParkingConsumer } from './parked-events.js';
import { NothingHeld, type Rebuilds } from './rebuilds.js';
import {
  controlCategory,
  envelope,
  type RebuildRequest,
  type Request,
  type RequestAnswered,
} from './request-events.js';

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
    filter: { streamPrefixes: [streamName(controlCategory, '')] },
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
