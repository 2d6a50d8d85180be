// The real orders, stock, wallets, shipments and tracking numbers of a run, the runners of the fulfilments, and the
// commands under way between them.
import assert from 'node:assert/strict';
import { shipment, tracking } from '@holdfast/shipping';
import { wallet } from '@holdfast/wallet';
import { stock } from '@holdfast/inventory';
import { order } from '@holdfast/ordering';
import {
  fold,
  money,
  OrderId,
  type Result,
  type Rejection,
  type RecordedEvent,
  type ProcessInput,
  type PendingWork,
  type DomainEvent,
  type DomainCommand,
  type AnyAggregate,
} from '@holdfast/kernel';
import {
  customerId,
  deposited,
  price,
  shippingAddress,
  skus,
  unitPrice,
  units,
  type Setup,
} from './setups.js';
import type { FulfilmentState } from '../../fulfilment-state.js';
import type { FulfilmentInput, FulfilmentCommand } from '../../fulfilment-steps.js';
import type { FulfilmentEvent } from '../../fulfilment.events.js';
import type { fulfilment } from '../../fulfilment.js';

export type Process = typeof fulfilment;
export type Input = ProcessInput<FulfilmentInput>;
export type Sent = Extract<PendingWork<FulfilmentCommand>, { kind: 'command' }>;

/** One fulfilment in a runner. Only `decisions` survives a crash. */
export type Runner = {
  readonly id: OrderId;
  readonly bought: readonly [number, number];
  readonly decisions: FulfilmentEvent[];
  state: FulfilmentState;
  delivered: number;
  readonly inputs: Input[];
  readonly outcomes: Input[];
  readonly sent: Set<string>;
};
export type InFlight = { readonly runner: Runner; readonly work: Sent; readonly awaited: boolean };

const aggregates: readonly AnyAggregate[] = [order, stock, wallet, shipment, tracking];
const aggregateOf = ({ type }: DomainCommand): AnyAggregate => {
  const found = aggregates.find(({ commandTypes }) => (commandTypes as readonly string[]).includes(type));
  assert.ok(found !== undefined, `nobody takes ${type}`);
  return found;
};

/** All orders, their fulfilments, and the log between them. */
export class World {
  clock = Date.parse('2026-01-01T00:00:00.000Z');
  readonly log: RecordedEvent[] = [];
  readonly runners = new Map<string, Runner>();
  readonly inFlight: InFlight[] = [];
  readonly #states = new Map<string, unknown>();

  constructor(
    readonly process: Process,
    setup: Setup,
  ) {
    for (const sku of skus) {
      this.handle({ type: 'CreateProduct', data: { sku, name: sku, price: unitPrice } });
      this.handle({ type: 'ReceiveStock', data: { sku, quantity: units } });
    }
    this.handle({ type: 'Deposit', data: { customerId, amount: money.of(deposited, 'EUR') } });
    for (const [n, bought] of setup.entries()) this.#confirm(OrderId(`O${n}`), bought);
  }

  get iso(): string {
    return new Date(this.clock).toISOString();
  }

  stateOf<S>(aggregate: { readonly initialState: S }, stream: string): S {
    return (this.#states.get(stream) ?? aggregate.initialState) as S;
  }

  /** Returns the code of the rejection, or null. */
  handle(command: DomainCommand): string | null {
    const aggregate = aggregateOf(command);
    const stream = aggregate.stream(command);
    const state = this.stateOf(aggregate as { readonly initialState: unknown }, stream);
    const decision = aggregate.decide(command, state) as Result<readonly DomainEvent[], Rejection>;
    if (!decision.ok) return decision.rejection.code;
    this.#states.set(stream, fold(aggregate, state, decision.value));
    for (const event of decision.value) this.#append(stream, event);
    return null;
  }

  #append(stream: string, event: DomainEvent): void {
    const position = this.log.length;
    const metadata = {
      ...{ correlationId: '', causationId: '', commandId: '', actor: 'system' },
      ...{ at: this.iso, schemaVersion: 1 },
    };
    const recorded = { ...event, id: `event-${position}`, stream, revision: 0, position, metadata };
    this.log.push(recorded);
    const input = recorded as RecordedEvent<FulfilmentInput>;
    const route = this.process.route(input);
    const runner = route.kind === 'ignore' ? undefined : this.runners.get(route.id);
    runner?.inputs.push({ kind: 'event', event: input, at: this.iso, position });
  }

