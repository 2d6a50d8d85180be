// The figures of a run from its timeline: its duration, and the number of decisions of each process.
import type { EventFragment } from '../../generated/graphql.js';

export type Decider = { readonly name: string; readonly decisions: number };
export type Run = { readonly tookMs: number; readonly deciders: readonly Decider[] };

/** Streams that belong to no process: those of the aggregates, and the requests of operators. */
const noProcess: readonly string[] = ['order', 'intervention', 'shipment', 'stock', 'wallet', 'payment'];

export function runOf(events: readonly Pick<EventFragment, 'stream' | 'createdAt'>[]): Run {
  const times = events.map(({ createdAt }) => Date.parse(createdAt));
  const decisions = new Map<string, number>();
  for (const { stream } of events) {
    const [category = stream] = stream.split('-');
    if (!noProcess.includes(category)) decisions.set(category, (decisions.get(category) ?? 0) + 1);
  }
  return {
    tookMs: times.length === 0 ? 0 : Math.max(...times) - Math.min(...times),
    deciders: [...decisions].map(([name, count]) => ({ name, decisions: count })),
  };
}
