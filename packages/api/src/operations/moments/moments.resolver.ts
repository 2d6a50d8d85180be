// The time machine: every aggregate of an order at a position of the log.
import { isIdentifier, OrderId } from '@holdfast/kernel';
import { Inject } from '@nestjs/common';
import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import type { RequestContext } from '../../graphql/request-context.js';
import type { QueryMomentsArgs, QueryOrderAtArgs } from '../../graphql/schema.types.js';
import { momentAt, momentsOf } from './moments.js';

@Resolver()
export class MomentsResolver {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @Query('orderAt')
  orderAt(@Args() { id, position }: QueryOrderAtArgs, @Context() { operation }: RequestContext) {
    if (!isIdentifier(id)) return null;
    return momentAt(this.dependencies, OrderId(id), position, operation.pause);
  }

  @Query('moments')
  moments(@Args() { orderId }: QueryMomentsArgs, @Context() { operation }: RequestContext) {
    if (!isIdentifier(orderId)) return [];
    return momentsOf(this.dependencies, OrderId(orderId), operation.pause);
  }
}
