// Orders: placing, paying and cancelling them, and reading them as their customer or as staff.
import { StoreUnavailable } from '@holdfast/event-store';
import { isIdentifier, OrderId, streamId, type RecordedEvent } from '@holdfast/kernel';
import {
  nextActions,
  order,
  orderCategory,
  orderStream,
  statusAs,
  type OrderAction,
  type OrderCommand,
  type OrderRejection,
  type OrderState,
  type OrderStatus,
  type StatusVocabulary,
} from '@holdfast/ordering';
import type { Notification, OrderHistory, OrderSummary } from '@holdfast/projections';
import type { CommandOutcome } from '@holdfast/runtime';
import { Inject } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
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
import { z } from 'zod';
import { readsAllOrders } from '../graphql/access.js';
import { CommandMessage } from '../commands/command-bus.js';
import { Closing } from '../graphql/closing.js';
import { documents, largestPage, listConnection, type Paging } from '../graphql/connections.js';
import { DEPENDENCIES, type ApiDependencies } from '../dependencies.js';
import { commandContext, customerActor, staffActor } from '../commands/command-context.js';
import { commandIdOf } from '../commands/derivations.js';
import { answerMs, foldedDocument, freshDocument, type Folded } from '../queries/documents.js';
import {
  badInput,
  errorResult,
  graphQLError,
  idempotencyConflict,
  invalidInput,
  notFound,
  orderStateError,
  rateLimited,
  unknownProducts,
  validationError,
} from '../graphql/errors.js';
import type { QueryOrdersArgs } from '../graphql/schema.types.js';
import { invoiceUrl } from '../invoices/invoice-door.js';
import {
  cardToken,
  given as isGiven,
  idempotencyKey,
  optional,
  returnUrl,
  waitMs,
} from '../graphql/inputs.js';
import { abortable, isOf, liveDocuments } from '../live/live.js';
import type { OfMoment } from '../operations/moments/as-of.js';
import type { Viewer } from '../people/viewer.js';
import { createRateLimits, type RateLimits } from '../people/rate-limits.js';
import { FindDocuments, GetDocument } from '../queries/queries.js';
import { collections, notificationsOfOrder, ordersOf } from '../queries/read-models.js';
import type { RequestContext, SignedIn } from '../graphql/request-context.js';
import { foldedHistory, foldedOrder, mayLackStock, positionOnce } from './order-documents.js';
import { actionsOn, cancelsForOthers } from './order-actions.js';
import { watchOrder, type OrderWatch } from './order-watch.js';
import { liveNotifications } from './notifications.js';
import { UnpaidOrders } from './unpaid-orders.js';
import { attemptDecided, paymentDeclined, undecided, waitsForCustomer } from './card-attempt.js';
import { cardsNotTaken, type Cards } from '../payments/cards.js';
import {
  faultForCaller,
  placeOrderCommand,
  placeOrderContent,
  placeOrderInput,
  withHistory,
  type PlaceOrderInput,
} from './place-order.js';

const payOrderInput = z.object({
  idempotencyKey,
  orderId: z.string(),
  method: z.enum(['WALLET', 'CARD']),
  cardToken: optional(cardToken),
  returnUrl: optional(returnUrl),
  waitMs,
});
const cancelOrderInput = z.object({
  idempotencyKey,
  orderId: z.string(),
  reason: z.string().max(500).nullish(),
});

/** unless the settings say otherwise */
const mostUnpaid = 50;

const ended: readonly OrderStatus[] = ['FAILED', 'CANCELLED', 'DELIVERED'];

type Mutations = 'placeOrder' | 'payOrder' | 'cancelOrder';

/** Of the events beside its own, these change what its customer sees and has to act on: where to pay, and money that is back. */
const isNewsOfOrder = (event: RecordedEvent): boolean =>
  isOf(orderCategory)(event) || event.type === 'PaymentRedirectOffered' || event.type === 'PaymentRefunded';

