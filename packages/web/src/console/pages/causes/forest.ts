// Causes and effects as a drawing: every event has one cause, so the events of a request make a forest. Each event is a row, and
// a lane in it; the last effect of an event stays in the lane of its cause, so that a chain of any length is as wide as one event.
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

/** `cause`: the row of the cause; null for a root. `effect`: the row of the first effect; null for none. */
export type Row = {
  readonly event: EventFragment;
  readonly lane: number;
  readonly cause: number | null;
  readonly effect: number | null;
};

/** The rows of a drawing, each cause above its effects. */
export function rowsOf(forest: readonly Branch[]): readonly Row[] {
  const rows: Row[] = [];
  // A stack, not recursion: a chain can be thousands of events long.
  const left = [...forest].reverse().map((branch) => ({ branch, lane: 0, cause: null as number | null }));
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { branch, lane, cause } = next;
    const row = rows.length;
    const { event, effects } = branch;
    rows.push({ event, lane, cause, effect: effects.length === 0 ? null : row + 1 });
    for (let n = effects.length - 1; n >= 0; n -= 1) {
      const effect = effects[n];
      if (effect === undefined) continue;
      left.push({ branch: effect, lane: n === effects.length - 1 ? lane : lane + 1, cause: row });
    }
  }
  return rows;
}
