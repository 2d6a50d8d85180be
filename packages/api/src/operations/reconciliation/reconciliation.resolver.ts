// Whether log and read models agree, for operators.
import { Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Context, Query, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '../../graphql/request-context.js';
import { Reconcile } from '../../queries/queries.js';

@Resolver()
export class ReconciliationResolver {
  constructor(@Inject(QueryBus) private readonly queryBus: QueryBus) {}

  @Query('reconciliation')
  reconciliation(@Context() { operation }: RequestContext) {
    return this.queryBus.execute(new Reconcile(operation.pause));
  }
}