  /** Adds an order that is placed, paid from the wallet and confirmed, with its stock reserved. */
  #confirm(id: OrderId, bought: readonly [number, number]): void {
    this.runners.set(id, {
      ...{ id, bought, decisions: [], state: this.process.initialState, delivered: 0 },
      ...{ inputs: [], outcomes: [], sent: new Set<string>() },
    });
    const amount = money.of(price * (bought[0] + bought[1]), 'EUR');
    const lines = skus.map((sku, n) => ({ sku, name: sku, quantity: bought[n] ?? 0, unitPrice }));
    const placed = {
      ...{ orderId: id, customerId, lines, paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC' },
      ...{ coordination: 'ORCHESTRATION', shippingAddress },
    };
    const of = { orderId: id, customerId };
    const past: readonly DomainCommand[] = [
      { type: 'PlaceOrder', data: placed },
      ...lines.map(({ sku, quantity }) => ({ type: 'ReserveStock', data: { sku, orderId: id, quantity } })),
      { type: 'MarkReserved', data: { orderId: id, expiresAt: null } },
      { type: 'StartPayment', data: { orderId: id, method: 'WALLET' } },
      { type: 'HoldFunds', data: { ...of, amount } },
      { type: 'CaptureHold', data: of },
      { type: 'MarkPaid', data: { orderId: id, transactionId: 't' } },
      { type: 'Confirm', data: { orderId: id, invoiceNumber: 'INV-1' } },
    ];
    for (const command of past) assert.equal(this.handle(command), null, command.type);
  }

  receive(runner: Runner, input: Input): void {
    const decisions = this.process.decide(input, runner.state);
    runner.decisions.push(...decisions);
    runner.state = fold(this.process, runner.state, decisions);
    assert.ok(runner.decisions.length < 600, 'decides on and on');
  }

  deliver(runner: Runner): boolean {
    const next = runner.inputs[runner.delivered];
    if (next === undefined) return false;
    runner.delivered += 1;
    this.receive(runner, next);
    return true;
  }

  crash(runner: Runner, checkpoint: number): void {
    for (const [n, flying] of this.inFlight.entries())
      if (flying.runner === runner) this.inFlight[n] = { ...flying, awaited: false };
    runner.state = fold(this.process, this.process.initialState, runner.decisions);
    runner.delivered = checkpoint;
    runner.outcomes.length = 0;
    runner.sent.clear();
  }

  /** Wanted work that is due and not sent yet. */
  unsent(runner: Runner): readonly Sent[] {
    return this.process
      .pending(runner.state)
      .filter((work) => work.kind === 'command')
      .filter((work) => !runner.sent.has(sending(work)) && (work.notBefore ?? '') <= this.iso);
  }

  dispatch(runner: Runner, work: Sent): void {
    runner.sent.add(sending(work));
    this.inFlight.push({ runner, work, awaited: true });
  }

  execute(n: number, fate: 'arrives' | 'repeats' | 'lost' | 'unanswered'): void {
    const flying = this.inFlight[n];
    assert.ok(flying !== undefined);
    const { runner, work, awaited } = flying;
    if (fate === 'repeats') this.inFlight[n] = { runner, work, awaited: false };
    else this.inFlight.splice(n, 1);
    const rejection = fate === 'lost' ? null : this.#send(work);
    if (!awaited) return;
    const { step, failedAttempts } = work;
    const retryAt = new Date(this.clock + 500).toISOString();
    if (fate === 'lost' || fate === 'unanswered') {
      const failed = { attempt: failedAttempts + 1, error: fate, retryAt, at: this.iso };
      runner.outcomes.push({ kind: 'attemptFailed', step, ...failed });
    } else if (rejection !== null)
      runner.outcomes.push({ kind: 'stepFailed', step, reason: 'rejected', error: rejection, at: this.iso });
  }

  readonly #taken = new Set<string>();

  /** When an aggregate does not recognise a repeated command, the runtime recognises it by its id. */
  #send({ step, command }: Sent): string | null {
    const recognised = (aggregateOf(command).recognisedById ?? []) as readonly string[];
    if (!recognised.includes(command.type)) return this.handle(command);
    const id = `${(command.data as { orderId: string }).orderId} ${step}`;
    if (this.#taken.has(id)) return null;
    const rejection = this.handle(command);
    if (rejection === null) this.#taken.add(id);
    return rejection;
  }
}

const sending = (work: Sent): string => `${work.step}#${work.failedAttempts}#${work.notBefore ?? ''}`;
