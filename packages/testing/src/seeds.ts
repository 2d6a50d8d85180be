// The seeds that a random spec runs with: the same ones in every run, unless SEEDS names others.

/**
 * Returns the seeds 1 to `usual`. With SEEDS=<n> those are 1 to n, with SEEDS=<a>-<b> those from a to b; SEEDS=<a>-<a> repeats
 * one.
 */
export function seeds(usual: number): readonly number[] {
  const [, first = '1', last] = /^(?:(\d+)-)?(\d+)$/.exec(process.env['SEEDS'] ?? String(usual)) ?? [];
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, n) => Number(first) + n);
}
