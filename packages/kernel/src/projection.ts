// A projection: how one event changes the documents of one read model. Pure, so that a replay makes the same documents.
import type { RecordedEvent } from './envelope.js';

/** A document of a read model, as JSON. Its `id` is unique in its collection. Indexes use top-level fields only. */
export type Document = { readonly id: string };

/**
 * An index lists fields. A find fixes the first few (`equals`) and pages through the rest in their order, then by id.
 * A document without one of the fields is not in the index. Field values are strings, integers or booleans.
 */
export type Indexes = Readonly<Record<string, readonly string[]>>;

/**
 * A document to store, or the id of a document to remove. `collection` names a collection of the projection; absent:
 * the main one.
 */
export type Change<D extends Document = Document> =
  | { readonly collection?: string; readonly document: D }
  | { readonly collection?: string; readonly removed: string };

export type Projection<D extends Document = Document> = {
  /** also the name of its main collection */
  readonly name: string;
  /** raised when the documents change shape or meaning: they are then rebuilt beside the old ones */
  readonly version: number;
  /** prefixes of the streams whose events it projects; `''` for all */
  readonly prefixes: readonly string[];
  readonly indexes: Indexes;
  /** further collections, by name, with their indexes; the projection only adds documents to them */
  readonly collections?: Readonly<Record<string, Indexes>>;
  /** id of the one document of the main collection that this event changes; null: none */
  key(this: void, event: RecordedEvent): string | null;
  /** `document` is the present one under that key, or null */
  project(this: void, event: RecordedEvent, document: D | null): readonly Change[];
};
