// Operators' view of the log: streams, pages of events, and events as they are appended.
import type { RecordedEvent } from '@holdfast/kernel';
import type { StreamSummary } from '@holdfast/projections';
import { Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Args, Context, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import { badInput, graphQLError } from '../../graphql/errors.js';
import { given } from '../../graphql/inputs.js';
import type { RequestContext } from '../../graphql/request-context.js';
import { positionText } from '../../graphql/scalars.js';
import type {
  QueryEventsArgs,
  QueryStreamArgs,
  QueryStreamsArgs,
  SubscriptionEventAppendedArgs,
} from '../../graphql/schema.types.js';
import { abortable, startBehind } from '../../live/live.js';
import { FindDocuments } from '../../queries/queries.js';
import { collections, streamsBy } from '../../queries/read-models.js';
import { logPage, streamEvent, streamPage, syncedEvents, type StreamEvent } from './log.js';
import { linksOf } from './links.js';
import { masked, maskingFor } from './masking.js';

/** The stream name with which a subscription gets the events of every stream. */
const all = '$all';

@Resolver()
export class LogResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {}

  @Query('streams')
  streams(@Args() { prefix, sort, ...paging }: QueryStreamsArgs, @Context() { operation }: RequestContext) {
    const find = streamsBy(sort ?? 'name');
    if (find === null) throw badInput('sort: name or latest');
    const wanted = given(prefix) ? ({ id }: StreamSummary) => id.startsWith(prefix) : undefined;
    return this.queryBus.execute(
      new FindDocuments(collections.streams, find, paging, wanted, operation.pause),
    );
  }

  @Query('stream')
  stream(@Args() { name, ...paging }: QueryStreamArgs) {
    return streamPage(this.dependencies.store, name, paging);
  }

  @Query('events')
  events(@Args() { first, after, ...filter }: QueryEventsArgs, @Context() { operation }: RequestContext) {
    return logPage(this.dependencies.store, first, after, filter, operation.pause);
  }

  @Subscription('eventAppended')
  eventAppended(@Args() { stream, after }: SubscriptionEventAppendedArgs) {
    const { store, feed } = this.dependencies;
    return abortable(async function* (signal) {
      const start = await startBehind(store, given(after) ? positionText(after) : null);
      const streams = stream === all ? ('all' as const) : [stream];
      for await (const batch of feed({ streams, after: start, signal }))
        for (const event of batch) yield { eventAppended: streamEvent(event) };
    });
  }
}

/** The visible data of an event depends on the viewer, in every place that shows the event. */
@Resolver('StreamEvent')
export class StreamEventResolver {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @ResolveField('links')
  links(@Parent() event: StreamEvent) {
    return linksOf(event, this.dependencies.settings.links ?? {});
  }

  @ResolveField('data')
  data(@Parent() { data }: StreamEvent, @Context() { viewer }: RequestContext) {
    return masked(data, maskingFor(viewer));
  }
}

@Resolver('StreamSummary')
export class StreamSummaryResolver {
  /** The last event of the stream, read once for each summary, however many of its fields need it. */
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
