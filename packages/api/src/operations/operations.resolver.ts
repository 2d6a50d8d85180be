// What operators see and do: checkouts, deadlines, the log, parked events, read models.
import { StoreCorrupted } from '@holdfast/event-store';
import {
  streamId,
  type Document,
  type EventParked,
  type Position,
  type RecordedEvent,
} from '@holdfast/kernel';
import type { Parked, SagaMonitor, StreamSummary, Timer } from '@holdfast/projections';
import { parkedId, type ProjectionStatus } from '@holdfast/runtime';
import { Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  Args,
  Context,
  Mutation,
  Parent,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import { largestPage, type Paging } from '../graphql/connections.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { badInput, graphQLError, notFound, validationError } from '../graphql/errors.js';
import type { Folded } from '../queries/documents.js';
import { follow } from '../live/dispatcher.js';
import type { Change } from '../live/live-model.js';
import { abortable, liveDocuments, startBehind } from '../live/live.js';
import { UpdateQueue } from '../live/update-queue.js';
import { foldedSaga } from '../orders/order-documents.js';
import { FindDocuments, GetDocument, Reconcile } from '../queries/queries.js';
import { collections, parkedOf, sagasIn, streamsBy, timersByDueTime } from '../queries/read-models.js';
import type { RequestContext, SignedIn } from '../graphql/request-context.js';
import { positionText } from '../graphql/scalars.js';
import {
  logPage,
  streamEvent,
  streamPage,
  syncedEvents,
  type EventFilter,
  type StreamEvent,
  type StreamPaging,
} from './log/log.js';

type SagaFilter = {
  readonly status?: string | null;
  readonly waitingFor?: string | null;
  readonly olderThanSeconds?: number | null;
};

type Selection = {
  readonly ids?: readonly string[] | null;
  readonly consumer?: string | null;
  readonly reason?: string | null;
  readonly dryRun: boolean;
};

const all = '$all';

@Resolver()
export class OperationsResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {}

  @Query('saga')
  saga(@Args('orderId') orderId: string) {
    return this.queryBus.execute(new GetDocument<SagaMonitor>(collections.sagas, orderId));
  }

  @Query('sagas')
  sagas(
    @Args() { status, waitingFor, olderThanSeconds, ...paging }: Paging & SagaFilter,
    @Context() { operation }: RequestContext,
  ) {
    const before = given(olderThanSeconds)
      ? new Date(this.dependencies.environment.clock.now() - olderThanSeconds * 1000).toISOString()
      : null;
    const wanted = (saga: SagaMonitor): boolean =>
      (!given(waitingFor) || saga.waitingFor === waitingFor) &&
      (before === null || (saga.waitingSince ?? saga.startedAt) <= before);
    const find = sagasIn(status ?? null, waitingFor ?? null);
    const isExact = before === null && !(given(status) && given(waitingFor));
    return this.queryBus.execute(
      new FindDocuments(collections.sagas, find, paging, isExact ? undefined : wanted, operation.pause),
    );
  }

  @Query('timers')
  timers(
    @Args() { dueBefore, ...paging }: Paging & { readonly dueBefore?: string | null },
    @Context() { operation }: RequestContext,
  ) {
    const find = timersByDueTime(given(dueBefore));
    const wanted = given(dueBefore) ? ({ dueAt }: Timer) => dueAt < dueBefore : undefined;
    return this.queryBus.execute(
      new FindDocuments(collections.timers, find, paging, wanted, operation.pause),
    );
  }

  @Query('streams')
  streams(
    @Args()
    { prefix, sort, ...paging }: Paging & { readonly prefix?: string | null; readonly sort?: string | null },
    @Context() { operation }: RequestContext,
  ) {
    const find = streamsBy(sort ?? 'name');
    if (find === null) throw badInput('sort: name or latest');
    const wanted = given(prefix) ? ({ id }: StreamSummary) => id.startsWith(prefix) : undefined;
    return this.queryBus.execute(
      new FindDocuments(collections.streams, find, paging, wanted, operation.pause),
    );
  }

  @Query('stream')
  stream(@Args() { name, ...paging }: StreamPaging & { readonly name: string }) {
    return streamPage(this.dependencies.store, name, paging);
  }

  @Query('events')
  events(
    @Args() { first, after, ...filter }: EventFilter & { readonly first: number; readonly after?: number },
    @Context() { operation }: RequestContext,
  ) {
    return logPage(this.dependencies.store, first, after, filter, operation.pause);
  }

  @Query('parkedEvents')
  parkedEvents(@Args() { consumer, ...paging }: Paging & { readonly consumer?: string | null }) {
    return this.queryBus.execute(
      new FindDocuments<Parked>(collections.parked, parkedOf(consumer ?? null), paging),
    );
  }

  @Query('projections')
  projections() {
    return this.dependencies.projections.status();
  }

  @Query('reconciliation')
  reconciliation(@Context() { operation }: RequestContext) {
    return this.queryBus.execute(new Reconcile(operation.pause));
  }

  @Mutation('retryParkedEvents')
  async retryParkedEvents(@Args('selection') selection: Selection, @Context() { viewer }: SignedIn) {
    const refusal = refused(selection);
    if (refusal !== null) return refusal;
    const count = await this.dependencies.parked.retry(chosen(selection), `staff:${viewer.id}`);
    return given(selection.ids) && count === 0 && (await this.#gone(selection))
      ? notFound('parked event')
      : { __typename: 'ParkedSuccess', count };
  }

  @Mutation('discardParkedEvents')
  async discardParkedEvents(@Args('selection') selection: Selection, @Context() { viewer }: SignedIn) {
    const refusal = refused(selection);
    if (refusal !== null) return refusal;
    if (!given(selection.reason) || selection.reason.trim() === '')
      return validationError('reason: needed to discard', ['reason']);
    const count = await this.dependencies.parked.discard(chosen(selection), `staff:${viewer.id}`);
    return given(selection.ids) && count === 0
      ? notFound('parked event')
      : { __typename: 'ParkedSuccess', count };
  }

  @Mutation('rebuildProjection')
  rebuildProjection(@Args('name') name: string, @Context() { viewer }: SignedIn) {
    return this.dependencies.projections.rebuild(name, `staff:${viewer.id}`);
  }

  @Subscription('eventAppended')
  eventAppended(@Args('stream') stream: string, @Args('after') after: Position | undefined) {
    const { store, feed } = this.dependencies;
    return abortable(async function* (signal) {
      const start = await startBehind(store, given(after) ? positionText(after) : null);
      const streams = stream === all ? ('all' as const) : [stream];
      for await (const batch of feed({ streams, after: start, signal }))
        for (const event of batch) yield { eventAppended: streamEvent(event) };
    });
  }

  @Subscription('sagaUpdated')
  sagaUpdated(@Args('status') status: string | undefined, @Args('after') after: string | undefined) {
    const { dependencies, queryBus } = this;
    const wanted = (saga: SagaMonitor): boolean => !given(status) || saga.status === status;
    const present = async function* (): AsyncGenerator<string> {
      const find = sagasIn(status ?? null);
      const page = await queryBus.execute(
        new FindDocuments<SagaMonitor>(collections.sagas, find, { first: largestPage }),
      );
      for (const { id } of [...page.nodes].reverse()) yield id;
    };
    return abortable(async function* (signal) {
      const following = { folded: foldedSaga, ids: { all: present }, after, signal };
      for await (const { cursor, document } of liveDocuments<SagaMonitor>(dependencies, following))
        if (wanted(document)) yield { sagaUpdated: { cursor, saga: document } };
    });
  }

  @Subscription('eventParked')
  eventParked() {
    const { dependencies } = this;
    return abortable(async function* (signal) {
      const { session, leave } = await follow(dependencies);
      const queue = new UpdateQueue<Change<Document>>();
      const stop = session.model(parkedNotices).listen('all', queue);
      try {
        for await (const { event } of queue.read(signal))
          yield { eventParked: parkedDocument(event as RecordedEvent<EventParked>) };
      } finally {
        stop();
        leave();
      }
    });
  }

  /** Whether none of the chosen ids is parked, so that there was nothing to retry. */
  async #gone({ ids }: Selection): Promise<boolean> {
    const found = await this.dependencies.projections.getMany(collections.parked, [...(ids ?? [])]);
    return found.every((document) => document === null);
  }
}

