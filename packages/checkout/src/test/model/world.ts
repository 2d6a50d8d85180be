// The world of one checkout's model: the log, the real orders, stock, wallets and payments, the gateway, the runner of each
// order's checkout, and the commands under way between them.
import assert from 'node:assert/strict';
import { stock, type StockState } from '@holdfast/inventory';
import {
  CustomerId,
  fold,
  OrderId,
  RecentMap,
  Sku,
  type Aggregate,
  type DomainCommand,
  type DomainEvent,
  type PendingWork,
  type ProcessInput,
  type RecordedEvent,
} from '@holdfast/kernel';
import { invoices, order, type OrderCommand, type OrderState } from '@holdfast/ordering';
import { payment, type PaymentCommand } from '@holdfast/payments';
import { wallet, type WalletState } from '@holdfast/wallet';
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

export type Checkout = ReturnType<typeof createCheckout>;
export type Input = ProcessInput<CheckoutInput>;
export type Sent = Extract<PendingWork<CheckoutCommand>, { kind: 'command' }>;

/** The same aggregate, but it forgets ended orders. */
const forgetful = <A extends { evolve(state: never, event: never): object }>(aggregate: A): A => ({
  ...aggregate,
  evolve: (state: never, event: never) => ({
    ...aggregate.evolve(state, event),
    ended: RecentMap.empty(1),
  }),
});

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
  clock = Date.parse('2026-01-01T00:00:00.000Z');
  readonly log: RecordedEvent[] = [];
  readonly inFlight: InFlight[] = [];
  /** streams that take no appends at present */
  readonly full = new Set<string>();
  readonly gateway: GatewayWorld;
  readonly #states = new Map<string, unknown>();
  readonly #runners = new Map<string, Runner>();
  /** orders that have a number: the runtime recognises the repeated command by its id */
  readonly #invoiced = new Set<OrderId>();
  readonly #stocks: typeof stock;
  readonly #wallets: typeof wallet;

  constructor(
    readonly manager: Checkout,
    readonly setup: Setup,
  ) {
    this.gateway = new GatewayWorld((command: PaymentCommand) => this.#handle(payment, command));
    this.#stocks = setup.isForgetful ? forgetful(stock) : stock;
    this.#wallets = setup.isForgetful ? forgetful(wallet) : wallet;
    for (const [n, quantity] of setup.onHand.entries()) {
      const sku = Sku(`S${n}`);
      this.#handle(stock, { type: 'CreateProduct', data: { sku, name: sku, price: unitPrice } });
      this.#handle(stock, { type: 'ReceiveStock', data: { sku, quantity } });
    }
    for (const [n, minor] of setup.balances.entries()) {
      const data = { customerId: CustomerId(`C${n}`), amount: { minor, currency: 'EUR' } };
      this.#handle(wallet, { type: 'Deposit', data });
    }
    for (const [n, purchase] of setup.purchases.entries()) this.#place(OrderId(`O${n}`), purchase);
  }

  get iso(): string {
    return new Date(this.clock).toISOString();
  }

  get runners(): readonly Runner[] {
    return [...this.#runners.values()];
  }

  stateOf(stream: string): unknown {
    return this.#states.get(stream);
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
    const placed = this.#handle(order, {
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

  /** Returns the code of the rejection, or null. */
  #handle<C extends DomainCommand, E extends DomainEvent, S, R extends { readonly code: string }>(
    aggregate: Aggregate<C, E, S, R>,
    command: C,
  ): string | null {
    const stream = aggregate.stream(command);
    const state = (this.stateOf(stream) ?? aggregate.initialState) as S;
    const decision = aggregate.decide(command, state);
    if (!decision.ok) return decision.rejection.code;
    this.#states.set(stream, fold(aggregate, state, decision.value));
    for (const event of decision.value) this.#append(stream, event);
    this.#assertSound(stream);
    return null;
  }

  #append(stream: string, event: DomainEvent): void {
    const position = this.log.length;
    const metadata = {
      correlationId: '',
      causationId: '',
      commandId: '',
      actor: 'system',
      at: this.iso,
      schemaVersion: 1,
    };
    const recorded = { ...event, id: `event-${position}`, stream, revision: 0, position, metadata };
    this.log.push(recorded);
    if (stream.startsWith('payment-')) this.gateway.see(stream, event);
    const route = this.manager.route(recorded as RecordedEvent<CheckoutInput>);
    if (route.kind === 'ignore') return;
    const runner = this.#runners.get(route.id);
    assert.ok(runner !== undefined, `${event.type} is routed to ${route.id}`);
    runner.inputs.push({
      kind: 'event',
      event: recorded as RecordedEvent<CheckoutInput>,
      at: this.iso,
      position,
    });
  }

  #send(command: CheckoutCommand): string | null {
    const { type } = command;
    if ((wallet.commandTypes as readonly string[]).includes(type))
      return this.#handle(this.#wallets, command as never);
    if ((stock.commandTypes as readonly string[]).includes(type))
      return this.#handle(this.#stocks, command as never);
    if ((payment.commandTypes as readonly string[]).includes(type))
      return this.#handle(payment, command as never);
    if (command.type !== 'IssueInvoice') return this.#handle(order, command as OrderCommand);
    if (this.#invoiced.has(command.data.orderId)) return null;
    this.#invoiced.add(command.data.orderId);
    return this.#handle(invoices, command);
  }

  streamOf(command: CheckoutCommand): string {
    const { type } = command;
    if ((wallet.commandTypes as readonly string[]).includes(type)) return wallet.stream(command as never);
    if ((stock.commandTypes as readonly string[]).includes(type)) return stock.stream(command as never);
    if ((payment.commandTypes as readonly string[]).includes(type)) return payment.stream(command as never);
    return command.type === 'IssueInvoice' ? invoices.stream(command) : order.stream(command as OrderCommand);
  }

  #assertSound(stream: string): void {
    const state = this.#states.get(stream);
    if (stream.startsWith('stock-')) {
      const { onHand, reserved } = state as Extract<StockState, { kind: 'listed' }>;
      assert.ok(reserved >= 0 && reserved <= onHand, `${stream} promises ${reserved} of ${onHand}`);
    } else if (stream.startsWith('wallet-')) {
      const { balance, held } = state as Extract<WalletState, { kind: 'open' }>;
      assert.ok(
        held.minor >= 0 && held.minor <= balance.minor,
        `${stream} holds ${held.minor} of ${balance.minor}`,
      );
    }
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
    const rejection = fate === 'lost' ? null : this.#send(work.command);
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
    this.#handle(order, { type: 'StartPayment', data: { orderId, method } });
  }

  extend({ id: orderId }: Runner): void {
    this.#handle(order, { type: 'ExtendReservation', data: { orderId, at: this.iso, byMs: 60_000 } });
  }

  cancel({ id: orderId }: Runner): void {
    this.#handle(order, { type: 'Cancel', data: { orderId, reason: 'CUSTOMER_CANCELLED' } });
  }

  judge({ id: orderId }: Runner, approved: boolean): void {
    this.#handle(order, { type: 'Review', data: { orderId, approved, reason: 'a person looked' } });
  }

  /** A request may be for any step, wanted or not. */
  ask({ id: orderId }: Runner, type: 'RequestStepRetry' | 'RequestStepSettlement', step: Step): void {
    this.#handle(intervention, { type, data: { orderId, step, reason: 'a person says so' } });
  }

  ring(runner: Runner, { name, dueAt }: { readonly name: string; readonly dueAt: string }): void {
    this.receive(runner, { kind: 'deadline', name, dueAt, at: this.iso });
  }
}
