// Metrics always, traces when there is somewhere to send them to: without an address not even their code is loaded.
import type { Clock } from '@holdfast/kernel';
import { composed, type Instruments } from './instruments.js';
import { createMetrics, type Metrics } from './metrics.js';
import type { Tracing } from './tracing.js';

export type Telemetry = {
  /** milliseconds, from a clock that is never set */
  now(this: void): number;
  readonly metrics: Metrics;
  readonly tracing: Tracing | null;
  readonly instruments: Instruments;
  /** sends the traces that it still has */
  close(): Promise<void>;
};

export async function openTelemetry({
  now,
  clock,
  tracesTo,
}: {
  now(this: void): number;
  readonly clock: Clock;
  /** an OpenTelemetry collector, `http://host:4318`; null: nobody asked */
  readonly tracesTo: string | null;
}): Promise<Telemetry> {
  const metrics = createMetrics(now);
  if (tracesTo === null)
    return { now, metrics, tracing: null, instruments: metrics.instruments, close: () => Promise.resolve() };
  const { startTracing } = await import('./tracing.js');
  const tracing = startTracing({ now, clock, tracesTo });
  const instruments = composed(metrics.instruments, tracing.instruments);
  return { now, metrics, tracing, instruments, close: () => tracing.close() };
}
