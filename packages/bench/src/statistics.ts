// Numbers about numbers.

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value that a share `q` of the values does not exceed (nearest rank). */
export function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}
