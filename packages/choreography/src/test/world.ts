// A world of orders, stock and wallets with the process managers of both coordinations, in time that the spec moves.
// Messages are counted, and each message can have a fault: a command is lost, unanswered, repeated or late, an input is
// late or repeated, or a process manager crashes after it.
import assert from 'node:assert/strict';
import { createCheckout, type CheckVerdict } from '@holdfast/checkout';
import { fulfilment } from '@holdfast/fulfilment';
import { allocation, stock, stockStream, type StockState } from '@holdfast/inventory';
import type { OrderId } from '@holdfast/kernel';
import {
  CustomerId,
  fold,
  RecentMap,
  Sku,
  streamName,
  type AnyAggregate,
  type DomainCommand,
  type DomainEvent,
  type PendingWork,
  type Process,
  type ProcessInput,
  type RecordedEvent,
  type Result,
} from '@holdfast/kernel';
import {
  invoices,
  order,
  orderStream,
  type CheckoutDefinition,
  type Coordination,
  type OrderState,
  type OrderStatus,
  type PaymentMethod,
  type PaymentMode,
  type StockKeeper,
} from '@holdfast/ordering';
import { payment, type PaymentCommand } from '@holdfast/payments';
import { shipment, tracking } from '@holdfast/shipping';
import { wallet, walletStream, type WalletState } from '@holdfast/wallet';
import { CardGateway, type CardToken, type GatewayTask } from './gateway.js';
import { createInventoryPolicy, createOrderingPolicy, createPaymentPolicy } from '../index.js';

/** Any process manager. It gets only inputs that it routes, so their types may be left out. */
export type Manager = Process<DomainEvent, DomainEvent, unknown, DomainCommand>;
type Input = ProcessInput;
type Sent = Extract<PendingWork, { readonly kind: 'command' }>;

export const commandFaults = ['lost', 'unanswered', 'twice', 'late', 'crash'] as const;
/**
 * `lost`: the request did not reach the gateway; `unanswered`: it was carried out, and the reply is lost. In both cases
 * the request is sent again, without limit.
 */
export const gatewayFaults = ['lost', 'unanswered', 'twice', 'late'] as const;
export const inputFaults = ['late', 'twice', 'crash'] as const;
export type Fault = (typeof commandFaults)[number];

const beginning = Date.parse('2026-01-01T00:00:00.000Z');
export const reservationTtlMs = 900_000;
export const paymentTimeoutMs = 300_000;
export const unitPrice = 10;
export const customerId = CustomerId('ann');

const verdicts: Readonly<Record<string, CheckVerdict>> = {
  review: { verdict: 'review', reason: 'large' },
  reject: { verdict: 'reject', reason: 'FRAUD_REJECTED', message: 'No' },
};
/** The name of the recipient decides the outcome of the check. */
const settings = {
  reservationTtlMs,
  paymentTimeoutMs,
  paymentAttempts: 2,
  check: ({ shippingAddress }: { readonly shippingAddress: { readonly name: string } }): CheckVerdict =>
    verdicts[shippingAddress.name] ?? { verdict: 'pass' },
};

/** One order of a process manager. Only `decisions` outlives a crash. */
type Instance = {
  readonly manager: Manager;
  readonly id: string;
  readonly decisions: DomainEvent[];
  state: unknown;
  readonly inputs: Input[];
  delivered: number;
  readonly outcomes: Input[];
  readonly sent: Set<string>;
  /** whether its next input waits until all other work is done */
  isHeldUp: boolean;
};
/** A command under way. After a crash, no process waits for its answer. */
type InFlight = { readonly instance: Instance; readonly work: Sent; isAwaited: boolean };

export type Purchase = {
  readonly id: OrderId;
  /** SKU and quantity; a SKU may be repeated */
  readonly lines: readonly (readonly [string, number])[];
  readonly paymentMode: PaymentMode;
  /** by wallet unless given */
  readonly paymentMethod?: PaymentMethod;
  /** of an order that is paid at once */
  readonly cardToken?: CardToken;
  readonly isFree?: boolean;
  readonly verdict?: string;
  readonly definition?: CheckoutDefinition;
  /** absent: that of the world */
  readonly coordination?: Coordination;
  readonly stockKeeper?: StockKeeper;
};

