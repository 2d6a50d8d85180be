// The past of the log for operators: a search, the causes and effects of an event, and a test from history.
import { Inject } from '@nestjs/common';
import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import type { RequestContext } from '../../graphql/request-context.js';
import type {
  QueryCausationArgs,
  QueryGivenWhenThenArgs,
  QuerySearchEventsArgs,
} from '../../graphql/schema.types.js';
import { streamEvent } from '../log/log.js';
import { causationOf, eventById } from './causation.js';
import { givenWhenThen } from './given-when-then.js';
import { searchPage } from './search.js';

@Resolver()
export class HistoryResolver {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @Query('searchEvents')
  searchEvents(@Args() search: QuerySearchEventsArgs, @Context() { operation }: RequestContext) {
    return searchPage(this.dependencies.store, search, operation.pause);
  }

  @Query('causation')
  async causation(
    @Args() { eventId, position }: QueryCausationArgs,
    @Context() { operation }: RequestContext,
  ) {
    const { store } = this.dependencies;
    const event = await eventById(store, eventId, position, operation.pause);
    const tree = await causationOf(store, event, operation.pause);
    return tree.map(streamEvent);
  }

  @Query('givenWhenThen')
  async givenWhenThen(
    @Args() { eventId, position }: QueryGivenWhenThenArgs,
    @Context() { operation }: RequestContext,
  ) {
    const event = await eventById(this.dependencies.store, eventId, position, operation.pause);
    return givenWhenThen(this.dependencies, event, operation.pause);
  }
}
