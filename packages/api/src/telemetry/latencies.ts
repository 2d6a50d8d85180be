// A histogram that takes nanoseconds for each observation. prom-client's own histogram hashes the labels each time, and one
// order makes twenty observations. prom-client renders this one at a scrape.
import type { Metric, Registry } from 'prom-client';

export type Latencies = {
  /** One value for each label. Each new value makes a series that stays, so values must be bounded, never a caller's text. */
  observe(seconds: number, first?: string, second?: string): void;
};

const bounds = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Series = {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: Float64Array;
  sum: number;
};
type Value = { readonly metricName: string; readonly labels: object; readonly value: number };

export function latencies(
  registry: Registry,
  name: string,
  help: string,
  [firstLabel, secondLabel]: readonly string[] = [],
): Latencies {
  const known = new Map<string, Map<string, Series>>();

  const seriesOf = (first: string, second: string): Series => {
    let ofFirst = known.get(first);
    if (ofFirst === undefined) known.set(first, (ofFirst = new Map<string, Series>()));
    let series = ofFirst.get(second);
    if (series === undefined) {
      const labels = {
        ...(firstLabel !== undefined && { [firstLabel]: first }),
        ...(secondLabel !== undefined && { [secondLabel]: second }),
      };
      series = { labels, counts: new Float64Array(bounds.length + 1), sum: 0 };
      ofFirst.set(second, series);
    }
    return series;
  };

  const values = ({ labels, counts, sum }: Series): Value[] => {
    let total = 0;
    const buckets = [...counts].map((count, n) => {
      total += count;
      const le = bounds[n] ?? '+Inf';
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: total };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: total },
    ];
  };

  const all = () => [...known.values()].flatMap((ofFirst) => [...ofFirst.values()]);
  const metric = {
    name,
    get: () => Promise.resolve({ name, help, type: 'histogram', values: all().flatMap(values) }),
  };
  // The registry uses no other members of a metric; its types ask for more.
  registry.registerMetric(metric as unknown as Metric);

  return {
    observe(seconds, first = '', second = '') {
      const series = seriesOf(first, second);
      let n = 0;
      while (n < bounds.length && seconds > (bounds[n] as number)) n += 1;
      series.counts[n] = (series.counts[n] as number) + 1;
      series.sum += seconds;
    },
  };
}
