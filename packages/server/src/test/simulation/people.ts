// The people of a simulation: customers, who place, pay and cancel orders, and staff. Each request has an id of its own and
// is repeated until there is an answer, as by clients with an idempotency key.
import { isDeepStrictEqual } from 'node:util';
import { CustomerId, money, OrderId, Sku, type DomainCommand } from '@holdfast/kernel';
import { order, orderStream, type OrderLine, type OrderState, type PlaceOrder } from '@holdfast/ordering';
import { shipment, shipmentStream } from '@holdfast/shipping';
import type { Planted } from './faults.js';
import type { Machine, Running } from './machine.js';
import type { World } from './world.js';

const answerMs = 15_000;
const skus = ['PLENTY', 'SCARCE', 'FREE'].map((sku) => Sku(sku));
const received: Readonly<Record<string, number>> = { PLENTY: 1000, SCARCE: 8, FREE: 1000 };
const prices: Readonly<Record<string, number>> = { PLENTY: 250, SCARCE: 999, FREE: 0 };
const customers = ['ann', 'bob', 'cy', 'poor'].map((id) => CustomerId(id));

export type Placed = { readonly orderId: OrderId; readonly data: PlaceOrder['data'] };
/** `eventId` is null when the command had nothing to change. */
export type Answer = { readonly stream: string; readonly revision: number; readonly eventId: string | null };

export class People {
  readonly placed: Placed[] = [];
  /** answers that were given, by command id: its last event, and that event's place */
  readonly answers = new Map<string, Answer>();
  /** broken promises */
  readonly complaints: string[] = [];
  #waiting = 0;
  #requests = 0;
  #isOpen = true;

  constructor(
    private readonly world: World,
    private readonly machine: Machine,
    private readonly planted: Planted | null = null,
  ) {}

  /** whether every request has its answer */
  get areServed(): boolean {
    return this.#waiting === 0;
  }