@Resolver('Order')
export class OrdersResolver {
  readonly #folded: Folded<OrderSummary>;
  readonly #unpaid: UnpaidOrders;
  readonly #limits: RateLimits;
  readonly #cards: Cards | null;
  /** positions of orders that were watched for the result of their mutation */
  readonly #histories = new WeakMap<OrderSummary, OrderHistory>();

  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(CommandBus) private readonly commandBus: CommandBus,
    @Inject(Closing) private readonly closing: Closing,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {
    const { commands, environment, settings, cards = null } = dependencies;
    this.#cards = cards;
    this.#folded = foldedOrder(commands, cards === null ? 0 : (settings.paymentAttempts ?? 1));
    this.#limits = createRateLimits(settings.limits);
    this.#unpaid = new UnpaidOrders(commands, environment.clock, settings.maxUnpaidOrders ?? mostUnpaid);
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
    @Args() { customerId = null, status = null, olderThanSeconds, ...paging }: QueryOrdersArgs,
    @Context() { viewer, operation }: SignedIn,
  ) {
    const all = readsAllOrders(viewer);
    // To a customer, another customer's id looks like one that does not exist.
    if (!all && customerId !== null && customerId !== viewer.id) return listConnection([], paging);
    const find = ordersOf(all ? customerId : viewer.id, status);
    return this.queryBus.execute(
      new FindDocuments(collections.orders, find, paging, this.#olderThan(olderThanSeconds), operation.pause),
    );
  }

  @Mutation('placeOrder')
  async placeOrder(@Args('input') given: unknown, @Context() { viewer, address }: SignedIn) {
    const parsed = placeOrderInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const input = parsed.data;
    const unfit = await this.#unfit(input, viewer, address);
    if (unfit !== null) return unfit;
    const { commands, environment, settings } = this.dependencies;
    const asked = await placeOrderCommand(commands, viewer.id, input, settings);
    if ('unknownSkus' in asked) return unknownProducts(asked.unknownSkus);
    const retryAfterMs = await this.#unpaid.exceeded(asked);
    if (retryAfterMs !== null) return rateLimited(retryAfterMs);
    const command = await withHistory(commands, environment.clock, asked);
    const request = { key: input.idempotencyKey, content: placeOrderContent(input) };
    const watch = watchOrder(this.dependencies, command.data, this.closing.signal);
    try {
      const outcome = await this.#execute(command, viewer, 'placeOrder', request);
      if (!outcome.ok) {
        this.#unpaid.forget(command);
        return this.#placingRefused(outcome.rejection);
      }
      return outcome.repeated
        ? await this.#placedBefore(input, outcome)
        : await this.#placed(input, outcome, watch);
    } finally {
      watch.close();
    }
  }

  /** Why this caller can't place this order now; null when they can. */
  async #unfit(input: PlaceOrderInput, { isGuest = false }: Viewer, address: string) {
    if (input.paymentMethod === 'CARD' && this.#cards === null) return cardsNotTaken('paymentMethod');
    const fault = faultForCaller(isGuest, input);
    if (fault !== null || !isGuest) return fault;
    const retryAfterMs = await this.#limits.guestOrdersPerAddress.exceeded(address);
    return retryAfterMs === null ? null : rateLimited(retryAfterMs);
  }

  @Mutation('payOrder')
  async payOrder(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = payOrderInput.safeParse(given);
    if (!parsed.success) return invalidInput(parsed.error);
    const {
      idempotencyKey: key,
      method,
      waitMs: timeoutMs,
      cardToken: card,
      returnUrl: backTo,
    } = parsed.data;
    if (viewer.isGuest === true && method === 'WALLET')
      return validationError('method: a guest has no wallet, and pays by card', ['method']);
    const orderId = await this.#ownOrder(parsed.data.orderId, viewer);
    if (orderId === null) return notFound('order');
    if (method === 'CARD' && this.#cards === null) return cardsNotTaken('method');
    const data = {
      ...{ orderId, method },
      ...(card !== undefined && { cardToken: card }),
      ...(backTo !== undefined && { returnUrl: backTo }),
    };
    const request = { key, content: data };
    const command = { type: 'StartPayment', data } as const;
    const outcome = await this.#execute(command, viewer, 'payOrder', request);
    if (!outcome.ok) return changeRefused(outcome.rejection);
    // An earlier payment already satisfied the command. The customer must not think that they paid twice.
    if (outcome.repeated && !(await this.#isEffectOf(outcome, commandIdOf(viewer.id, 'payOrder', key))))
      return wrongState((await this.#state(orderId)).status);
    if (method === 'CARD') return this.#answerOfCard(orderId, outcome, viewer, timeoutMs);
    return this.#answer(orderId, (status) => !undecided.includes(status), timeoutMs);
  }

  @Mutation('cancelOrder')
  async cancelOrder(@Args('input') given: unknown, @Context() { viewer }: SignedIn) {
    const parsed = cancelOrderInput.safeParse(given);
    // the union has no member for this
    if (!parsed.success) throw badInput(invalidInput(parsed.error).message);
    const { idempotencyKey: key } = parsed.data;
    const note = parsed.data.reason ?? undefined;
    const own = await this.#ownOrder(parsed.data.orderId, viewer);
    const orderId = own ?? (cancelsForOthers(viewer) ? await this.#anyOrder(parsed.data.orderId) : null);
    if (orderId === null) return notFound('order');
    if (own === null && (note ?? '').trim() === '') throw badInput('reason: staff have to give one');
    const data = { orderId, reason: 'CUSTOMER_CANCELLED', ...(note !== undefined && { note }) } as const;
    const request = { key, content: { orderId, note } };
    const actor = own === null ? staffActor(viewer) : customerActor(viewer);
    const outcome = await this.#execute({ type: 'Cancel', data }, viewer, 'cancelOrder', request, actor);
    if (!outcome.ok) return changeRefused(outcome.rejection);
    return this.#success(await this.#at(orderId, outcome.position));
  }

  @Subscription('orderUpdated')
  async orderUpdated(
    @Args('id') id: string,
    @Args('after') after: string | undefined,
    @Context() { viewer }: SignedIn,
  ) {
    const placed = isIdentifier(id) ? await this.#placedBy(id) : null;
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
    const watched = this.#histories.get(found);
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

  /** The order after its command: as it was placed, or, with `waitFor`, as it is after the wait. */
  async #placed(input: PlaceOrderInput, outcome: CommandOutcome & { readonly ok: true }, watch: OrderWatch) {
    const { position } = outcome;
    const orderId = OrderId(streamId(outcome.stream));
    const target = input.waitFor ?? null;
    const found =
      target === null
        ? await watch.until((placed) => placed.position >= position, answerMs)
        : await watch.until(({ status }) => status === target || ended.includes(status), input.waitMs);
    if (found !== null && found.history !== null) this.#histories.set(found.order, found.history);
    if (target === null) {
      const { store } = this.dependencies;
      return this.#success(found?.order ?? (await foldedDocument(store, this.#folded, orderId, position)));
    }
    // Shortages are read from the streams of the SKUs only where the result has them.
    return found !== null && !mayLackStock.includes(found.order.status)
      ? this.#success(found.order)
      : this.#ending(await this.#at(orderId, Math.max(position, found?.order.position ?? position)));
  }

  /** The order of a repeated request: in its present state, or, with `waitFor`, after the wait. */
  async #placedBefore(input: PlaceOrderInput, outcome: CommandOutcome & { readonly ok: true }) {
    const orderId = OrderId(streamId(outcome.stream));
    const target = input.waitFor ?? null;
    if (target !== null)
      return this.#answer(orderId, (status) => status === target || ended.includes(status), input.waitMs);
    return this.#ending(await this.#at(orderId, outcome.position));
  }

  /** The order once `is` accepts its status, or in its present state at the time limit or when the program stops. */
  async #answer(orderId: OrderId, is: (status: OrderStatus) => boolean, timeoutMs: number) {
    const waiting = { timeoutMs, closing: this.closing.signal };
    const reached = await positionOnce(this.dependencies, orderId, is, waiting);
    if (reached !== null) return this.#ending(await this.#at(orderId, reached));
    const { store } = this.dependencies;
    const { synced } = await store.end();
    return this.#ending(await foldedDocument(store, this.#folded, orderId, synced));
  }

  /**
   * The order once its card payment is decided or its customer has to go to a page. A repeated request comes from a
   * customer that returned from the page: the payment is looked up at the gateway.
   */
  async #answerOfCard(
    orderId: OrderId,
    outcome: CommandOutcome & { readonly ok: true },
    viewer: Viewer,
    timeoutMs: number,
  ) {
    const { store, environment } = this.dependencies;
    const [started] = await store.readStream(outcome.stream, { from: outcome.revision, limit: 1 });
    const { attempt } = started?.data as { readonly attempt: number };
    const payment = { orderId, attempt };
    if (outcome.repeated) {
      const request = { id: environment.ids.next(), actor: customerActor(viewer) };
      // While the gateway is away its webhook will tell.
      await this.#cards?.lookAgain(payment, request).catch(() => undefined);
    }
    const isBack = outcome.repeated && !(await waitsForCustomer(store, payment));
    const waiting = { timeoutMs, closing: this.closing.signal };
    const sought = { ...payment, after: outcome.position - 1, isBack };
    const reached = await attemptDecided(this.dependencies, sought, waiting);
    const upTo = Math.max(reached ?? -1, (await store.end()).synced);
    const found = await foldedDocument(store, this.#folded, orderId, upTo);
    return (found === null ? null : paymentDeclined(found)) ?? this.#success(found);
  }

  /** The order, which reflects at least this position of its own stream. */
  #at(orderId: OrderId, position: number): Promise<OrderSummary | null> {
    return freshDocument(this.dependencies, this.#folded, orderId, position);
  }

  #success(found: OrderSummary | null) {
    // A node that is behind the others may not have it yet.
    if (found === null) throw new StoreUnavailable('an order that was just changed is not read yet');
    return { __typename: 'OrderSuccess', order: found, position: found.position };
  }

  /** The union's member for an order that failed for lack of stock or money. */
  #ending(found: OrderSummary | null) {
    if (found?.failureReason === 'OUT_OF_STOCK') {
      const message = found.failureMessage ?? 'out of stock';
      const refused = errorResult('OutOfStockError', 'OUT_OF_STOCK', message);
      return { ...refused, shortages: found.shortages, orderId: found.id, position: found.position };
    }
    if (found?.failureReason === 'INSUFFICIENT_FUNDS') {
      const message = found.failureMessage ?? 'insufficient funds';
      const refused = errorResult('InsufficientFundsError', 'INSUFFICIENT_FUNDS', message);
      const required = found.refusedFunds?.required ?? found.total;
      const available = found.refusedFunds?.available ?? { minor: 0, currency: found.total.currency };
      return { ...refused, required, available, orderId: found.id, position: found.position };
    }
    return this.#success(found);
  }

  #placingRefused(rejection: Refusal) {
    switch (rejection.code) {
      case 'IdempotencyConflict':
      case 'OrderAlreadyPlaced':
        return idempotencyConflict();
      case 'MixedCurrencies':
        return validationError('the products are sold in different currencies', ['lines']);
      case 'TotalTooLarge':
        return validationError('the total is too large', ['lines']);
      default:
        return validationError(`lines: ${rejection.code}`, ['lines']);
    }
  }

  #execute(
    command: OrderCommand,
    viewer: Viewer,
    operation: Mutations,
    request: { readonly key: string; readonly content: unknown },
    actor = customerActor(viewer),
  ) {
    const commandId = commandIdOf(viewer.id, operation, request.key);
    return this.commandBus.execute(
      new CommandMessage(command, commandContext(commandId, actor, request.content, command.data.orderId)),
    );
  }

  /** Null for an order that does not exist, and for an order of another customer. */
  async #ownOrder(id: string, viewer: Viewer): Promise<OrderId | null> {
    if (!isIdentifier(id)) return null;
    return (await this.#placedBy(id)) === viewer.id ? OrderId(id) : null;
  }

  async #anyOrder(id: string): Promise<OrderId | null> {
    return isIdentifier(id) && (await this.#placedBy(id)) !== null ? OrderId(id) : null;
  }

  /** The customer of an order never changes, so any state since it was placed is recent enough. */
  async #placedBy(id: string): Promise<string | null> {
    const known = await this.dependencies.commands.load(order, orderStream(OrderId(id)), 'known');
    const state = known.state.status === 'NOT_PLACED' ? await this.#state(OrderId(id)) : known.state;
    return state.status === 'NOT_PLACED' ? null : state.placed.customerId;
  }

