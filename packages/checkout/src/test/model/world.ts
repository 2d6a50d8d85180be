// The world of one checkout's model: the log, the real orders, stock, wallets and payments, the gateway, the runner of each
// order's checkout, and the commands under way between them.
import assert from 'node:assert/strict';
import { stock } from '@holdfast/inventory';
import {
  CustomerId,
  fold,
  OrderId,
  Sku,
  type PendingWork,
  type ProcessInput,
  type RecordedEvent,
} from '@holdfast/kernel';
import { order, type OrderState } from '@holdfast/ordering';
import { payment, type PaymentCommand } from '@holdfast/payments';
import { wallet } from '@holdfast/wallet';
import {
  intervention,
  type CheckoutCommand,
  type CheckoutEvent,
  type CheckoutInput,
  type CheckoutState,
  type createCheckout,
  type Step,
} from '../../index.js';
import { GatewayWorld } from '../gateway.js';
import { shippingAddress, unitPrice, type Purchase, type Setup } from './setups.js';
import { Streams } from './streams.js';

export type Checkout = ReturnType<typeof createCheckout>;
export type Input = ProcessInput<CheckoutInput>;
export type Sent = Extract<PendingWork<CheckoutCommand>, { kind: 'command' }>;

/** One checkout in a runner. Only `decisions` survives a crash. */
export type Runner = {
  readonly id: OrderId;
  readonly purchase: Purchase;
  readonly decisions: CheckoutEvent[];
  state: CheckoutState;
  /** number of its delivered inputs */
  delivered: number;
  readonly inputs: Input[];
  readonly outcomes: Input[];
  readonly sent: Set<string>;
  readonly deadlines: Map<string, Extract<PendingWork, { kind: 'deadline' }>>;
};

/** A command under way. After a crash, or for a copy made by the network, no checkout waits for the answer. */
export type InFlight = { readonly runner: Runner; readonly work: Sent; readonly awaited: boolean };

export const sending = (work: Sent): string =>
  `${work.step}#${work.round ?? 1}#${work.failedAttempts}#${work.notBefore ?? ''}`;

export class World {
  readonly #streams: Streams;
  clock = Date.parse('2026-01-01T00:00:00.000Z');
  readonly inFlight: InFlight[] = [];
  /** streams that take no appends at present */
  readonly full = new Set<string>();
  readonly gateway: GatewayWorld;
  readonly #runners = new Map<string, Runner>();

