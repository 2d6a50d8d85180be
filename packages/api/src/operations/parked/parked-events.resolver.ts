// Parked events for operators: lists, retrying and discarding.
import { StoreCorrupted } from '@holdfast/event-store';
import { streamId, type Document, type EventParked, type RecordedEvent } from '@holdfast/kernel';
import type { Parked } from '@holdfast/projections';
import { parkedId } from '@holdfast/runtime';
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
import { staffActor } from '../../commands/command-context.js';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import { largestPage } from '../../graphql/connections.js';
import { graphQLError, notFound, validationError } from '../../graphql/errors.js';
import { given } from '../../graphql/inputs.js';
import type { SignedIn } from '../../graphql/request-context.js';
import type {
  MutationDiscardParkedEventsArgs,
  MutationRetryParkedEventsArgs,
  ParkedSelection,
  QueryParkedEventsArgs,
} from '../../graphql/schema.types.js';
import { follow } from '../../live/dispatcher.js';
import type { Change } from '../../live/live-model.js';
import { abortable } from '../../live/live.js';
import { UpdateQueue } from '../../live/update-queue.js';
import type { Folded } from '../../queries/documents.js';
import { FindDocuments } from '../../queries/queries.js';
import { collections, parkedOf } from '../../queries/read-models.js';
import { streamEvent, syncedEvents, type StreamEvent } from '../log/log.js';

@Resolver()
export class ParkedEventsResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {}

  @Query('parkedEvents')
  parkedEvents(@Args() { consumer, ...paging }: QueryParkedEventsArgs) {
    return this.queryBus.execute(
      new FindDocuments<Parked>(collections.parked, parkedOf(consumer ?? null), paging),
    );
  }

  @Mutation('retryParkedEvents')
  async retryParkedEvents(
    @Args() { selection }: MutationRetryParkedEventsArgs,
    @Context() { viewer }: SignedIn,
  ) {
    const refusal = refused(selection);
    if (refusal !== null) return refusal;
    const count = await this.dependencies.parked.retry(chosen(selection), staffActor(viewer));
    return given(selection.ids) && count === 0 && (await this.#gone(selection))
      ? notFound('parked event')
      : { __typename: 'ParkedSuccess', count };
  }

  @Mutation('discardParkedEvents')
  async discardParkedEvents(
    @Args() { selection }: MutationDiscardParkedEventsArgs,
    @Context() { viewer }: SignedIn,
  ) {
    const refusal = refused(selection);
    if (refusal !== null) return refusal;
    if (!given(selection.reason) || selection.reason.trim() === '')
      return validationError('reason: is needed to discard events', ['reason']);
    const count = await this.dependencies.parked.discard(chosen(selection), staffActor(viewer));
    return given(selection.ids) && count === 0
      ? notFound('parked event')
      : { __typename: 'ParkedSuccess', count };
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

  /** Returns whether none of the chosen ids is parked, so that there is nothing to retry. */
  async #gone({ ids }: ParkedSelection): Promise<boolean> {
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
      // A damaged record can't be read, which is why it is parked; the other fields are shown all the same.
      if (!isDamage(error)) throw error;
      return damagedEvent(parked);
    }
    throw graphQLError('NOT_FOUND', 'the parked event is not in the log');
  }
}

const isDamage = (error: unknown): boolean => error instanceof StoreCorrupted || error instanceof SyntaxError;

/** The known fields of an event that can't be read any more. */
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

/** Refuses a selection of everything, which can only be a mistake. */
function refused({ ids, consumer, reason }: ParkedSelection) {
  if (!given(ids) && !given(consumer))
    return validationError('selection: needs ids, or a consumer', ['ids', 'consumer']);
  if (given(ids) && ids.length > largestPage * 10) return validationError('ids: at most 1000', ['ids']);
  return given(reason) && reason.length > 500
    ? validationError('reason: at most 500 characters', ['reason'])
    : null;
}

const chosen = ({ ids, consumer, reason, dryRun }: ParkedSelection) => ({
  dryRun,
  ...(given(ids) && { ids }),
  ...(given(consumer) && { consumer }),
  ...(given(reason) && { reason }),
});

/** A projection that only follows events: it makes no documents. `parkedDocument` makes the document of an event. */
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

/** The document of a parked event, as the read model would have it. */
const parkedDocument = ({ stream, data, metadata }: RecordedEvent<EventParked>) => {
  const consumer = streamId(stream);
  return { ...data, id: parkedId(consumer, data.position), consumer, parkedAt: metadata.at };
};
