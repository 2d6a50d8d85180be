// Waits for the effect of another loop: repeats an assertion until it holds or the time is up.

const pauseMs = 5;

/** Long enough for a busy machine. A passing spec does not wait this long. */
const patienceMs = 20_000;

/**
 * Returns the result of `assertion`, the first time that it doesn't throw.
 * @throws the last error of `assertion`, when `timeoutMs` have passed
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = patienceMs }: { readonly timeoutMs?: number } = {},
): Promise<T> {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() >= giveUpAt) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
