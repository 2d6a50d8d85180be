// The time as events carry it. Many are decided within one millisecond: its text is made once.
import type { Clock } from '@holdfast/kernel';

/** ISO 8601, UTC, of the present. */
export function createTimestamps(clock: Clock): () => string {
  let ms = Number.NaN;
  let text = '';
  return () => {
    const now = clock.now();
    if (now !== ms) {
      ms = now;
      text = new Date(now).toISOString();
    }
    return text;
  };
}