export type WorldOptions = {
  readonly coordination: Coordination;
  readonly onHand: Readonly<Record<string, number>>;
  readonly balance: number;
  /** the fault of the n-th message */
  readonly faults?: ReadonlyMap<number, Fault>;
  /** steps, and operations of the gateway, that are on their way until deadlines have fired */
  readonly slow?: readonly string[];
  /** attempts for lost commands: fewer than the policy of the step has */
  readonly maxAttempts?: number;
  /** Stock and wallets forget an ended order at once, as they do after very many other orders. */
  readonly isForgetful?: boolean;
  /** Confirmed orders go on to the warehouse: their fulfilment runs too. */
  readonly ships?: boolean;
  /** Called after each event; returns the actions of the customer or staff. */
  react?(this: void, event: RecordedEvent, world: World): readonly DomainCommand[];
};

/** The same aggregate, but it forgets ended orders. */
const forgetful = (aggregate: AnyAggregate): AnyAggregate => ({
  ...aggregate,
  evolve: (state: unknown, event: unknown): object => ({
    ...(aggregate.evolve(state, event) as object),
    ended: RecentMap.empty(1),
  }),
});
const parcels: readonly AnyAggregate[] = [shipment, tracking];
const remembering: readonly AnyAggregate[] = [
  ...[order, invoices, stock, allocation, wallet, payment],
  ...parcels,
];
const forgetting: readonly AnyAggregate[] = [
  ...[order, invoices, allocation, payment],
  ...[forgetful(stock), forgetful(wallet)],
  ...parcels,
];
const aggregateOf = (command: DomainCommand, isForgetful: boolean): AnyAggregate => {
  const aggregates = isForgetful ? forgetting : remembering;
  const found = aggregates.find(({ commandTypes }) => (commandTypes as string[]).includes(command.type));
  assert.ok(found !== undefined, command.type);
  return found;
};
const managers = [
  createCheckout(settings),
  createInventoryPolicy(),
  createPaymentPolicy(settings),
  createOrderingPolicy(settings),
] as unknown as readonly Manager[];
const shippingManagers = [...managers, fulfilment as unknown as Manager];

type Sort = 'command' | 'input' | 'gateway';

export class World {
  readonly log: RecordedEvent[] = [];
  /** number of messages so far */
  messages = 0;
  /** a description of each message, for the titles of failures */
  readonly sorts: Sort[] = [];
  readonly gateway = new CardGateway();
  #clock = beginning;
  readonly #states = new Map<string, unknown>();
  readonly #revisions = new Map<string, number>();
  readonly #instances = new Map<string, Instance>();
  readonly #inFlight: InFlight[] = [];
  readonly #late: (() => void)[] = [];
  readonly #slow: InFlight[] = [];
  readonly #slowTasks: GatewayTask[] = [];
  readonly #wishes: DomainCommand[] = [];
  /** ids of commands; some commands are recognised only by their id */
  readonly #handled = new Set<string>();
  #isSlow = true;

  constructor(
    private readonly options: WorldOptions,
    /** process managers with a planted bug */
    private readonly all: readonly Manager[] = options.ships === true ? shippingManagers : managers,
  ) {
    for (const [sku, quantity] of Object.entries(options.onHand)) {
      const price = { minor: unitPrice, currency: 'EUR' };
      this.ask({ type: 'CreateProduct', data: { sku: Sku(sku), name: sku, price } });
      if (quantity > 0) this.ask({ type: 'ReceiveStock', data: { sku: Sku(sku), quantity } });
    }
    if (options.balance > 0) {
      const amount = { minor: options.balance, currency: 'EUR' };
      this.ask({ type: 'Deposit', data: { customerId, amount } });
    }
  }

  // Actions of persons

  /** Returns the code of the refusal, or null. */
  ask(command: DomainCommand): string | null {
    return this.#handle(command, 'customer:ann', `asked-${this.log.length}`);
  }

