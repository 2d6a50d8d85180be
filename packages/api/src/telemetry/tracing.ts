// Traces for OpenTelemetry: what an order went through, in the API, the checkout and the read models, in one trace.
// Loaded only when there is a collector. Spans are made when they end, from what is known by then.
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { EventStore } from '@holdfast/event-store';
import type { Awaitable, Clock, ProcessInput, RecordedEvent } from '@holdfast/kernel';
import { streamCategory, streamId } from '@holdfast/kernel';
import { isPending, type CommandOutcome } from '@holdfast/runtime';
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
import { delegating, type Instruments } from './instruments.js';
import { spanIdOf, traceIdOf } from './trace-ids.js';

/** An operation of the API under way. It belongs to the trace of the first thing that it changes, or to one of its own. */
export type TracedOperation = { readonly spanId: string; traceId: string | null };

export type Tracing = {
  readonly instruments: Instruments;
  operation(this: void): TracedOperation;
  /** Runs `next`, and what it starts, as a part of the operation. */
  run(this: void, operation: TracedOperation, next: () => void): void;
  answered(
    this: void,
    operation: TracedOperation,
    how: {
      readonly correlationId: string;
      readonly name: string;
      readonly outcome: string;
      readonly since: number;
    },
  ): void;
  /** sends what there still is */
  close(): Promise<void>;
};

type Part = 'api' | 'process' | 'projections';

type Span = {
  readonly part: Part;
  readonly name: string;
  readonly traceId: string;
  /** any unless given */
  readonly spanId?: string;
  readonly parentId?: string | undefined;
  readonly links?: readonly Link[];
  readonly kind?: SpanKind;
  /** as `now` says it */
  readonly since: number;
  readonly attributes: Attributes;
  readonly error?: string | null;
};

/** Of a batch, so many orders get a span: more would cost more than the batch. */
const tracesPerBatch = 100;
/** What is older is being caught up with, or built anew, and its trace was told long ago. */
const traceableMs = 5 * 60 * 1000;
const rememberedSteps = 10_000;

