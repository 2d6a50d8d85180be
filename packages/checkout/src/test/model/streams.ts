// The streams of a model's world: the log, and the real orders, stock, wallets, payments and invoices that decide commands.
// After each command stock and money must be sound.
import assert from 'node:assert/strict';
import { stock, type StockState } from '@holdfast/inventory';
import {
  fold,
  RecentMap,
  type Aggregate,
  type DomainCommand,
  type DomainEvent,
  type OrderId,
  type RecordedEvent,
} from '@holdfast/kernel';
import { invoices, order, type OrderCommand } from '@holdfast/ordering';
import { payment } from '@holdfast/payments';
import { wallet, type WalletState } from '@holdfast/wallet';
import type { CheckoutCommand } from '../../index.js';

/** The same aggregate, but it forgets ended orders. */
const forgetful = <A extends { evolve(state: never, event: never): object }>(aggregate: A): A => ({
  ...aggregate,
  evolve: (state: never, event: never) => ({
    ...aggregate.evolve(state, event),
    ended: RecentMap.empty(1),
  }),
});

export type StreamsOptions = {
  /** Stock and wallets forget an ended order at once. */
  readonly isForgetful: boolean;
  /** Returns the time in ISO 8601. */
  now(this: void): string;
  /** Called after each event. */
  onEvent(this: void, event: RecordedEvent): void;
};

export class Streams {
  readonly log: RecordedEvent[] = [];
  readonly #states = new Map<string, unknown>();
  /** orders that have a number: the runtime recognises the repeated command by its id */
  readonly #invoiced = new Set<OrderId>();
  readonly #stocks: typeof stock;
  readonly #wallets: typeof wallet;

  constructor(private readonly options: StreamsOptions) {
    this.#stocks = options.isForgetful ? forgetful(stock) : stock;
    this.#wallets = options.isForgetful ? forgetful(wallet) : wallet;
  }

  /** Returns the state of a stream; undefined before its first event. */
  state(stream: string): unknown {
    return this.#states.get(stream);
  }

  /** Returns the code of the rejection, or null. */
  handle<C extends DomainCommand, E extends DomainEvent, S, R extends { readonly code: string }>(
    aggregate: Aggregate<C, E, S, R>,
    command: C,
  ): string | null {
    const stream = aggregate.stream(command);
    const state = (this.#states.get(stream) ?? aggregate.initialState) as S;
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
      at: this.options.now(),
      schemaVersion: 1,
    };
    const recorded = { ...event, id: `event-${position}`, stream, revision: 0, position, metadata };
    this.log.push(recorded);
    this.options.onEvent(recorded);
  }

  send(command: CheckoutCommand): string | null {
    const { type } = command;
    if ((wallet.commandTypes as readonly string[]).includes(type))
      return this.handle(this.#wallets, command as never);
    if ((stock.commandTypes as readonly string[]).includes(type))
      return this.handle(this.#stocks, command as never);
    if ((payment.commandTypes as readonly string[]).includes(type))
      return this.handle(payment, command as never);
    if (command.type !== 'IssueInvoice') return this.handle(order, command as OrderCommand);
    if (this.#invoiced.has(command.data.orderId)) return null;
    this.#invoiced.add(command.data.orderId);
    return this.handle(invoices, command);
  }

  /** Returns the stream that the command is for. */
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
}
