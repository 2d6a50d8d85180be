// Orders as their customer and staff read them, and as they change.
import { isIdentifier, type RecordedEvent } from '@holdfast/kernel';
import {
  nextActions,
  orderCategory,
  statusAs,
  type OrderAction,
  type StatusVocabulary,
} from '@holdfast/ordering';
import type { Notification, OrderHistory, OrderSummary } from '@holdfast/projections';
import { Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Args, Context, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { readsAllOrders } from '../graphql/access.js';
import { documents, largestPage, listConnection, type Paging } from '../graphql/connections.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { answerMs, foldedDocument, type Folded } from '../queries/documents.js';
import { graphQLError } from '../graphql/errors.js';
import type { QueryOrdersArgs } from '../graphql/schema.types.js';
import { given as isGiven } from '../graphql/inputs.js';
import { invoiceUrl } from '../invoices/invoice-door.js';
import { abortable, isOf, liveDocuments } from '../live/live.js';
import type { OfMoment } from '../operations/moments/as-of.js';
import { FindDocuments, GetDocument } from '../queries/queries.js';
import { collections, notificationsOfOrder, ordersOf } from '../queries/read-models.js';
import type { RequestContext, SignedIn } from '../graphql/request-context.js';
import { foldedHistory } from './order-documents.js';
import { customerOf, mayRead } from './order-owners.js';
import { ordersOfLog } from './order-results.js';
import { watchedHistories } from './order-watch.js';
import { actionsOn } from './order-actions.js';
import { liveNotifications } from './notifications.js';

/** Whether an event changes the customer's view: an event of the order itself, a page to pay on, or a refund. */
const isNewsOfOrder = (event: RecordedEvent): boolean =>
  isOf(orderCategory)(event) || event.type === 'PaymentRedirectOffered' || event.type === 'PaymentRefunded';

@Resolver('Order')
export class OrdersResolver {
  readonly #folded: Folded<OrderSummary>;

  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {
    this.#folded = ordersOfLog(dependencies);
  }

  @Query('order')
  async order(
    @Args('id') id: string,
    @Args('atLeast') atLeast: number | undefined,
    @Context() { viewer }: SignedIn,
  ) {
    const found = await this.queryBus.execute(new GetDocument<OrderSummary>(collections.orders, id, atLeast));
    return found !== null && mayRead(viewer, found.customerId) ? found : null;
  }

  @Query('orders')
  orders(
    @Args()
    { customerId = null, status = null, olderThanSeconds, withOpenReturnRequest, ...paging }: QueryOrdersArgs,
    @Context() { viewer, operation }: SignedIn,
  ) {
    const all = readsAllOrders(viewer);
    // To a customer, another customer's id looks like one that does not exist.
    if (!all && customerId !== null && customerId !== viewer.id) return listConnection([], paging);
    const openReturns = withOpenReturnRequest === true;
    const isOldEnough = this.#olderThan(olderThanSeconds);
    const wanted = (summary: OrderSummary): boolean =>
      (!openReturns || summary.hasOpenReturnRequest) &&
      (status === null || summary.status === status) &&
      (isOldEnough?.(summary) ?? true);
    const find = ordersOf(all ? customerId : viewer.id, status, openReturns);
    const isFiltered = openReturns || isOldEnough !== undefined;
    return this.queryBus.execute(
      new FindDocuments(collections.orders, find, paging, isFiltered ? wanted : undefined, operation.pause),
    );
  }

  @Subscription('orderUpdated')
  async orderUpdated(
    @Args('id') id: string,
    @Args('after') after: string | undefined,
    @Context() { viewer }: SignedIn,
  ) {
    const placed = isIdentifier(id) ? await customerOf(this.dependencies.commands, id) : null;
    if (placed === null || !mayRead(viewer, placed)) throw graphQLError('NOT_FOUND', 'no such order');
    const { dependencies } = this;
    const folded = this.#folded;
    return abortable(async function* (signal) {
      const following = { folded, ids: [id], after, worth: isNewsOfOrder, signal };
      for await (const { cursor, event, document } of liveDocuments(dependencies, following)) {
        const upTo = event?.position ?? document.position;
        const history = await foldedDocument(dependencies.store, foldedHistory, id, upTo);
        const last = history?.entries.at(-1) ?? null;
        // An event that changes no status has no entry of its own.
        const entry = event === null || last?.triggeringEventId === event.id ? last : null;
        yield { orderUpdated: { cursor, order: document, entry } };
      }
    });
  }

  @Subscription('notificationReceived')
  notificationReceived(@Args('after') after: string | undefined, @Context() { viewer }: SignedIn) {
    const { dependencies } = this;
    return abortable(async function* (signal) {
      for await (const notification of liveNotifications(dependencies, viewer.id, after, signal))
        yield { notificationReceived: notification };
    });
  }

  @ResolveField('statusAs')
  statusAs(@Parent() found: OrderSummary, @Args('vocabulary') vocabulary: StatusVocabulary) {
    return statusAs(found.status, found.failureReason, vocabulary);
  }

  @ResolveField('customerActions')
  customerActions(@Parent() { status, definition }: OrderSummary) {
    return nextActions(status, definition);
  }

  @ResolveField('nextActions')
  nextActions(@Parent() found: OrderSummary, @Context() { viewer }: RequestContext): readonly OrderAction[] {
    return actionsOn(viewer, found);
  }

  @ResolveField('history')
  async history(
    @Parent() found: OfMoment<OrderSummary>,
    @Args() paging: Paging,
    @Context() { load }: SignedIn,
  ) {
    const watched = watchedHistories.get(found);
    if (watched !== undefined) return listConnection(watched.entries, paging);
    const { id, position, asOf } = found;
    const { projections, store } = this.dependencies;
    const late = asOf !== undefined || projections.position(collections.history) < position;
    const folded = late
      ? await foldedDocument(store, foldedHistory, id, asOf?.position ?? position)
      : await load<OrderHistory>(collections.history, id);
    return listConnection(folded?.entries ?? [], paging);
  }

  @ResolveField('invoice')
  invoice(@Parent() { id, invoice }: OrderSummary) {
    return invoice === null ? null : { ...invoice, url: invoiceUrl(id) };
  }

  @ResolveField('notifications')
  async notifications(@Parent() { id, position }: OrderSummary) {
    const found: Notification[] = [];
    const { projections } = this.dependencies;
    await projections.reached(collections.notifications, position, answerMs);
    const all = documents<Notification>(projections, collections.notifications, notificationsOfOrder(id));
    for await (const { document } of all) if (found.push(document) === largestPage) break;
    return found;
  }

  #olderThan(seconds: number | null | undefined): ((summary: OrderSummary) => boolean) | undefined {
    if (!isGiven(seconds)) return undefined;
    const latest = new Date(this.dependencies.environment.clock.now() - seconds * 1000).toISOString();
    return ({ placedAt }) => placedAt <= latest;
  }
}