export function startTracing({
  now,
  clock,
  tracesTo,
}: {
  readonly now: () => number;
  readonly clock: Clock;
  readonly tracesTo: string;
}): Tracing {
  const ids = { traceId: '', spanId: '' };
  const idGenerator: IdGenerator = {
    generateTraceId: () => ids.traceId,
    generateSpanId: () => ids.spanId,
  };
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': process.env['OTEL_SERVICE_NAME'] ?? 'holdfast' }),
    idGenerator,
    // By the trace's id alone: every process decides alike.
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
  const current = new AsyncLocalStorage<TracedOperation>();

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

  /** the checkout's last step by order: what its commands follow from */
  const steps = new Map<string, string>();
  const remember = (correlationId: string, spanId: string): void => {
    steps.delete(correlationId);
    steps.set(correlationId, spanId);
    if (steps.size > rememberedSteps) for (const [oldest] of steps) return void steps.delete(oldest);
  };

  const commands: Instruments['commands'] = (handler) => ({
    handle(command, context) {
      const since = now();
      const { correlationId, commandId, actor } = context;
      const traceId = traceIdOf(correlationId);
      const isOfProcess = actor.startsWith('process:');
      const operation = isOfProcess ? undefined : current.getStore();
      if (operation !== undefined) operation.traceId ??= traceId;
      const isOwn = operation?.traceId === traceId;
      const done = (outcome: CommandOutcome | null): void => {
        record({
          part: isOfProcess ? 'process' : 'api',
          name: `command ${command.type}`,
          traceId,
          // What is sent again is another span; what it does for the first time is known by the command's id.
          ...(outcome?.ok === true && !outcome.repeated && { spanId: spanIdOf(commandId) }),
          parentId: isOwn ? operation.spanId : steps.get(correlationId),
          ...(operation !== undefined &&
            !isOwn && { links: [{ context: spanContext(operation.traceId ?? traceId, operation.spanId) }] }),
          since,
          attributes: {
            'holdfast.correlation_id': correlationId,
            'holdfast.command_id': commandId,
            'holdfast.outcome': outcomeOf(outcome),
            ...(outcome?.ok === true && { 'holdfast.stream': outcome.stream }),
          },
          error: outcome === null ? 'failed' : null,
        });
      };
      return settled(() => handler.handle(command, context), done);
    },
    load: (...call) => handler.load(...call),
  });

  /** What the process decides about at this moment. Its append follows at once. */
  let deciding: { readonly input: ProcessInput; readonly since: number } | null = null;
  const processes = new Set<string>();

  const append =
    (store: EventStore): EventStore['append'] =>
    (stream, events, expected) => {
      const decided = deciding;
      deciding = null;
      if (decided === null || !processes.has(streamCategory(stream)))
        return store.append(stream, events, expected);
      const { input, since } = decided;
      const id = streamId(stream);
      const spanId = newSpanId();
      const parentId = input.kind === 'event' ? causeOf(input.event) : steps.get(id);
      remember(id, spanId);
      return settled(
        () => store.append(stream, events, expected),
        (answer) => {
          record({
            part: 'process',
            name: `${streamCategory(stream)} ${nameOf(input)}`,
            traceId: traceIdOf(id),
            spanId,
            parentId,
            since,
            attributes: {
              'holdfast.correlation_id': id,
              'holdfast.stream': stream,
              'holdfast.decisions': events.map(({ type }) => type),
            },
            error: answer?.ok === true ? null : 'not appended',
          });
        },
      );
    };

  const onBatch = (events: readonly RecordedEvent[]): (() => void) => {
    const since = now();
    return () => {
      const oldest = new Date(clock.now() - traceableMs).toISOString();
      const perTrace = new Map<string, RecordedEvent[]>();
      for (const event of events) {
        const { correlationId, at } = event.metadata;
        const known = perTrace.get(correlationId);
        if (known !== undefined) known.push(event);
        else if (at >= oldest && perTrace.size < tracesPerBatch) perTrace.set(correlationId, [event]);
      }
      for (const [correlationId, ofTrace] of perTrace)
        record({
          part: 'projections',
          name: 'project',
          traceId: traceIdOf(correlationId),
          parentId: ofTrace.map(causeOf).find((cause) => cause !== undefined),
          since,
          attributes: {
            'holdfast.correlation_id': correlationId,
            'holdfast.events': ofTrace.map(({ type }) => type),
            'holdfast.position': ofTrace.at(-1)?.position ?? -1,
            'holdfast.batch_events': events.length,
          },
        });
    };
  };

  return {
    instruments: {
      commands,
      store: (store) => delegating(store, { append: append(store) }),
      process: (process) => {
        processes.add(process.name);
        return {
          ...process,
          decide: (input, state) => {
            deciding = { input, since: now() };
            return process.decide(input, state);
          },
        };
      },
      onBatch,
    },
    operation: () => ({ spanId: newSpanId(), traceId: null }),
    run: (operation, next) => {
      current.run(operation, next);
    },
    answered: ({ spanId, traceId }, { correlationId, name, outcome, since }) => {
      record({
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
    close: () => provider.shutdown(),
  };
}

const newSpanId = (): string => randomBytes(8).toString('hex');

const spanContext = (traceId: string, spanId: string) => ({
  traceId,
  spanId,
  traceFlags: TraceFlags.SAMPLED,
});

/** The span of the command that caused an event; decisions of a process are caused by none. */
const causeOf = ({ metadata: { commandId, inputPosition } }: RecordedEvent): string | undefined =>
  inputPosition === undefined ? spanIdOf(commandId) : undefined;

/** Calls `done` with the answer, now or later, or with null when there is none. */
function settled<T>(work: () => Awaitable<T>, done: (answer: T | null) => void): Awaitable<T> {
  const fail = (error: unknown): never => {
    done(null);
    throw error;
  };
  const give = (answer: T): T => {
    done(answer);
    return answer;
  };
  let answer: Awaitable<T>;
  try {
    answer = work();
  } catch (error) {
    return fail(error);
  }
  return isPending(answer) ? answer.then(give, fail) : give(answer);
}

const outcomeOf = (outcome: CommandOutcome | null): string => {
  if (outcome === null) return 'error';
  if (!outcome.ok) return outcome.rejection.code;
  return outcome.repeated ? 'repeated' : 'ok';
};

function nameOf(input: ProcessInput): string {
  switch (input.kind) {
    case 'event':
      return input.event.type;
    case 'deadline':
      return `deadline ${input.name}`;
    case 'attemptFailed':
    case 'stepFailed':
      return `${input.kind} ${input.step}`;
  }
}