  #olderThan(seconds: number | null | undefined): ((summary: OrderSummary) => boolean) | undefined {
    if (!isGiven(seconds)) return undefined;
    const latest = new Date(this.dependencies.environment.clock.now() - seconds * 1000).toISOString();
    return ({ placedAt }) => placedAt <= latest;
  }

  async #state(orderId: OrderId): Promise<OrderState> {
    return (await this.dependencies.commands.load(order, orderStream(orderId))).state;
  }

  /** Whether this command had the effect, now or when it was sent first; false when another command had it before. */
  async #isEffectOf({ stream, revision }: CommandOutcome & { readonly ok: true }, commandId: string) {
    const [event] = await this.dependencies.store.readStream(stream, { from: revision, limit: 1 });
    return event?.metadata.commandId === commandId;
  }
}

type Refusal = OrderRejection | { readonly code: 'IdempotencyConflict' };

const mayRead = (viewer: Viewer, customerId: string): boolean =>
  customerId === viewer.id || readsAllOrders(viewer);

const wrongState = (status: OrderStatus | 'NOT_PLACED') =>
  status === 'NOT_PLACED'
    ? notFound('order')
    : orderStateError(`the order is ${status}`, status, nextActions(status));

function changeRefused(rejection: Refusal) {
  switch (rejection.code) {
    case 'IdempotencyConflict':
      return idempotencyConflict();
    case 'OrderNotPayable':
    case 'OrderNotCancellable':
    case 'OrderNotReady':
    case 'OrderEnded':
      return wrongState(rejection.status);
    default:
      return notFound('order');
  }
}
