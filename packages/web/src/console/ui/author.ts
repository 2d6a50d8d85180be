// The person behind an event, and the reason that they gave.
import type { EventFragment } from '../generated/graphql.js';

/** `staff:<id>`; null for an event that no member of staff caused. */
export function authorOf({ metadata }: Pick<EventFragment, 'metadata'>): string | null {
  const { actor } = metadata as { readonly actor?: unknown };
  return typeof actor === 'string' && actor.startsWith('staff:') ? actor : null;
}

/** Where an event has both, the reason is a code and the note is the person's own text. */
export function reasonOf({ data }: Pick<EventFragment, 'data'>): string | null {
  const { reason, note } = data as { readonly reason?: unknown; readonly note?: unknown };
  const given = note ?? reason;
  return typeof given === 'string' ? given : null;
}
