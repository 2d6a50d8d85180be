// Waits for the effect of another loop: repeats an assertion until it holds or the time is up.
import { patience } from './patience.js';

const pauseMs = 5;

const usualMs = 20_000;

/**
 * Returns the result of `assertion`, the first time that it doesn't throw.
 * @throws the last error of `assertion`, when `timeoutMs` times the patience of all specs have passed
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = usualMs }: { readonly timeoutMs?: number } = {},
): Promise<T> {
  const giveUpAt = performance.now() + timeoutMs * patience;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() >= giveUpAt) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