  place({ id, lines, paymentMode, isFree = false, verdict = 'pass', ...given }: Purchase): void {
    const { coordination = this.options.coordination, definition } = given;
    const { paymentMethod = 'WALLET', cardToken, stockKeeper } = given;
    const price = { minor: isFree ? 0 : unitPrice, currency: 'EUR' };
    const refusal = this.ask({
      type: 'PlaceOrder',
      data: {
        orderId: id,
        customerId,
        lines: lines.map(([sku, quantity]) => ({ sku: Sku(sku), name: sku, quantity, unitPrice: price })),
        paymentMethod,
        paymentMode,
        coordination,
        ...(cardToken !== undefined && { cardToken }),
        ...(definition !== undefined && { definition }),
        ...(stockKeeper !== undefined && { stockKeeper }),
        shippingAddress: { name: verdict, line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
      },
    });
    assert.equal(refusal, null);
  }

  order(id: OrderId): OrderState {
    return (this.#states.get(orderStream(id)) ?? order.initialState) as OrderState;
  }
  status(id: OrderId): OrderStatus | 'NOT_PLACED' {
    return this.order(id).status;
  }
  stock(sku: string): { readonly onHand: number; readonly reserved: number } {
    const state = this.#states.get(stockStream(Sku(sku))) as Extract<StockState, { kind: 'listed' }>;
    return { onHand: state.onHand, reserved: state.reserved };
  }
  wallet(): { readonly balance: number; readonly held: number } {
    const state = this.#states.get(walletStream(customerId)) as WalletState | undefined;
    return state?.kind === 'open'
      ? { balance: state.balance.minor, held: state.held.minor }
      : { balance: 0, held: 0 };
  }

  // Time

  /** Runs until only time can cause more work. A failed command is sent again when its time comes. */
  rest(): void {
    for (let round = 0; round < 2_000; round += 1) {
      if (this.#proceed() || this.#release()) continue;
      const next = this.#nextAttempt();
      if (next === null) return;
      this.#clock = next;
    }
    assert.fail('does not come to rest');
  }

  /** All armed deadlines fire, in order. Slow messages arrive after them, and may arm further deadlines. */
  passTime(): void {
    this.#ring();
    this.#isSlow = false;
    this.#inFlight.push(...this.#slow.splice(0));
    this.gateway.tasks.push(...this.#slowTasks.splice(0));
    this.rest();
    this.#ring();
  }

  #ring(): void {
    for (let due = this.#nextDeadline(); due !== null; due = this.#nextDeadline()) {
      const { instance, deadline } = due;
      this.#clock = Math.max(this.#clock, Date.parse(deadline.dueAt));
      this.#decide(instance, { ...deadline, kind: 'deadline', at: this.#iso() });
      this.rest();
    }
  }

  /** time that has passed in the world */
  elapsedMs(): number {
    return this.#clock - beginning;
  }

  /** The remaining work, by process manager and order. */
  left(): readonly string[] {
    return [...this.#instances.values()].flatMap((instance) =>
      pending(instance).map(
        (work) =>
          `${instance.manager.name} ${instance.id}: ${work.kind === 'command' ? work.step : work.name}`,
      ),
    );
  }

  decisions(): readonly DomainEvent[] {
    return [...this.#instances.values()].flatMap(({ decisions }) => decisions);
  }

  /** Delivers every input once more: a process manager that has seen it decides nothing. */
  assertNothingNew(): void {
    for (const { manager, id, state, inputs } of this.#instances.values())
      for (const input of inputs)
        assert.deepEqual(
          manager.decide(input, state),
          [],
          `${manager.name} ${id} decides on an input that it has seen`,
        );
  }

  // Running work

  /** Runs one waiting piece of work; returns false when there is none. */
  #proceed(): boolean {
    const wish = this.#wishes.shift();
    if (wish !== undefined) {
      this.ask(wish);
      return true;
    }
    for (const instance of this.#instances.values()) {
      const outcome = instance.outcomes.shift();
      if (outcome !== undefined) {
        this.#decide(instance, outcome);
        return true;
      }
      if (!instance.isHeldUp && instance.delivered < instance.inputs.length) {
        this.#deliver(instance);
        return true;
      }
      const work = this.#unsent(instance).find(
        ({ notBefore }) => Date.parse(notBefore ?? '') <= this.#clock || notBefore === undefined,
      );
      if (work !== undefined) {
        instance.sent.add(sending(work));
        const flying = { instance, work, isAwaited: true };
        const isSlow = this.#isSlow && this.options.slow?.includes(work.step) === true;
        (isSlow ? this.#slow : this.#inFlight).push(flying);
        return true;
      }
    }
    const flying = this.#inFlight.shift();
    if (flying === undefined) return this.#askGateway();
    this.#arrive(flying);
    return true;
  }

  /** Sends the next request to the gateway; false when there is none. */
  #askGateway(): boolean {
    const task = this.gateway.tasks.shift();
    if (task === undefined) return false;
    if (this.#isSlow && this.options.slow?.includes(`gateway:${task.operation.kind}`) === true) {
      this.#slowTasks.push(task);
      return true;
    }
    const fault = this.#fault('gateway');
    const perform = (): void => {
      this.#tell(this.gateway.perform(task));
    };
    if (fault === 'late') this.#late.push(perform);
    else if (fault === 'lost') this.gateway.tasks.push(task);
    else if (fault === 'unanswered') {
      this.gateway.perform(task);
      this.gateway.tasks.push(task);
    } else perform();
    if (fault === 'twice') perform();
    return true;
  }

  #tell(command: PaymentCommand): void {
    this.#handle(command, 'reactor:payments', `told-${this.log.length}`);
  }

  /** Delivers one late message; returns false when there is none. */
  #release(): boolean {
    const late = this.#late.shift();
    late?.();
    return late !== undefined;
  }

  #fault(sort: Sort): Fault | undefined {
    const fault = this.options.faults?.get(this.messages);
    this.messages += 1;
    this.sorts.push(sort);
    return fault;
  }

