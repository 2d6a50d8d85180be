// The read store as the rest of the program sees it: documents, declared indexes, checkpoints. Only projections write.
import type { Awaitable, Document, Indexes, Position } from '@holdfast/kernel';

export type Scalar = string | number | boolean;

export type CollectionDefinition = { readonly name: string; readonly indexes: Indexes };

/**
 * One write to one collection: a whole document, or the id of one to remove. `replaces` is what the caller knows to be
 * stored under that id before this batch (null: nothing): with it a store need not look which index entries go.
 */
export type Write =
  | { readonly collection: string; readonly document: Document; readonly replaces?: Document | null }
  | { readonly collection: string; readonly removed: string };

/** The last position whose effects are in the store, under the name of the consumer that wrote them. */
export type Checkpoint = { readonly name: string; readonly position: Position };

export type Find = {
  /** a declared index; without it, by id */
  readonly index?: string;
  /** values of the index's first fields, in its order */
  readonly equals?: readonly Scalar[];
  /** a cursor of an earlier page: the page begins behind it (in the direction of `order`) */
  readonly after?: string;
  readonly limit: number;
  readonly order?: 'ascending' | 'descending';
};

export type Page<D extends Document> = {
  readonly items: readonly { readonly document: D; readonly cursor: string }[];
  readonly hasMore: boolean;
};

export type ReadStore = {
  /** Declares collections and their indexes. Idempotent; a changed index on a kept collection is built anew. */
  define(collections: readonly CollectionDefinition[]): Awaitable<void>;

  /**
   * Writes and checkpoint together or not at all. Does nothing, and answers false, when the checkpoint stored under
   * that name is already at or beyond the position: a batch may be applied twice.
   */
  apply(writes: readonly Write[], checkpoint: Checkpoint): Awaitable<boolean>;

  /** In the order of `ids`; null where there is none. */
  getMany<D extends Document>(collection: string, ids: readonly string[]): Awaitable<readonly (D | null)[]>;

  /** @throws UnknownCollection, UnknownIndex, InvalidCursor */
  find<D extends Document>(collection: string, find: Find): Awaitable<Page<D>>;

  /** How many documents a find would page through. */
  count(collection: string, find?: Pick<Find, 'index' | 'equals'>): Awaitable<number>;

  /** null when nothing was ever stored under the name. */
  checkpoint(name: string): Awaitable<Position | null>;

  /**
   * Empties and forgets collections and checkpoints: how the old generation of a rebuilt read model goes. Generations
   * are collections whose name carries one (`order-summary@2`); which one is served is a document like any other.
   */
  drop(collections: readonly string[], checkpoints: readonly string[]): Awaitable<void>;

  close(): Promise<void>;
};

export class UnknownCollection extends Error {
  override readonly name = 'UnknownCollection';
}

export class UnknownIndex extends Error {
  override readonly name = 'UnknownIndex';
}

/** The cursor was not made by this index. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}

export class ReadStoreUnavailable extends Error {
  override readonly name = 'ReadStoreUnavailable';
}
