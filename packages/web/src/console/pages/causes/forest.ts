// Causes and effects as nested lists: every event has one cause, so the events of a request make a forest.
import type { EventFragment } from '../../generated/graphql.js';

export type Branch = { readonly event: EventFragment; readonly effects: readonly Branch[] };

/** Roots are events whose cause is not among them. The order of the events stays. */
export function forestOf(events: readonly EventFragment[]): readonly Branch[] {
  const effects = new Map<string, EventFragment[]>();
  const ids = new Set(events.map(({ id }) => id));
  const roots: EventFragment[] = [];
  for (const event of events) {
    const { id, causationId } = event;
    if (causationId === null || causationId === id || !ids.has(causationId)) roots.push(event);
    else effects.set(causationId, [...(effects.get(causationId) ?? []), event]);
  }
  const branch = (event: EventFragment): Branch => ({
    event,
    effects: (effects.get(event.id) ?? []).map(branch),
  });
  return roots.map(branch);
}