  #deliver(instance: Instance): void {
    const fault = this.#fault('input');
    if (fault === 'late') {
      instance.isHeldUp = true;
      this.#late.push(() => {
        instance.isHeldUp = false;
      });
      return;
    }
    const input = instance.inputs[instance.delivered];
    assert.ok(input !== undefined);
    instance.delivered += 1;
    this.#decide(instance, input);
    if (fault === 'twice') this.#decide(instance, input);
    if (fault === 'crash') this.#crash(instance);
  }

  #arrive(flying: InFlight): void {
    const { instance, work } = flying;
    const fault = this.#fault('command');
    if (fault === 'late') {
      this.#late.push(() => void this.#inFlight.push(flying));
      return;
    }
    const send = (): string | null =>
      this.#handle(work.command, `process:${instance.manager.name}`, `${instance.id}:${work.step}`);
    const refusal = fault === 'lost' ? null : send();
    if (fault === 'twice') send();
    if (fault === 'crash') this.#crash(instance);
    if (!flying.isAwaited) return;
    const { step } = work;
    const at = this.#iso();
    if (fault === 'lost' || fault === 'unanswered')
      instance.outcomes.push(this.#failure(instance, work, fault));
    else if (refusal !== null)
      instance.outcomes.push({ kind: 'stepFailed', step, reason: 'rejected', error: refusal, at });
  }

  #failure({ manager }: Instance, { step, failedAttempts }: Sent, error: string): Input {
    const at = this.#iso();
    const attempt = failedAttempts + 1;
    const { attempts = null } = manager.retryPolicy?.(step) ?? {};
    if (attempts !== null && attempt >= (this.options.maxAttempts ?? attempts))
      return { kind: 'stepFailed', step, reason: 'exhausted', error, at };
    const retryAt = new Date(this.#clock + 500).toISOString();
    return { kind: 'attemptFailed', step, attempt, error, retryAt, at };
  }

  #crash(instance: Instance): void {
    for (const flying of [...this.#inFlight, ...this.#slow])
      if (flying.instance === instance) flying.isAwaited = false;
    instance.state = fold(instance.manager, instance.manager.initialState, instance.decisions);
    instance.delivered = 0;
    instance.outcomes.length = 0;
    instance.sent.clear();
  }

  #decide(instance: Instance, input: Input): void {
    const { manager, id } = instance;
    const decisions = manager.decide(input, instance.state);
    instance.decisions.push(...decisions);
    assert.ok(instance.decisions.length < 300, `${manager.name} decides on and on`);
    instance.state = fold(manager, instance.state, decisions);
    for (const decision of decisions)
      this.#append(streamName(manager.name, id), decision, `process:${manager.name}`);
  }

  /** Returns the code of the refusal, or null. */
  #handle(command: DomainCommand, actor: string, commandId: string): string | null {
    const aggregate = aggregateOf(command, this.options.isForgetful === true);
    const isKnown = this.#handled.has(commandId);
    if (isKnown && aggregate.recognisedById?.includes(command.type) === true) return null;
    const stream = aggregate.stream(command);
    const state: unknown = this.#states.get(stream) ?? aggregate.initialState;
    const decision = aggregate.decide(command, state) as Result<
      readonly DomainEvent[],
      { readonly code: string }
    >;
    if (!decision.ok) return decision.rejection.code;
    // A rejected command leaves no trace, so the same command is decided again later.
    this.#handled.add(commandId);
    const events = decision.value;
    this.#states.set(stream, fold(aggregate, state, events));
    for (const event of events) this.#append(stream, event, actor);
    this.#assertSound(stream);
    return null;
  }

  #append(stream: string, event: DomainEvent, actor: string): void {
    const position = this.log.length;
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    const at = this.#iso();
    const metadata = { correlationId: '', causationId: '', commandId: '', actor, at, schemaVersion: 1 };
    const recorded = { ...event, id: `event-${position}`, stream, revision, position, metadata };
    this.log.push(recorded);
    if (stream.startsWith('payment-')) this.gateway.see(stream, event);
    for (const manager of this.all) {
      if (!manager.inputPrefixes.some((prefix) => stream.startsWith(prefix))) continue;
      const to = manager.route(recorded);
      if (to.kind === 'ignore') continue;
      this.#instance(manager, to.id).inputs.push({ kind: 'event', event: recorded, at, position });
    }
    this.#wishes.push(...(this.options.react?.(recorded, this) ?? []));
  }

  #instance(manager: Manager, id: string): Instance {
    const key = streamName(manager.name, id);
    const found = this.#instances.get(key);
    if (found !== undefined) return found;
    const state = manager.initialState;
    const kept = { delivered: 0, isHeldUp: false, inputs: [], outcomes: [], sent: new Set<string>() };
    const instance: Instance = { manager, id, decisions: [], state, ...kept };
    this.#instances.set(key, instance);
    return instance;
  }

  #unsent(instance: Instance): readonly Sent[] {
    return pending(instance)
      .filter((work) => work.kind === 'command')
      .filter((work) => !instance.sent.has(sending(work)));
  }

  #nextAttempt(): number | null {
    const waits = [...this.#instances.values()]
      .flatMap((instance) => this.#unsent(instance))
      .map(({ notBefore }) => Date.parse(notBefore ?? this.#iso()));
    return waits.length === 0 ? null : Math.min(...waits);
  }

  #nextDeadline() {
    const armed = [...this.#instances.values()].flatMap((instance) =>
      pending(instance).flatMap((deadline) => (deadline.kind === 'deadline' ? [{ instance, deadline }] : [])),
    );
    return armed.sort((a, b) => a.deadline.dueAt.localeCompare(b.deadline.dueAt))[0] ?? null;
  }

  #assertSound(stream: string): void {
    const state = this.#states.get(stream) as StockState | WalletState | OrderState;
    if (!('kind' in state) || !/^(stock|wallet)-/.test(stream)) return;
    if (state.kind === 'listed')
      assert.ok(state.reserved >= 0 && state.reserved <= state.onHand, `${stream} promises too much`);
    if (state.kind === 'open')
      assert.ok(state.held.minor >= 0 && state.held.minor <= state.balance.minor, `${stream} holds too much`);
  }

  #iso(): string {
    return new Date(this.#clock).toISOString();
  }
}

const pending = ({ manager, state }: Instance): readonly PendingWork[] => manager.pending(state);
const sending = (work: Sent): string =>
  `${work.step}#${work.round ?? 1}#${work.failedAttempts}#${work.notBefore ?? ''}`;

/** The process managers with a bug planted in one of them. */
export const withBug = (name: string, change: (manager: Manager) => Partial<Manager>): readonly Manager[] =>
  managers.map((manager) => (manager.name === name ? { ...manager, ...change(manager) } : manager));
