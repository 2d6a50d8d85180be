// Shows staff the shop as a customer sees it. Each look is an event with the person and the reason.
import type { Notification } from '@holdfast/projections';
import { Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Paging } from '../graphql/connections.js';
import type { SignedIn } from '../graphql/request-context.js';
import { FindDocuments } from '../queries/queries.js';
import { collections, notificationsOfCustomer } from '../queries/read-models.js';
import { People } from './people.js';
import type { User } from './viewer.js';

@Resolver('CustomerView')
export class CustomerViewResolver {
  constructor(
    @Inject(People) private readonly people: People,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {}

  @Mutation('viewCustomer')
  viewCustomer(
    @Args('customer') customer: string,
    @Args('reason') reason: string,
    @Context() { viewer }: SignedIn,
  ) {
    return this.people.view(viewer, customer.trim(), reason);
  }

  @ResolveField('notifications')
  notifications(@Parent() { customer }: { readonly customer: User }, @Args() paging: Paging) {
    const find = notificationsOfCustomer(customer.id);
    return this.queryBus.execute(new FindDocuments<Notification>(collections.notifications, find, paging));
  }
}
