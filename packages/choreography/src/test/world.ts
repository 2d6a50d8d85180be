// A world of orders, stock and wallets with the process managers of both coordinations, in time that the spec moves.
// Messages are counted, and each message can have a fault: a command is lost, unanswered, repeated or late, an input is
// late or repeated, or a process manager crashes after it.
import assert from 'node:assert/strict';
import { stockStream, type StockState } from '@holdfast/inventory';
import {
  Sku,
  streamName,
  type OrderId,
  type DomainCommand,
  type DomainEvent,
  type RecordedEvent,
} from '@holdfast/kernel';
import { order, orderStream, type Coordination, type OrderState, type OrderStatus } from '@holdfast/ordering';
import type { PaymentCommand } from '@holdfast/payments';
import { walletStream, type WalletState } from '@holdfast/wallet';
import { CardGateway, type GatewayTask } from './gateway.js';
import type { Fault } from './faults.js';
import {
  pending,
  unsent,
  sending,
  failureOf,
  restart,
  decide,
  newInstance,
  type Instance,
  type InFlight,
  type Input,
} from './instances.js';
import { shippingManagers, managers, type Manager } from './process-managers.js';
import { Streams } from './streams.js';
import { customerId, unitPrice, orderOf, type Purchase } from './purchase.js';

const beginning = Date.parse('2026-01-01T00:00:00.000Z');

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

type Sort = 'command' | 'input' | 'gateway';

export class World {
  readonly #streams: Streams;
  /** number of messages so far */
  messages = 0;
  /** a description of each message, for the titles of failures */
  readonly sorts: Sort[] = [];
  readonly gateway = new CardGateway();
  #clock = beginning;
  readonly #instances = new Map<string, Instance>();
  readonly #inFlight: InFlight[] = [];
  readonly #late: (() => void)[] = [];
  readonly #slow: InFlight[] = [];
  readonly #slowTasks: GatewayTask[] = [];
  readonly #wishes: DomainCommand[] = [];
  #isSlow = true;

  constructor(
    private readonly options: WorldOptions,
    /** process managers with a planted bug */
    private readonly all: readonly Manager[] = options.ships === true ? shippingManagers : managers,
  ) {
    this.#streams = new Streams({
      isForgetful: options.isForgetful === true,
      now: () => this.#iso(),
      onEvent: (event) => {
        this.#route(event);
      },
    });
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

  get log(): readonly RecordedEvent[] {
    return this.#streams.log;
  }

  // Actions of persons

  /** Returns the code of the refusal, or null. */
  ask(command: DomainCommand): string | null {
    return this.#streams.handle(command, 'customer:ann', `asked-${this.log.length}`);
  }

  place(purchase: Purchase): void {
    assert.equal(this.ask(orderOf(purchase, this.options.coordination)), null);
  }

  order(id: OrderId): OrderState {
    return (this.#streams.state(orderStream(id)) ?? order.initialState) as OrderState;
  }
  status(id: OrderId): OrderStatus | 'NOT_PLACED' {
    return this.order(id).status;
  }
  stock(sku: string): { readonly onHand: number; readonly reserved: number } {
    const state = this.#streams.state(stockStream(Sku(sku))) as Extract<StockState, { kind: 'listed' }>;
    return { onHand: state.onHand, reserved: state.reserved };
  }
  wallet(): { readonly balance: number; readonly held: number } {
    const state = this.#streams.state(walletStream(customerId)) as WalletState | undefined;
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
      const work = unsent(instance).find(
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
    this.#streams.handle(command, 'reactor:payments', `told-${this.log.length}`);
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
      this.#streams.handle(work.command, `process:${instance.manager.name}`, `${instance.id}:${work.step}`);
    const refusal = fault === 'lost' ? null : send();
    if (fault === 'twice') send();
    if (fault === 'crash') this.#crash(instance);
    if (!flying.isAwaited) return;
    const { step } = work;
    const at = this.#iso();
    if (fault === 'lost' || fault === 'unanswered')
      instance.outcomes.push(
        failureOf(instance, work, {
          error: fault,
          nowMs: this.#clock,
          maxAttempts: this.options.maxAttempts,
        }),
      );
    else if (refusal !== null)
      instance.outcomes.push({ kind: 'stepFailed', step, reason: 'rejected', error: refusal, at });
  }

  #crash(instance: Instance): void {
    for (const flying of [...this.#inFlight, ...this.#slow])
      if (flying.instance === instance) flying.isAwaited = false;
    restart(instance);
  }

  #decide(instance: Instance, input: Input): void {
    const { manager, id } = instance;
    for (const decision of decide(instance, input))
      this.#streams.append(streamName(manager.name, id), decision, `process:${manager.name}`);
  }

  /** Gives an event to the gateway, to the process managers that it is for, and to the customer and staff. */
  #route(event: RecordedEvent): void {
    const { stream, position, metadata } = event;
    if (stream.startsWith('payment-')) this.gateway.see(stream, event);
    for (const manager of this.all) {
      if (!manager.inputPrefixes.some((prefix) => stream.startsWith(prefix))) continue;
      const to = manager.route(event);
      if (to.kind === 'ignore') continue;
      this.#instance(manager, to.id).inputs.push({ kind: 'event', event, at: metadata.at, position });
    }
    this.#wishes.push(...(this.options.react?.(event, this) ?? []));
  }

  #instance(manager: Manager, id: string): Instance {
    const key = streamName(manager.name, id);
    const found = this.#instances.get(key);
    if (found !== undefined) return found;
    const instance = newInstance(manager, id);
    this.#instances.set(key, instance);
    return instance;
  }

  #nextAttempt(): number | null {
    const waits = [...this.#instances.values()]
      .flatMap((instance) => unsent(instance))
      .map(({ notBefore }) => Date.parse(notBefore ?? this.#iso()));
    return waits.length === 0 ? null : Math.min(...waits);
  }

  #nextDeadline() {
    const armed = [...this.#instances.values()].flatMap((instance) =>
      pending(instance).flatMap((deadline) => (deadline.kind === 'deadline' ? [{ instance, deadline }] : [])),
    );
    return armed.sort((a, b) => a.deadline.dueAt.localeCompare(b.deadline.dueAt))[0] ?? null;
  }

  #iso(): string {
    return new Date(this.#clock).toISOString();
  }
}
