// Waiting for what another loop brings about, by asking again until it holds or the time is up.

const pauseMs = 5;

/**
 * Answers what `assertion` answers, the first time that it doesn't throw.
 * @throws what it threw last, when `timeoutMs` have passed
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = 5_000 }: { readonly timeoutMs?: number } = {},
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
