// The state of an order while its events are folded one by one: the order, its saga with plan and timers, and the units that
// are reserved for it. The functions are those of the read models and of the process managers.
import {
  checkoutState,
  checkoutStream,
  planOf,
  type CheckoutEvent,
  type CheckoutState,
  type PlanStep,
} from '@holdfast/checkout';
import { evolvePolicies, initialPolicyStates, planOfPolicies } from '@holdfast/choreography';
import type { StockEvent } from '@holdfast/inventory';
import {
  streamCategory,
  streamId,
  type Document,
  type OrderId,
  type Projection,
  type RecordedEvent,
} from '@holdfast/kernel';
import {
  orderSummary,
  sagaMonitor,
  timers,
  timersOf,
  type OrderSummary,
  type SagaMonitor,
  type Timer,
} from '@holdfast/projections';
import { whenReadable } from '@holdfast/runtime';
import { Fold } from '../../queries/documents.js';
import { orderIn } from './order-events.js';

export type OrderAt = {
  readonly order: OrderSummary | null;
  readonly saga: SagaMonitor | null;
  readonly plan: readonly PlanStep[];
  readonly timers: readonly Timer[];
  /** units by SKU */
  readonly reserved: ReadonlyMap<string, number>;
};

export class OrderFold {
  readonly #order: Fold<OrderSummary>;
  readonly #saga: Fold<SagaMonitor>;
  readonly #timers: readonly Fold<Timer>[];
  readonly #checkoutStream: string;
  readonly #reserved = new Map<string, number>();
  #checkout: CheckoutState = checkoutState.initialState;
  #policies = initialPolicyStates;

  constructor(private readonly orderId: OrderId) {
    this.#order = new Fold(orderSummary, orderId);
    this.#saga = new Fold(sagaMonitor, orderId);
    this.#timers = timersOf(orderId).map((id) => new Fold(timers, id));
    this.#checkoutStream = checkoutStream(orderId);
  }

  take(event: RecordedEvent): void {
    this.#give(orderSummary, this.#order, event);
    this.#give(sagaMonitor, this.#saga, event);
    for (const timer of this.#timers) this.#give(timers, timer, event);
    this.#plan(event);
    this.#stock(event);
  }

  at(): OrderAt {
    return {
      order: this.#order.document,
      saga: this.#saga.document,
      plan: this.#checkout.phase === 'new' ? planOfPolicies(this.#policies) : planOf(this.#checkout),
      timers: this.#timers.flatMap(({ document }) => document ?? []),
      reserved: new Map(this.#reserved),
    };
  }

  #give<D extends Document>({ prefixes }: Projection<D>, fold: Fold<D>, event: RecordedEvent): void {
    if (prefixes.some((prefix) => event.stream.startsWith(prefix))) fold.take([event]);
  }

  #plan(event: RecordedEvent): void {
    whenReadable(() => {
      if (event.stream === this.#checkoutStream)
        this.#checkout = checkoutState.evolve(this.#checkout, event as RecordedEvent<CheckoutEvent>);
      else this.#policies = evolvePolicies(this.#policies, event);
    });
  }

  #stock(event: RecordedEvent): void {
    if (streamCategory(event.stream) !== 'stock' || orderIn(event) !== this.orderId) return;
    const { type, data } = event as RecordedEvent<StockEvent>;
    const sku = streamId(event.stream);
    if (type === 'StockReserved') this.#reserved.set(sku, data.quantity);
    if (type === 'StockReleased' || type === 'StockCommitted') this.#reserved.set(sku, 0);
  }
}
