// A customer's notifications: listing them, and marking them as read.
import type { NotificationCommand } from '@holdfast/accounts';
import { isIdentifier, OrderId, type Position } from '@holdfast/kernel';
import { orderStream } from '@holdfast/ordering';
import { notificationOf, type Notification, type NotificationReceipt } from '@holdfast/projections';
import { Inject } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CommandMessage } from '../commands/command-bus.js';
import { customerActor } from '../commands/command-context.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { largestPage, type Paging } from '../graphql/connections.js';
import { badInput, graphQLError } from '../graphql/errors.js';
import type { RequestContext, SignedIn } from '../graphql/request-context.js';
import { waitFor } from '../queries/documents.js';
import { FindDocuments } from '../queries/queries.js';
import { collections, notificationsOfCustomer, readNotificationsOf } from '../queries/read-models.js';

@Resolver('Notification')
export class NotificationsResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {}

  @Query('notifications')
  notifications(@Args() paging: Paging, @Context() { viewer }: SignedIn) {
    return this.queryBus.execute(
      new FindDocuments<Notification>(collections.notifications, notificationsOfCustomer(viewer.id), paging),
    );
  }

  @Mutation('markNotificationsRead')
  async markNotificationsRead(@Args('ids') ids: readonly string[], @Context() { viewer }: SignedIn) {
    if (ids.length === 0 || ids.length > largestPage) throw badInput(`ids: 1 to ${largestPage}`);
    const notifications = await Promise.all([...new Set(ids)].map((id) => this.#own(id, viewer.id)));
    const byOrder = new Map<string, string[]>();
    for (const { orderId, id } of notifications) byOrder.set(orderId, [...(byOrder.get(orderId) ?? []), id]);
    let position: Position = -1;
    for (const [orderId, read] of byOrder)
      position = Math.max(position, await this.#read(OrderId(orderId), viewer.id, read));
    const { projections } = this.dependencies;
    await waitFor(projections, collections.receipts, position);
    return { notifications, unread: await unreadOf(this.dependencies, viewer.id), position };
  }

  @ResolveField('readAt')
  async readAt(@Parent() { id }: Notification, @Context() context: RequestContext) {
    return (await receiptOf(id, context))?.readAt ?? null;
  }

  @ResolveField('mailedAt')
  async mailedAt(@Parent() { id }: Notification, @Context() context: RequestContext) {
    return (await receiptOf(id, context))?.mailedAt ?? null;
  }

  @ResolveField('mailFailure')
  async mailFailure(@Parent() { id }: Notification, @Context() context: RequestContext) {
    return (await receiptOf(id, context))?.mailFailure ?? null;
  }

  /** Makes the notification from its order's events. @throws GraphQLError NOT_FOUND, also for one of another customer */
  async #own(id: string, customerId: string): Promise<Notification> {
    const [orderId = '', revision = ''] = id.split(':');
    if (isIdentifier(orderId) && /^\d{1,6}$/.test(revision)) {
      const { store } = this.dependencies;
      const stream = orderStream(OrderId(orderId));
      const events = await store.readStream(stream, { limit: Number(revision) + 1 });
      const found = notificationOf(events);
      if (found !== null && found.id === id && found.customerId === customerId) return found;
    }
    throw graphQLError('NOT_FOUND', 'no such notification');
  }

  async #read(orderId: OrderId, customerId: string, notifications: readonly string[]): Promise<Position> {
    const commandId = this.dependencies.environment.ids.next();
    const command: NotificationCommand = {
      type: 'ReadNotifications',
      data: { orderId, customerId, notifications },
    };
    const context = {
      ...{ commandId, correlationId: orderId, causationId: commandId },
      actor: customerActor({ id: customerId }),
    };
    const outcome = await this.commandBus.execute(new CommandMessage(command, context));
    return outcome.ok ? outcome.position : -1;
  }
}

const receiptOf = (id: string, { load }: RequestContext): Promise<NotificationReceipt | null> =>
  load<NotificationReceipt>(collections.receipts, id);

/** Returns the number of a customer's unread notifications. */
export async function unreadOf(
  { projections }: Pick<ApiDependencies, 'projections'>,
  customerId: string,
): Promise<number> {
  const read = await projections.count(collections.receipts, readNotificationsOf(customerId));
  const all = await projections.count(collections.notifications, notificationsOfCustomer(customerId));
  // The second count may be older than the first, when a notification came and was read in between.
  return Math.max(all - read, 0);
}
