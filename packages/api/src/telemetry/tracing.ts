// Traces for OpenTelemetry: one trace has the work for an order in the API, the checkout and the read models.
// Loaded only when there is a collector.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Secrets } from '@holdfast/kernel';
import { SpanKind } from '@opentelemetry/api';
import type { Instruments } from './instruments.js';
import { createRecentSteps } from './recent-steps.js';
import { openSpans, spanIdsFrom, type TracedOperation } from './spans.js';
import { traceIdOf } from './trace-ids.js';
import { tracedBatches } from './traced-batches.js';
import { tracedCommands } from './traced-commands.js';
import { tracedDecisions } from './traced-decisions.js';

export type Tracing = {
  readonly instruments: Instruments;
  operation(this: void): TracedOperation;
  /** Runs `next`, and all work that it starts, as a part of the operation. */
  run(this: void, operation: TracedOperation, next: () => void): void;
  operationEnded(
    this: void,
    operation: TracedOperation,
    how: {
      readonly correlationId: string;
      readonly name: string;
      readonly outcome: string;
      readonly since: number;
    },
  ): void;
  /** Sends the spans that are left. */
  close(): Promise<void>;
};

export function startTracing({
  now,
  clock,
  secrets,
  tracesTo,
}: {
  readonly now: () => number;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly tracesTo: string;
}): Tracing {
  const newSpanId = spanIdsFrom(secrets);
  const spans = openSpans(now, newSpanId, tracesTo);
  const current = new AsyncLocalStorage<TracedOperation>();
  const steps = createRecentSteps();
  return {
    instruments: {
      commands: tracedCommands(now, spans, steps, current),
      ...tracedDecisions({ now, newSpanId }, spans, steps),
      onBatch: tracedBatches(now, clock, spans),
    },
    operation: () => ({ spanId: newSpanId(), traceId: null }),
    run: (operation, next) => {
      current.run(operation, next);
    },
    operationEnded: ({ spanId, traceId }, { correlationId, name, outcome, since }) => {
      spans.record({
        part: 'api',
        name,
        traceId: traceId ?? traceIdOf(correlationId),
        spanId,
        kind: SpanKind.SERVER,
        since,
        attributes: { 'holdfast.request_id': correlationId, 'holdfast.outcome': outcome },
        error: outcome === 'ok' ? null : outcome,
      });
    },
    close: () => spans.close(),
  };
}
