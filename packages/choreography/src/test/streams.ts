// The streams of a world: the log, and the aggregates that decide commands. After each command the state must be sound.
import assert from 'node:assert/strict';
import { allocation, stock, type StockState } from '@holdfast/inventory';
import {
  fold,
  RecentMap,
  type AnyAggregate,
  type DomainCommand,
  type DomainEvent,
  type RecordedEvent,
  type Result,
} from '@holdfast/kernel';
import { invoices, order, type OrderState } from '@holdfast/ordering';
import { wallet, type WalletState } from '@holdfast/wallet';
import { payment } from '@holdfast/payments';
import { shipment, tracking } from '@holdfast/shipping';

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
  readonly #revisions = new Map<string, number>();
  /** ids of commands; some commands are recognised only by their id */
  readonly #handled = new Set<string>();

  constructor(private readonly options: StreamsOptions) {}

  /** Returns the state of an aggregate's stream; undefined before its first event. */
  state(stream: string): unknown {
    return this.#states.get(stream);
  }

  /** Returns the code of the refusal, or null. */
  handle(command: DomainCommand, actor: string, commandId: string): string | null {
    const aggregate = aggregateOf(command, this.options.isForgetful);
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
    for (const event of events) this.append(stream, event, actor);
    this.#assertSound(stream);
    return null;
  }

  append(stream: string, event: DomainEvent, actor: string): void {
    const position = this.log.length;
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    const at = this.options.now();
    const metadata = { correlationId: '', causationId: '', commandId: '', actor, at, schemaVersion: 1 };
    const recorded = { ...event, id: `event-${position}`, stream, revision, position, metadata };
    this.log.push(recorded);
    this.options.onEvent(recorded);
  }

  #assertSound(stream: string): void {
    const state = this.#states.get(stream) as StockState | WalletState | OrderState;
    if (!('kind' in state) || !/^(stock|wallet)-/.test(stream)) return;
    if (state.kind === 'listed')
      assert.ok(state.reserved >= 0 && state.reserved <= state.onHand, `${stream} promises too much`);
    if (state.kind === 'open')
      assert.ok(state.held.minor >= 0 && state.held.minor <= state.balance.minor, `${stream} holds too much`);
  }
}