@Resolver('ParkedEvent')
export class ParkedEventResolver {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @ResolveField('event')
  async event(@Parent() parked: Parked) {
    const { stream, revision } = parked;
    try {
      const [event] = await syncedEvents(this.dependencies.store, stream, { from: revision, limit: 1 });
      if (event !== undefined) return streamEvent(event);
    } catch (error) {
      // A record may be damaged: then it is parked because it can't be read, and all else is to be shown.
      if (!isDamage(error)) throw error;
      return damagedEvent(parked);
    }
    throw graphQLError('NOT_FOUND', 'the parked event is not in the log');
  }
}

@Resolver('StreamSummary')
export class StreamSummaryResolver {
  /** of a summary in an answer, however many of its fields ask */
  readonly #last = new WeakMap<StreamSummary, Promise<RecordedEvent>>();

  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @ResolveField('name')
  name(@Parent() { id }: StreamSummary) {
    return id;
  }

  @ResolveField('lastRevision')
  async lastRevision(@Parent() summary: StreamSummary) {
    return String((await this.#lastOf(summary)).revision);
  }

  @ResolveField('lastEventType')
  async lastEventType(@Parent() summary: StreamSummary) {
    return (await this.#lastOf(summary)).type;
  }

  @ResolveField('lastEventAt')
  async lastEventAt(@Parent() summary: StreamSummary) {
    return (await this.#lastOf(summary)).metadata.at;
  }

  #lastOf(summary: StreamSummary): Promise<RecordedEvent> {
    const known = this.#last.get(summary);
    if (known !== undefined) return known;
    const last = this.#read(summary.id);
    this.#last.set(summary, last);
    return last;
  }

  async #read(stream: string): Promise<RecordedEvent> {
    const [last] = await syncedEvents(this.dependencies.store, stream, { direction: 'backwards', limit: 1 });
    if (last === undefined) throw graphQLError('NOT_FOUND', 'the stream is not in the log');
    return last;
  }
}

@Resolver('ProjectionStatus')
export class ProjectionStatusResolver {
  /** Null before the first event. */
  @ResolveField('position')
  position(@Parent() { position }: ProjectionStatus) {
    return position < 0 ? null : position;
  }

  /** A lag over 24.8 days is shown as 24.8 days. */
  @ResolveField('lagMs')
  lagMs(@Parent() { lagMs }: ProjectionStatus) {
    return Math.min(lagMs, greatestInt);
  }
}

/** of GraphQL */
const greatestInt = 2 ** 31 - 1;

const isDamage = (error: unknown): boolean => error instanceof StoreCorrupted || error instanceof SyntaxError;

/** What is known of an event that can't be read any more. */
const damagedEvent = (parked: Parked): StreamEvent => ({
  id: parked.eventId,
  stream: parked.stream,
  revision: String(parked.revision),
  position: parked.position,
  type: parked.eventType,
  schemaVersion: 0,
  data: {},
  metadata: {} as RecordedEvent['metadata'],
  createdAt: parked.parkedAt,
  correlationId: '',
  causationId: '',
});

const given = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

/** Everything at once is never meant. */
function refused({ ids, consumer, reason }: Selection) {
  if (!given(ids) && !given(consumer))
    return validationError('ids or consumer is needed', ['ids', 'consumer']);
  if (given(ids) && ids.length > largestPage * 10) return validationError('ids: at most 1000', ['ids']);
  return given(reason) && reason.length > 500
    ? validationError('reason: at most 500 characters', ['reason'])
    : null;
}

const chosen = ({ ids, consumer, reason, dryRun }: Selection) => ({
  dryRun,
  ...(given(ids) && { ids }),
  ...(given(consumer) && { consumer }),
  ...(given(reason) && { reason }),
});

/** The events alone: nothing is made of them but what `parkedDocument` does. */
const parkedNotices: Folded<Document> = {
  projection: {
    name: 'parked-notices',
    version: 1,
    prefixes: ['parked-'],
    indexes: {},
    key: ({ type, stream }) => (type === 'EventParked' ? stream : null),
    project: () => [],
  },
  begins: () => true,
  streams: (stream) => [stream],
};

/** As in the read model, from the event that says so. */
const parkedDocument = ({ stream, data, metadata }: RecordedEvent<EventParked>) => {
  const consumer = streamId(stream);
  return { ...data, id: parkedId(consumer, data.position), consumer, parkedAt: metadata.at };
};