  constructor(
    readonly manager: Checkout,
    readonly setup: Setup,
  ) {
    this.#streams = new Streams({
      isForgetful: setup.isForgetful,
      now: () => this.iso,
      onEvent: (event) => {
        this.#route(event);
      },
    });
    this.gateway = new GatewayWorld((command: PaymentCommand) => this.#streams.handle(payment, command));
    for (const [n, quantity] of setup.onHand.entries()) {
      const sku = Sku(`S${n}`);
      this.#streams.handle(stock, { type: 'CreateProduct', data: { sku, name: sku, price: unitPrice } });
      this.#streams.handle(stock, { type: 'ReceiveStock', data: { sku, quantity } });
    }
    for (const [n, minor] of setup.balances.entries()) {
      const data = { customerId: CustomerId(`C${n}`), amount: { minor, currency: 'EUR' } };
      this.#streams.handle(wallet, { type: 'Deposit', data });
    }
    for (const [n, purchase] of setup.purchases.entries()) this.#place(OrderId(`O${n}`), purchase);
  }

  get iso(): string {
    return new Date(this.clock).toISOString();
  }

  get log(): readonly RecordedEvent[] {
    return this.#streams.log;
  }

  streamOf(command: CheckoutCommand): string {
    return this.#streams.streamOf(command);
  }

  get runners(): readonly Runner[] {
    return [...this.#runners.values()];
  }

  stateOf(stream: string): unknown {
    return this.#streams.state(stream);
  }

  orderOf({ id }: Runner): OrderState {
    return (this.stateOf(`order-${id}`) ?? order.initialState) as OrderState;
  }

  #place(id: OrderId, purchase: Purchase): void {
    this.#runners.set(id, {
      id,
      purchase,
      decisions: [],
      state: this.manager.initialState,
      delivered: 0,
      inputs: [],
      outcomes: [],
      sent: new Set(),
      deadlines: new Map(),
    });
    const placed = this.#streams.handle(order, {
      type: 'PlaceOrder',
      data: {
        orderId: id,
        customerId: CustomerId(`C${purchase.customer}`),
        lines: purchase.lines.map(([sku, quantity]) => ({
          sku: Sku(`S${sku}`),
          name: '',
          quantity,
          unitPrice: purchase.isFree ? { ...unitPrice, minor: 0 } : unitPrice,
        })),
        paymentMethod: purchase.method,
        paymentMode: purchase.paymentMode,
        coordination: 'ORCHESTRATION',
        shippingAddress: { ...shippingAddress, name: purchase.verdict },
        definition: purchase.definition,
      },
    });
    assert.equal(placed, null);
  }

  /** Gives an event to the gateway, and to the checkout that it is for. */
  #route(event: RecordedEvent): void {
    const { stream, position } = event;
    if (stream.startsWith('payment-')) this.gateway.see(stream, event);
    const route = this.manager.route(event as RecordedEvent<CheckoutInput>);
    if (route.kind === 'ignore') return;
    const runner = this.#runners.get(route.id);
    assert.ok(runner !== undefined, `${event.type} is routed to ${route.id}`);
    runner.inputs.push({
      kind: 'event',
      event: event as RecordedEvent<CheckoutInput>,
      at: this.iso,
      position,
    });
  }

  receive(runner: Runner, input: Input): void {
    const decisions = this.manager.decide(input, runner.state);
    runner.decisions.push(...decisions);
    runner.state = fold(this.manager, runner.state, decisions);
    assert.ok(runner.decisions.length < 400, 'decides on and on');
    for (const work of this.manager.pending(runner.state)) {
      if (work.kind === 'deadline') runner.deadlines.set(`${work.name} ${work.dueAt}`, work);
    }
  }

  crash(runner: Runner, checkpoint: number): void {
    for (const [n, flying] of this.inFlight.entries()) {
      if (flying.runner === runner) this.inFlight[n] = { ...flying, awaited: false };
    }
    runner.state = fold(this.manager, this.manager.initialState, runner.decisions);
    runner.delivered = checkpoint;
    runner.outcomes.length = 0;
    runner.sent.clear();
  }

  /** Wanted work that is due and not sent yet. */
  unsent(runner: Runner): readonly Sent[] {
    return this.manager
      .pending(runner.state)
      .filter((work) => work.kind === 'command')
      .filter(
        (work) => !runner.sent.has(sending(work)) && Date.parse(work.notBefore ?? this.iso) <= this.clock,
      );
  }

  dispatch(runner: Runner, work: Sent): void {
    runner.sent.add(sending(work));
    this.inFlight.push({ runner, work, awaited: true });
  }

  execute(n: number, fated: 'arrives' | 'repeats' | 'lost' | 'unanswered'): void {
    const flying = this.inFlight[n];
    assert.ok(flying !== undefined);
    const { runner, work, awaited } = flying;
    const fate = this.full.has(this.streamOf(work.command)) ? 'lost' : fated;
    if (fate === 'repeats') this.inFlight[n] = { runner, work, awaited: false };
    else this.inFlight.splice(n, 1);
    const rejection = fate === 'lost' ? null : this.#streams.send(work.command);
    if (!awaited) return;
    const { step } = work;
    if (fate === 'lost' || fate === 'unanswered') {
      const attempt = work.failedAttempts + 1;
      runner.outcomes.push(
        attempt >= this.setup.maxAttempts && this.manager.retryPolicy?.(step).attempts !== null
          ? { kind: 'stepFailed', step, reason: 'exhausted', error: fate, at: this.iso }
          : {
              kind: 'attemptFailed',
              step,
              attempt,
              error: fate,
              retryAt: new Date(this.clock + 500).toISOString(),
              at: this.iso,
            },
      );
    } else if (rejection !== null) {
      runner.outcomes.push({ kind: 'stepFailed', step, reason: 'rejected', error: rejection, at: this.iso });
    }
  }

  pay({ id: orderId, purchase: { method } }: Runner): void {
    this.#streams.handle(order, { type: 'StartPayment', data: { orderId, method } });
  }

  extend({ id: orderId }: Runner): void {
    this.#streams.handle(order, { type: 'ExtendReservation', data: { orderId, at: this.iso, byMs: 60_000 } });
  }

  cancel({ id: orderId }: Runner): void {
    this.#streams.handle(order, { type: 'Cancel', data: { orderId, reason: 'CUSTOMER_CANCELLED' } });
  }

  judge({ id: orderId }: Runner, approved: boolean): void {
    this.#streams.handle(order, { type: 'Review', data: { orderId, approved, reason: 'a person looked' } });
  }

  /** A request may be for any step, wanted or not. */
  ask({ id: orderId }: Runner, type: 'RequestStepRetry' | 'RequestStepSettlement', step: Step): void {
    this.#streams.handle(intervention, { type, data: { orderId, step, reason: 'a person says so' } });
  }

  ring(runner: Runner, { name, dueAt }: { readonly name: string; readonly dueAt: string }): void {
    this.receive(runner, { kind: 'deadline', name, dueAt, at: this.iso });
  }
}
