// The time in the form that events store. Many events share one millisecond, so the text of a millisecond is made once.
import type { Clock } from '@holdfast/kernel';

/** The present time: ISO 8601, UTC. */
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
