// Every aggregate of an order at a position of the log, derived from the log: after each event of the order, or at any
// position.
import { Sku, type OrderId, type Position, type RecordedEvent } from '@holdfast/kernel';
import type { StockLevel, WalletStatement } from '@holdfast/projections';
import type { ApiDependencies } from '../../dependencies.js';
import { nextTurn, type Pause } from '../../graphql/connections.js';
import { badInput, graphQLError } from '../../graphql/errors.js';
import { streamEvent } from '../log/log.js';
import { changesBetween } from './changes.js';
import { LevelTrack, stockOf, walletOf, type LevelSource } from './levels.js';
import type { Moment, ProductMoment } from './moment.js';
import { orderEvents, type OrderEvents } from './order-events.js';
import { OrderFold } from './order-fold.js';

export type MomentSource = Pick<ApiDependencies, 'store' | 'projections'>;

/** The most moments of one order that are made at once. */
const mostMoments = 2_000;

/** One moment for each event of the order; empty when there is no such order. @throws GraphQLError TOO_MUCH_TO_READ */
export async function momentsOf(source: MomentSource, orderId: OrderId, pause: Pause = nextTurn) {
  const found = await orderEvents(source.store, orderId, pause);
  if (found === null) return [];
  if (found.events.length > mostMoments)
    throw graphQLError('TOO_MUCH_TO_READ', `the order has more than ${mostMoments} events`);
  const maker = new MomentMaker(source, orderId, found);
  const moments: Moment[] = [];
  for (const event of found.events) {
    moments.push(await maker.after(event, event.position));
    await pause();
  }
  return moments;
}

/** The moment at a position, which may lie between events of the order; null before it was placed. */
export async function momentAt(
  source: MomentSource,
  orderId: OrderId,
  position: Position,
  pause: Pause = nextTurn,
): Promise<Moment | null> {
  if (position > (await source.store.end()).synced) throw badInput('position: the log has not come that far');
  const found = await orderEvents(source.store, orderId, pause);
  const past = found?.events.filter((event) => event.position <= position) ?? [];
  const last = past.at(-1);
  if (found === null || last === undefined) return null;
  const maker = new MomentMaker(source, orderId, found);
  maker.skip(past.slice(0, -1));
  const before = past.at(-2);
  if (before !== undefined) await maker.remember(before);
  return maker.after(last, position);
}

/** Makes moments one after the other, and keeps the last one. */
class MomentMaker {
  readonly #fold: OrderFold;
  readonly #byId: ReadonlyMap<string, RecordedEvent>;
  readonly #wallet: LevelTrack<WalletStatement>;
  readonly #stock: readonly { readonly sku: string; readonly track: LevelTrack<StockLevel> }[];
  #last: Moment | null = null;

  constructor(source: LevelSource, orderId: OrderId, { placed, events }: OrderEvents) {
    this.#fold = new OrderFold(orderId);
    this.#byId = new Map(events.map((event) => [event.id, event]));
    this.#wallet = new LevelTrack(source, walletOf(placed.customerId));
    const skus = [...new Set(placed.lines.map(({ sku }) => sku))];
    this.#stock = skus.map((sku) => ({ sku, track: new LevelTrack(source, stockOf(Sku(sku))) }));
  }

  /** Applies events without keeping their moments. */
  skip(events: readonly RecordedEvent[]): void {
    for (const event of events) this.#fold.take(event);
  }

  /** Makes the moment after an event that was applied already, so that the next one can be compared with it. */
  async remember(event: RecordedEvent): Promise<void> {
    this.#last = await this.#made(event, event.position);
  }

  async after(event: RecordedEvent, position: Position): Promise<Moment> {
    this.#fold.take(event);
    const made = await this.#made(event, position);
    this.#last = { ...made, changes: changesBetween(this.#last, made) };
    return this.#last;
  }

  async #made(event: RecordedEvent, position: Position): Promise<Moment> {
    const { order, saga, plan, timers, reserved } = this.#fold.at();
    const asOf = { position, plan, timers };
    const { causationId, commandId, actor } = event.metadata;
    const cause = this.#byId.get(causationId);
    const stock: ProductMoment[] = [];
    for (const { sku, track } of this.#stock) {
      const { onHand = 0, reserved: ofAll = 0, available = 0 } = (await track.at(position)) ?? {};
      stock.push({ sku, onHand, reserved: ofAll, available, reservedForOrder: reserved.get(sku) ?? 0 });
    }
    return {
      position,
      event: streamEvent(event),
      cause: cause === undefined ? null : streamEvent(cause),
      commandId,
      actor,
      order: order === null ? null : { ...order, asOf },
      saga: saga === null ? null : { ...saga, asOf },
      wallet: await this.#wallet.at(position),
      stock,
      changes: [],
    };
  }
}
