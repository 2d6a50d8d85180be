// Spans for a collector. A span is recorded when it ends, because only then everything about it is known.
import type { Secrets } from '@holdfast/kernel';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Link,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  TraceIdRatioBasedSampler,
  type IdGenerator,
} from '@opentelemetry/sdk-trace-base';

/** A running operation of the API. It belongs to the trace of the first thing that it changes, or to its own trace. */
export type TracedOperation = { readonly spanId: string; traceId: string | null };

type Part = 'api' | 'process' | 'projections';

export type Span = {
  readonly part: Part;
  readonly name: string;
  readonly traceId: string;
  /** a new one unless given */
  readonly spanId?: string;
  readonly parentId?: string | undefined;
  readonly links?: readonly Link[];
  readonly kind?: SpanKind;
  /** a reading of `now` */
  readonly since: number;
  readonly attributes: Attributes;
  readonly error?: string | null;
};

export type Spans = {
  /** Records a span that ends now. */
  record(this: void, span: Span): void;
  /** Sends the spans that are left. */
  close(this: void): Promise<void>;
};

export function openSpans(now: () => number, newSpanId: NewSpanId, tracesTo: string): Spans {
  const ids = { traceId: '', spanId: '' };
  const idGenerator: IdGenerator = {
    generateTraceId: () => ids.traceId,
    generateSpanId: () => ids.spanId,
  };
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': process.env['OTEL_SERVICE_NAME'] ?? 'holdfast' }),
    idGenerator,
    // Sampling depends on the trace's id only, so that every process decides the same.
    sampler: new TraceIdRatioBasedSampler(Number(process.env['OTEL_TRACES_SAMPLER_ARG'] ?? 1)),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${tracesTo.replace(/\/$/, '')}/v1/traces` })),
    ],
  });
  const tracers = {
    api: provider.getTracer('holdfast.api'),
    process: provider.getTracer('holdfast.process'),
    projections: provider.getTracer('holdfast.projections'),
  };

  const record = ({
    part,
    name,
    traceId,
    spanId,
    parentId,
    links,
    kind,
    since,
    attributes,
    error,
  }: Span): void => {
    ids.traceId = traceId;
    ids.spanId = spanId ?? newSpanId();
    const parent =
      parentId === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, spanContext(traceId, parentId));
    const options = {
      kind: kind ?? SpanKind.INTERNAL,
      startTime: performance.timeOrigin + since,
      attributes,
      ...(links !== undefined && { links: [...links] }),
    };
    const span = tracers[part].startSpan(name, options, parent);
    if (typeof error === 'string') span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end(performance.timeOrigin + now());
  };

  return { record, close: () => provider.shutdown() };
}

/** Returns 64 new bits in hexadecimal. */
export type NewSpanId = () => string;

export const spanIdsFrom =
  (secrets: Secrets): NewSpanId =>
  () =>
    Buffer.from(secrets.bytes(8)).toString('hex');

export const spanContext = (traceId: string, spanId: string) => ({
  traceId,
  spanId,
  traceFlags: TraceFlags.SAMPLED,
});
