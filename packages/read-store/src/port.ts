// The port of the read store: documents, declared indexes, checkpoints, and the leases that decide which process may write
// them.
import type { Awaitable, Document, Indexes, Position } from '@holdfast/kernel';

export type Scalar = string | number | boolean;

export type CollectionDefinition = { readonly name: string; readonly indexes: Indexes };

/**
 * One write to one collection: a whole document, or the id of one to remove. `replaces`: the document that is stored under
 * that id before this batch, null for none. With it a store need not read the document to find its old index entries.
 */
export type Write =
  | { readonly collection: string; readonly document: Document; readonly replaces?: Document | null }
  | { readonly collection: string; readonly removed: string };

/** `name` is that of a consumer; `position` is the last one whose effects it has stored. */
export type Checkpoint = { readonly name: string; readonly position: Position };

/**
 * A claim on work that one process at a time may do. `token` grows with each new holder, `beat` with each renewal. A process
 * that sees neither change for long enough, by its own clock, may take the lease; no two clocks are compared.
 */
export type Lease = {
  readonly name: string;
  /** null: given up, any process may take it at once */
  readonly holder: string | null;
  readonly token: number;
  readonly beat: number;
};

/** Ties a write to a lease: the token under which the writer took it. */
export type Fence = { readonly lease: string; readonly token: number };

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
   * Stores the writes and the checkpoint together or not at all. Does nothing and returns false when the checkpoint stored
   * under that name is already at or beyond the position: a batch may be applied twice.
   *
   * With a fence it throws LeaseLost when the lease carries another token by now, also for an old batch.
   * @throws LeaseLost, UnknownCollection
   */
  apply(writes: readonly Write[], checkpoint: Checkpoint, fence?: Fence): Awaitable<boolean>;

  /** Returns documents in the order of `ids`; null for an id without one. @throws UnknownCollection */
  getMany<D extends Document>(collection: string, ids: readonly string[]): Awaitable<readonly (D | null)[]>;

  /** @throws UnknownCollection, UnknownIndex, InvalidCursor */
  find<D extends Document>(collection: string, find: Find): Awaitable<Page<D>>;

  /** Number of documents that a find would return over all of its pages. @throws UnknownCollection, UnknownIndex */
  count(collection: string, find?: Pick<Find, 'index' | 'equals'>): Awaitable<number>;

  /** null when nothing was ever stored under the name. */
  checkpoint(name: string): Awaitable<Position | null>;

  /** null when the lease was never taken. */
  lease(name: string): Awaitable<Lease | null>;

  /**
   * Replaces `seen` by `next`; null: no lease. Returns false and changes nothing when the stored lease is not `seen`
   * any more. Of several callers with the same `seen`, one succeeds.
   */
  swapLease(seen: Lease | null, next: Lease): Awaitable<boolean>;

  /**
   * Removes collections and checkpoints, such as those of the old generation of a rebuilt read model. A generation is a
   * collection with a number in its name (`order-summary@2`); a document says which generation is served.
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

/** Another process has the lease now: this process has to stop the work. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export class ReadStoreUnavailable extends Error {
  override readonly name = 'ReadStoreUnavailable';
}
