// The fulfilment of an order, as a field of its checkout: each is a process of its own.
import { fulfilmentStatus, fulfilmentStream, type FulfilmentState } from '@holdfast/fulfilment';
import { isIdentifier, OrderId } from '@holdfast/kernel';
import type { SagaMonitor } from '@holdfast/projections';
import { shipmentStream } from '@holdfast/shipping';
import { Inject } from '@nestjs/common';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { DEPENDENCIES, type ApiDependencies } from '../../dependencies.js';
import { listConnection, type Paging } from '../../graphql/connections.js';
import { streamEvent, syncedEvents } from '../log/log.js';
import { happenedAt, type OfMoment } from '../moments/as-of.js';
import { foldFulfilment } from './fulfilment-state.js';
import { isParked } from './parked-sagas.js';

type FulfilmentView = OfMoment<{
  readonly orderId: OrderId;
  readonly state: FulfilmentState;
  readonly status: string;
}>;

@Resolver('Saga')
export class SagaFulfilmentResolver {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  /** Folded from its stream up to the first event that can't be read; null before the order is confirmed. */
  @ResolveField('fulfilment')
  async fulfilment(@Parent() saga: OfMoment<SagaMonitor>) {
    if (!isIdentifier(saga.orderId)) return null;
    const orderId = OrderId(saga.orderId);
    const events = await syncedEvents(this.dependencies.store, fulfilmentStream(orderId));
    const state = foldFulfilment(events.filter(happenedAt(saga)));
    const asOf = saga.asOf !== undefined && { asOf: saga.asOf };
    return state.phase === 'new' ? null : { ...fulfilmentStatus(state), orderId, state, ...asOf };
  }
}

@Resolver('Fulfilment')
export class FulfilmentViewResolver {
  constructor(@Inject(DEPENDENCIES) private readonly dependencies: ApiDependencies) {}

  @ResolveField('status')
  async status(@Parent() { orderId, status, asOf }: FulfilmentView) {
    const isHeldBack =
      asOf === undefined && (await isParked(this.dependencies.projections, orderId, 'fulfilment'));
    return isHeldBack ? 'PARKED' : status;
  }

  @ResolveField('steps')
  steps(@Parent() { state }: FulfilmentView) {
    if (state.phase === 'new') return [];
    return [...state.todo.keys()].map((name) => {
      const { failed = 0, retryAt = null, isStuck = false } = state.attempts.get(name) ?? {};
      return { name, attempts: failed, retryAt, isStuck };
    });
  }

  /** Its decisions and the events of the shipment, in log order. */
  @ResolveField('timeline')
  async timeline(@Parent() view: FulfilmentView, @Args() paging: Paging) {
    const { orderId } = view;
    const { store } = this.dependencies;
    const events = [
      ...(await syncedEvents(store, fulfilmentStream(orderId))),
      ...(await syncedEvents(store, shipmentStream(orderId))),
    ]
      .filter(happenedAt(view))
      .sort((a, b) => a.position - b.position);
    return listConnection(events.map(streamEvent), paging);
  }
}
