// Metrics are always on. Traces need the address of a collector; without one their code is not loaded.
import type { Clock, Secrets } from '@holdfast/kernel';
import { isPending } from '@holdfast/runtime';
import type { Logger } from './logger.js';
import { composed, noInstruments, type Instruments } from './instruments.js';
import { createMetrics, type Metrics } from './metrics.js';
import type { Tracing } from './tracing.js';

export type Telemetry = {
  /** milliseconds of a monotonic clock */
  now(this: void): number;
  readonly metrics: Metrics;
  readonly tracing: Tracing | null;
  readonly instruments: Instruments;
  /** sends the traces that are not sent yet */
  close(): Promise<void>;
};

export async function openTelemetry({
  now,
  environment: { clock, secrets },
  logger,
  tracesTo,
}: {
  now(this: void): number;
  readonly environment: { readonly clock: Clock; readonly secrets: Secrets };
  readonly logger: Logger;
  /** an OpenTelemetry collector, `http://host:4318`; null for no traces */
  readonly tracesTo: string | null;
}): Promise<Telemetry> {
  const metrics = createMetrics(now);
  const watched = composed(failuresTold(logger), metrics.instruments);
  if (tracesTo === null)
    return { now, metrics, tracing: null, instruments: watched, close: () => Promise.resolve() };
  const { startTracing } = await import('./tracing.js');
  const tracing = startTracing({ now, clock, secrets, tracesTo });
  const instruments = composed(watched, tracing.instruments);
  return { now, metrics, tracing, instruments, close: () => tracing.close() };
}

/** Logs failed commands with their order's id, which the code that retries them does not have. */
const failuresTold = (logger: Logger): Instruments => ({
  ...noInstruments,
  commands: (commands) => ({
    handle(command, context) {
      const tell = (error: unknown): never => {
        const { correlationId, commandId } = context;
        logger.warn({ err: error, correlationId, commandId, command: command.type }, 'a command failed');
        throw error;
      };
      try {
        const outcome = commands.handle(command, context);
        return isPending(outcome) ? outcome.catch(tell) : outcome;
      } catch (error) {
        return tell(error);
      }
    },
    load: (...call) => commands.load(...call),
  }),
});
