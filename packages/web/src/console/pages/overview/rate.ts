// Orders placed in each of the last slots of ten seconds.
export const slotMs = 10_000;
export const slots = 60;

/** Orders placed in each of the last slots; the newest is last. */
export type Rate = { readonly slot: number; readonly counts: readonly number[] };

export const noRate = (now: number): Rate => ({
  slot: Math.floor(now / slotMs),
  counts: Array.from({ length: slots }, () => 0),
});

/** Moves on to `now`, with so many more orders. */
export function movedOn({ slot, counts }: Rate, now: number, more: number): Rate {
  const present = Math.floor(now / slotMs);
  const passed = Math.min(slots, Math.max(0, present - slot));
  const moved = [...counts.slice(passed), ...Array.from({ length: passed }, () => 0)];
  return { slot: present, counts: [...moved.slice(0, -1), (moved.at(-1) ?? 0) + more] };
}

/** The same, for orders that were placed at these times. */
export function rateOf(placedAt: readonly number[], now: number): Rate {
  const { slot, counts } = noRate(now);
  const filled = [...counts];
  for (const at of placedAt) {
    const place = slots - 1 - (slot - Math.floor(at / slotMs));
    if (place >= 0 && place < slots) filled[place] = (filled[place] ?? 0) + 1;
  }
  return { slot, counts: filled };
}

const slotsOfMinute = 60_000 / slotMs;

/** Orders in the minute up to each slot, for the slots that have a whole minute before them. */
export const perMinute = ({ counts }: Rate): readonly number[] =>
  counts
    .slice(slotsOfMinute - 1)
    .map((_, n) => counts.slice(n, n + slotsOfMinute).reduce((sum, count) => sum + count, 0));
