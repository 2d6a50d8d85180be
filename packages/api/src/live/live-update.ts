// The messages of a subscription to documents, and the options with which it is made.
import type { EventStore } from '@holdfast/event-store';
import type { Document, RecordedEvent } from '@holdfast/kernel';
import type { Feed, ReadModels } from '@holdfast/runtime';
import { positionText } from '../graphql/scalars.js';
import type { Folded } from '../queries/documents.js';
import type { Applied } from './live-model.js';

/** `event` is null for the present state. `added` is a further document that the event added, such as a wallet's entry. */
export type Update<D> = {
  readonly cursor: string;
  readonly event: RecordedEvent | null;
  readonly document: D;
  readonly added: Document | null;
};

export type LiveSource = {
  readonly store: EventStore;
  readonly feed: Feed;
  readonly projections: ReadModels;
};

export type LiveOptions<D extends Document> = {
  readonly folded: Folded<D>;
  /** ids of the documents to follow; or all of the projection, with the ids whose present state is sent first */
  readonly ids: readonly string[] | { readonly all: () => AsyncIterable<string> };
  /** The document to show while there is none under the id; without it nothing is shown. */
  readonly absent?: (id: string) => D;
  readonly after: string | null | undefined;
  /** whether an event gets a message; all that change a followed document do unless given */
  readonly worth?: (event: RecordedEvent) => boolean;
  readonly signal: AbortSignal;
};

/** Returns the message about an applied event; null when the event gets none. */
export function updateOf<D extends Document>(
  event: RecordedEvent,
  applied: Applied<D> | null,
  { worth = () => true }: LiveOptions<D>,
): Update<D> | null {
  if (applied === null) return null;
  const { before, document, added } = applied;
  if (document === null || document === before || !worth(event)) return null;
  return { cursor: positionText(event.position), event, document, added: added[0] ?? null };
}
