// Checkouts for operators: lists, a single checkout with its steps and timeline, and live changes.
import { interventionStream, rowOf, type StepRow } from '@holdfast/checkout';
import { fulfilmentRequestStream } from '@holdfast/fulfilment';
import { isIdentifier, OrderId } from '@holdfast/kernel';
import { orderStream } from '@holdfast/ordering';
import { timersOf, type SagaMonitor, type SagaStep, type Timer } from '@holdfast/projections';
import { Inject } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Args, Context, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import { largestPage, listConnection, type Paging } from '../../graphql/connections.js';
import { given } from '../../graphql/inputs.js';
import type { RequestContext, SignedIn } from '../../graphql/request-context.js';
import type {
  QuerySagaArgs,
  QuerySagasArgs,
  QueryTimersArgs,
  SubscriptionSagaUpdatedArgs,
} from '../../graphql/schema.types.js';
import { abortable, liveDocuments } from '../../live/live.js';
import { foldedSaga, streamsOfSaga } from '../../orders/order-documents.js';
import { FindDocuments, GetDocument } from '../../queries/queries.js';
import { collections, sagasIn, timersByDueTime } from '../../queries/read-models.js';
import { streamEvent, syncedEvents } from '../log/log.js';
import { actsOnParcelAndParked } from './acts-of-staff.js';
import { happenedAt, type OfMoment } from '../moments/as-of.js';
import { sagaOf } from './checkout-state.js';
import { isParked, parkedSagas } from './parked-sagas.js';

@Resolver()
export class SagasResolver {
  constructor(
    @Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies,
    @Inject(QueryBus) private readonly queryBus: QueryBus,
  ) {}

  @Query('saga')
  saga(@Args() { orderId }: QuerySagaArgs) {
    return this.queryBus.execute(new GetDocument<SagaMonitor>(collections.sagas, orderId));
  }

  @Query('sagas')
  async sagas(
    @Args() { status, waitingFor, olderThanSeconds, ...paging }: QuerySagasArgs,
    @Context() { operation }: RequestContext,
  ) {
    const before = given(olderThanSeconds)
      ? new Date(this.dependencies.environment.clock.now() - olderThanSeconds * 1000).toISOString()
      : null;
    const parked = given(status)
      ? await parkedSagas(this.dependencies.projections, operation.pause)
      : new Set<string>();
    const wanted = (saga: SagaMonitor): boolean =>
      (!given(status) || parked.has(saga.id) === (status === 'PARKED')) &&
      (!given(waitingFor) || saga.waitingFor === waitingFor) &&
      (before === null || (saga.waitingSince ?? saga.startedAt) <= before);
    const find = sagasIn(status === 'PARKED' ? null : (status ?? null), waitingFor ?? null);
    const isExact =
      before === null && !(given(status) && given(waitingFor)) && parked.size === 0 && status !== 'PARKED';
    return this.queryBus.execute(
      new FindDocuments(collections.sagas, find, paging, isExact ? undefined : wanted, operation.pause),
    );
  }

  @Query('timers')
  timers(@Args() { dueBefore, ...paging }: QueryTimersArgs, @Context() { operation }: RequestContext) {
    const find = timersByDueTime(given(dueBefore));
    const wanted = given(dueBefore) ? ({ dueAt }: Timer) => dueAt < dueBefore : undefined;
    return this.queryBus.execute(
      new FindDocuments(collections.timers, find, paging, wanted, operation.pause),
    );
  }

  @Subscription('sagaUpdated')
  sagaUpdated(@Args() { status, after }: SubscriptionSagaUpdatedArgs) {
    const { dependencies, queryBus } = this;
    const wanted = (saga: SagaMonitor): boolean => !given(status) || saga.status === status;
    const present = async function* (): AsyncGenerator<string> {
      const find = sagasIn(status ?? null);
      const page = await queryBus.execute(
        new FindDocuments<SagaMonitor>(collections.sagas, find, { first: largestPage }),
      );
      for (const { id } of [...page.nodes].reverse()) yield id;
    };
    return abortable(async function* (signal) {
      const following = { folded: foldedSaga(dependencies.commands), ids: { all: present }, after, signal };
      for await (const { cursor, document } of liveDocuments<SagaMonitor>(dependencies, following))
        if (wanted(document)) yield { sagaUpdated: { cursor, saga: document } };
    });
  }
}

@Resolver('Saga')
export class SagaResolver {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @ResolveField('status')
  async status(@Parent() { orderId, status, asOf }: OfMoment<SagaMonitor>) {
    const isHeldBack =
      asOf === undefined && (await isParked(this.dependencies.projections, orderId, 'checkout'));
    return isHeldBack ? 'PARKED' : status;
  }

  @ResolveField('timers')
  async timers(@Parent() { id, asOf }: OfMoment<SagaMonitor>, @Context() { load }: SignedIn) {
    if (asOf !== undefined) return asOf.timers;
    const timers = await Promise.all(timersOf(id).map((timer) => load<Timer>(collections.timers, timer)));
    return timers.filter((timer) => timer !== null);
  }

  @ResolveField('plan')
  async plan(@Parent() { orderId, asOf }: OfMoment<SagaMonitor>) {
    if (asOf !== undefined) return asOf.plan;
    return isIdentifier(orderId) ? (await sagaOf(this.dependencies.store, OrderId(orderId))).plan : [];
  }

  /**
   * The order's events, the decisions of its process managers and all acts of staff on it, in the order of the log: requests
   * of operators, scans, retried and discarded events.
   */
  @ResolveField('timeline')
  async timeline(@Parent() saga: OfMoment<SagaMonitor>, @Args() paging: Paging) {
    const { orderId, coordination } = saga;
    if (!isIdentifier(orderId)) return listConnection([], paging);
    const { store } = this.dependencies;
    const id = OrderId(orderId);
    const asked = [interventionStream(id), fulfilmentRequestStream(id)];
    const streams = [orderStream(id), ...streamsOfSaga(coordination, id), ...asked];
    const read = await Promise.all(streams.map((stream) => syncedEvents(store, stream)));
    const events = [...read.flat(), ...(await actsOnParcelAndParked(this.dependencies, id))]
      .filter(happenedAt(saga))
      .sort((a, b) => a.position - b.position);
    return listConnection(events.map(streamEvent), paging);
  }
}

/** Step kinds by the stream of their command. */
const contexts = {
  order: 'ordering',
  invoices: 'ordering',
  stock: 'inventory',
  wallet: 'payment',
  payment: 'payment',
} as const satisfies Readonly<Record<StepRow['to'], string>>;

@Resolver('SagaStep')
export class SagaStepResolver {
  @ResolveField('context')
  context(@Parent() { name }: SagaStep): string {
    return contexts[rowOf(name).to];
  }
}
