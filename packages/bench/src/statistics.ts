// Statistics of measured values, and the clock for all measurements.

/** The machine's monotonic clock in milliseconds: the same in every process on it. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The quantile `q` of the values (nearest rank). */
export function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

/** Figures of one run, by name and unit. The first one is the main figure of the case. */
export type Figures = Readonly<Record<string, number>>;

export type Spread = { readonly median: number; readonly min: number; readonly max: number };

export const spread = (values: readonly number[]): Spread => ({
  median: quantile(values, 0.5),
  min: Math.min(...values),
  max: Math.max(...values),
});
