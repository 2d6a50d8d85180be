// The resolver of what-if questions: the outcome of a fork beside the real outcome.
import { isIdentifier, OrderId } from '@holdfast/kernel';
import { Inject } from '@nestjs/common';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import { graphQLError } from '../../graphql/errors.js';
import type { RequestContext } from '../../graphql/request-context.js';
import type { QueryWhatIfArgs } from '../../graphql/schema.types.js';
import { withoutSecrets } from '../log/log.js';
import { masked, maskingFor } from '../log/masking.js';
import { shownEvent, whatIf, type Outcome } from './what-if.js';

@Resolver()
export class WhatIfResolver {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @Query('whatIf')
  async whatIf(@Args() { input }: QueryWhatIfArgs, @Context() { operation }: RequestContext) {
    const { store, projections, managers = [], environment } = this.dependencies;
    const source = { store, projections, managers, nowMs: environment.clock.now() };
    const { orderId, ...change } = input;
    const found = isIdentifier(orderId)
      ? await whatIf(source, change, OrderId(orderId), operation.pause)
      : null;
    if (found === null) throw graphQLError('NOT_FOUND', 'no such order at this position');
    return found;
  }
}

@Resolver('WhatIfOutcome')
export class WhatIfOutcomeResolver {
  @ResolveField('events')
  events(@Parent() { events }: Outcome, @Context() { viewer }: RequestContext) {
    const masking = maskingFor(viewer);
    return events.map((event) => shownEvent(event, masked(withoutSecrets(event.data as object), masking)));
  }
}
