// Stock and money at a position of the log. Streams of popular SKUs are long, so not all of their past is read: the document
// of a movement has the level after it, and only the few events since then are read from the log.
import { stockStream } from '@holdfast/inventory';
import {
  money,
  Sku,
  type CustomerId,
  type Document,
  type Position,
  type Projection,
  type RecordedEvent,
} from '@holdfast/kernel';
import {
  stockLevel,
  walletStatement,
  type StockLevel,
  type StockMovement,
  type WalletEntry,
  type WalletStatement,
} from '@holdfast/projections';
import type { EventStore } from '@holdfast/event-store';
import { revisionAt, type Projections } from '@holdfast/runtime';
import { walletStream } from '@holdfast/wallet';
import { graphQLError } from '../../graphql/errors.js';
import { Fold } from '../../queries/documents.js';
import { collections } from '../../queries/read-models.js';

export type LevelSource = {
  readonly store: Pick<EventStore, 'readStream' | 'readAll'>;
  readonly projections: Pick<Projections, 'getMany'>;
};

/** A stream whose state can be made from the document of any of its movements, by `after`. */
export type Leveled<D extends Document> = {
  readonly projection: Projection<D>;
  readonly stream: string;
  readonly id: string;
  readonly movements: string;
  after(this: void, movement: Document): D;
};

export const stockOf = (sku: string): Leveled<StockLevel> => ({
  projection: stockLevel,
  stream: stockStream(Sku(sku)),
  id: sku,
  movements: collections.movements,
  after(movement) {
    const { onHandAfter: onHand, reservedAfter: reserved } = movement as StockMovement;
    // A movement has neither name nor price, and a level at a position needs neither.
    const product = { id: sku, sku, name: sku, price: money.zero('XXX') };
    return { ...product, onHand, reserved, available: onHand - reserved };
  },
});

export const walletOf = (customerId: CustomerId): Leveled<WalletStatement> => ({
  projection: walletStatement,
  stream: walletStream(customerId),
  id: customerId,
  movements: collections.entries,
  after(movement) {
    const { balanceAfter: balance, heldAfter: held } = movement as WalletEntry;
    return { id: customerId, customerId, balance, held, available: money.subtract(balance, held) };
  },
});

const page = 100;
/** Most events that are read for one level. Only a long run of refusals, which move nothing, needs that many. */
export const mostForLevel = 5_000;

/** The state after the events of `revision` and before. @throws GraphQLError TOO_MUCH_TO_READ */
async function levelAfter<D extends Document>(
  { store, projections }: LevelSource,
  { projection, stream, id, movements, after }: Leveled<D>,
  revision: number,
): Promise<D | null> {
  const fold = new Fold(projection, id);
  const newest: RecordedEvent[] = [];
  for (let from = revision; from >= 0; from -= page) {
    if (newest.length >= mostForLevel)
      throw graphQLError('TOO_MUCH_TO_READ', `${stream} has too many events before this position`);
    const read = await store.readStream(stream, { from, direction: 'backwards', limit: page });
    const found = await projections.getMany(
      movements,
      read.map((event) => `${id}:${event.revision}`),
    );
    const n = found.findIndex((document) => document !== null);
    newest.push(...(n === -1 ? read : read.slice(0, n)));
    const movement = found[n];
    if (movement === undefined || movement === null) continue;
    fold.document = after(movement);
    break;
  }
  fold.take(newest.reverse());
  return fold.document;
}

/** The state at a position. */
export const levelAt = async <D extends Document>(
  source: LevelSource,
  of: Leveled<D>,
  position: Position,
): Promise<D | null> => levelAfter(source, of, await revisionAt(source.store, of.stream, position));

const aheadAtOnce = 200;

/** Returns the states at growing positions. Between two near positions it reads each event once. */
export class LevelTrack<D extends Document> {
  #fold: Fold<D>;
  #revision: number | null = null;
  #ahead: RecordedEvent[] = [];

  constructor(
    private readonly source: LevelSource,
    private readonly of: Leveled<D>,
  ) {
    this.#fold = new Fold(of.projection, of.id);
  }

  async at(position: Position): Promise<D | null> {
    if (this.#revision === null || !(await this.#readOn(this.#revision, position)))
      await this.#jump(position);
    return this.#fold.document;
  }

  /** Applies the events up to the position, loaded or of the next page. Returns whether that was all of them. */
  async #readOn(revision: number, position: Position): Promise<boolean> {
    if (this.#takeTo(position)) return true;
    const from = (this.#revision ?? revision) + 1;
    const loaded = await this.source.store.readStream(this.of.stream, { from, limit: aheadAtOnce });
    this.#ahead = [...loaded];
    return this.#takeTo(position) || loaded.length < aheadAtOnce;
  }

  /** Returns whether an event behind the position is loaded. */
  #takeTo(position: Position): boolean {
    const behind = this.#ahead.findIndex((event) => event.position > position);
    const taken = this.#ahead.splice(0, behind === -1 ? this.#ahead.length : behind);
    this.#fold.take(taken);
    this.#revision = taken.at(-1)?.revision ?? this.#revision;
    return behind !== -1;
  }

  async #jump(position: Position): Promise<void> {
    const revision = await revisionAt(this.source.store, this.of.stream, position);
    this.#fold = new Fold(this.of.projection, this.of.id);
    this.#fold.document = await levelAfter(this.source, this.of, revision);
    this.#revision = revision;
    this.#ahead = [];
  }
}