  openShop(): void {
    for (const sku of skus) {
      const price = money.of(prices[sku] ?? 0, 'EUR');
      this.#ask({ type: 'CreateProduct', data: { sku, name: sku, price } }, `create-${sku}`, () => {
        this.#ask({ type: 'ReceiveStock', data: { sku, quantity: received[sku] } }, `receive-${sku}`);
      });
    }
    for (const customerId of customers) {
      const data = { customerId, amount: money.of(customerId === 'poor' ? 300 : 6_000, 'EUR') };
      this.#ask({ type: 'Deposit', data }, `deposit-${customerId}`);
    }
  }

  /** Starts customers who place orders over some time and act on them, and staff who look after the orders. */
  come(orders: number, overMs: number): void {
    for (let n = 0; n < orders; n += 1)
      this.world.after(20_000 + this.world.below(overMs), () => this.#place(n));
    const look = (): void => {
      void this.#look().finally(() => {
        this.world.after(this.world.below(20_000), look);
      });
    };
    this.world.after(30_000, look);
  }

  /** From now on people finish what they began, and begin nothing new. */
  goHome(): void {
    this.#isOpen = false;
  }

  #place(n: number): void {
    const { world } = this;
    const orderId = OrderId(`o-${n}`);
    const method = world.pick(['WALLET', 'CARD'] as const);
    const data: PlaceOrder['data'] = {
      ...{ orderId, customerId: world.pick(customers), lines: this.#lines() },
      ...{ paymentMethod: method, paymentMode: world.pick(['AUTOMATIC', 'ON_CONFIRMATION'] as const) },
      coordination: world.pick(['ORCHESTRATION', 'ORCHESTRATION', 'CHOREOGRAPHY'] as const),
      ...(world.chance(0.3) && { definition: 'payment-first' as const }),
      shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
      customerHistory: { earlierOrders: 1, ordersInLastHour: 0 },
      ...(method === 'CARD' && world.chance(0.8) && { cardToken: this.#card() }),
    };
    this.placed.push({ orderId, data });
    this.#ask({ type: 'PlaceOrder', data }, `place-${orderId}`);
    if (data.paymentMode === 'ON_CONFIRMATION' && world.chance(0.8))
      world.after(this.#pause(), () => this.#pay({ orderId, data }, 1));
    if (world.chance(0.25))
      world.after(this.#pause(), () => {
        this.#ask({ type: 'Cancel', data: { orderId, reason: 'CUSTOMER_CANCELLED' } }, `cancel-${orderId}`);
      });
  }

  #pay({ orderId, data: { paymentMethod: method } }: Placed, nth: number): void {
    const { world } = this;
    const data = {
      orderId,
      method,
      ...(method === 'CARD' && world.chance(0.8) && { cardToken: this.#card() }),
    };
    this.#ask({ type: 'StartPayment', data }, `pay-${orderId}-${nth}`, undefined, () => {
      // Not reserved yet, or declined before: the customer tries again, a few times.
      if (nth < 3)
        world.after(this.#pause(), () => this.#pay({ orderId, data: this.#dataOf(orderId) }, nth + 1));
    });
  }

  #dataOf(orderId: OrderId): PlaceOrder['data'] {
    return (this.placed.find((one) => one.orderId === orderId) as Placed).data;
  }

  #pause(): number {
    return this.world.chance(0.5) ? this.world.below(5_000) : this.world.below(5 * 60_000);
  }

  #card(): string {
    const rare = ['tok_declined', 'tok_insufficient', 'tok_timeout', 'tok_redirect'];
    return this.world.chance(0.6) ? 'tok_ok' : this.world.pick(rare);
  }

  #lines() {
    const { world } = this;
    const count = 1 + world.below(2);
    return Array.from({ length: count }, () => {
      const sku = world.pick(skus);
      const unitPrice = money.of(prices[sku] ?? 0, 'EUR');
      return { sku, name: sku, quantity: 1 + world.below(2), unitPrice };
    });
  }

  /** Staff look at the orders, and take the next step of each. */
  async #look(): Promise<void> {
    const { running } = this.machine;
    if (running === null) return;
    for (const { orderId } of this.placed) {
      if (running.life.isOver()) return;
      try {
        const { state } = await running.engine.commands.load(order, orderStream(orderId));
        await this.#attend(running, orderId, state);
      } catch {
        // The log can't be read at the moment; they look again later.
        return;
      }
    }
  }

  async #attend({ engine }: Running, orderId: OrderId, state: OrderState): Promise<void> {
    const { world } = this;
    switch (state.status) {
      case 'UNDER_REVIEW': {
        const data = { orderId, approved: world.chance(0.6), reason: 'looked at' };
        if (state.review === null) this.#ask({ type: 'Review', data }, `review-${orderId}`);
        return;
      }
      case 'CONFIRMED': {
        if (world.chance(0.02) && this.#isOpen) {
          this.#refund(orderId, 40);
          return;
        }
        if (!state.isPacked) {
          this.#ask({ type: 'MarkPacked', data: { orderId } }, `pack-${orderId}`);
          return;
        }
        const parcel = (await engine.commands.load(shipment, shipmentStream(orderId))).state;
        if (!('label' in parcel) || parcel.label === null) return;
        const { label } = parcel;
        this.#ask({ type: 'MarkShipped', data: { orderId, ...label } }, `ship-${orderId}`);
        return;
      }
      case 'SHIPPED':
      case 'IN_TRANSIT': {
        const code = state.status === 'SHIPPED' ? 'DEPARTED' : 'DELIVERED';
        const at = new Date(world.clock.now()).toISOString();
        const scan = { scanId: `${orderId}-${code}`, code, location: null, at };
        this.#ask({ type: 'RecordScan', data: { orderId, scan } }, scan.scanId);
        return;
      }
      case 'DELIVERED': {
        if (!this.#isOpen || !world.chance(0.1)) return;
        if (world.chance(0.5)) {
          this.#refund(orderId, 1 + world.below(200));
          return;
        }
        this.#giveBack(orderId, state.placed.lines[0] as OrderLine);
        return;
      }
      default:
        return;
    }
  }

  /** A customer asks to send one unit back; the warehouse takes one back, asked for or not; now and then it declines. */
  #giveBack(orderId: OrderId, { sku }: OrderLine): void {
    const { world } = this;
    const lines = [{ sku, quantity: 1 }];
    const reason = 'unwanted';
    const requestId = `request-${orderId}-${(this.#requests += 1)}`;
    const returnId = `return-${orderId}-${this.#requests}`;
    const takeBack = () =>
      this.#ask({ type: 'AcceptReturn', data: { orderId, returnId, lines, reason } }, returnId);
    if (world.chance(0.5)) {
      takeBack();
      return;
    }
    const decline = () =>
      this.#ask({ type: 'DeclineReturn', data: { orderId, requestId, reason } }, `decline-${requestId}`);
    const next = world.chance(0.7) ? takeBack : decline;
    this.#ask({ type: 'RequestReturn', data: { orderId, requestId, lines, reason } }, requestId, next);
  }

  #refund(orderId: OrderId, minor: number): void {
    const refundId = `refund-${orderId}-${(this.#requests += 1)}`;
    const at = new Date(this.world.clock.now()).toISOString();
    const data = { orderId, refundId, amount: money.of(minor, 'EUR'), reason: 'kind', by: 'staff:s', at };
    this.#ask({ type: 'RequestRefund', data }, refundId);
  }

  /** Sends a command until there is an answer, and now and then once more. */
  #ask(command: DomainCommand, id: string, done?: () => void, refused?: () => void): void {
    const { world } = this;
    let isAnswered = false;
    this.#waiting += 1;
    const send = (): void => {
      const { running } = this.machine;
      if (running === null) return;
      void this.#answer(running, command, id).then(
        (answer) => {
          if (answer !== null) this.#compare(id, answer);
          if (isAnswered) return;
          isAnswered = true;
          this.#waiting -= 1;
          if (answer === null) refused?.();
          else done?.();
        },
        // The log is closed or too busy: the client tries again.
        () => undefined,
      );
    };
    const again = (): void => {
      if (isAnswered) return;
      send();
      world.after(answerMs, again);
    };
    again();
    if (world.chance(0.2)) world.after(this.#pause(), send);
  }

  /** A repeated request has the same answer. One that changed nothing is not on record, and is decided on again. */
  #compare(id: string, answer: Answer): void {
    if (answer.eventId === null) return;
    const before = this.answers.get(id);
    if (before === undefined) this.answers.set(id, answer);
    else if (!isDeepStrictEqual(before, answer))
      this.complaints.push(`${id} got ${JSON.stringify(before)}, then ${JSON.stringify(answer)}`);
  }

  /** Returns the answer once its events are synced, like the API; null when the command was refused. */
  async #answer({ engine }: Running, command: DomainCommand, id: string): Promise<Answer | null> {
    const { commands, store } = engine;
    const context = { commandId: id, correlationId: id, causationId: id, actor: 'customer', fingerprint: id };
    const outcome = await commands.handle(command, context);
    if (!outcome.ok) return null;
    if (this.planted !== 'an answer that does not wait for the disk') await store.synced(outcome.position);
    const { stream, revision } = outcome;
    const [event] = revision < 0 ? [] : await store.readStream(stream, { from: revision, limit: 1 });
    return { stream, revision, eventId: event?.metadata.commandId === id ? event.id : null };
  }
}
