// The metrics that Prometheus scrapes. Durations and failures are counted here as they happen; `gauges.ts` reads all other
// values at a scrape.
import { StoreUnavailable, storeWith } from '@holdfast/event-store';
import { ReadStoreUnavailable } from '@holdfast/read-store';
import { TooManyConflicts, type CommandOutcome } from '@holdfast/runtime';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import type { WebhookOutcome } from '../http/webhooks.js';
import { addGauges, type WatchedParts } from './gauges.js';
import { noInstruments, type Instruments } from './instruments.js';
import { latencies } from './latencies.js';
import { settled } from './settled.js';

export type Metrics = {
  readonly instruments: Instruments;
  /** Counts a failure that will be tried again. */
  failed(this: void, error: unknown): void;
  /** Counts an operation of the API; `field` and `outcome` are names of the schema and of error codes. */
  operationEnded(field: string, outcome: string, seconds: number): void;
  /** Counts a webhook of the card gateway. */
  webhook(this: void, outcome: WebhookOutcome): void;
  /** Adds the gauges. Call it once. */
  watch(parts: WatchedParts): void;
  readonly contentType: string;
  /** in Prometheus' text format */
  text(): Promise<string>;
};

/** `now` returns milliseconds of a monotonic clock. */
export function createMetrics(now: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const operationLatency = latencies(
    registry,
    'holdfast_operation_duration_seconds',
    'GraphQL operations, by their first field; outcome ok or an error code',
    ['operation', 'outcome'],
  );
  const retries = new Counter({
    name: 'holdfast_retries_total',
    help: 'Failures that are tried again: commands of the checkout, subscriptions, batches',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of ['event_store', 'read_store', 'conflicts', 'other']) retries.inc({ reason }, 0);
  const webhooks = new Counter({
    name: 'holdfast_webhooks_total',
    help: 'Webhooks of the card gateway, by what became of them; those that were refused may be forged',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of ['received', 'repeated', 'irrelevant', 'refused', 'unavailable'] as const)
    webhooks.inc({ outcome }, 0);
  return {
    instruments: {
      ...noInstruments,
      store: timedStore(registry, now),
      commands: timedCommands(registry, now),
    },
    failed(error) {
      retries.inc({ reason: reasonOf(error) });
    },
    operationEnded(field, outcome, seconds) {
      operationLatency.observe(seconds, field, outcome);
    },
    webhook(outcome) {
      webhooks.inc({ outcome });
    },
    watch(parts) {
      addGauges(registry, parts);
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

function timedStore(registry: Registry, now: () => number): Instruments['store'] {
  const appendLatency = latencies(
    registry,
    'holdfast_append_duration_seconds',
    'Time until an append is written, that is, ordered and readable',
  );
  const syncLatency = latencies(
    registry,
    'holdfast_sync_duration_seconds',
    'Time until written events survive a crash, as measured by the callers that wait for it',
  );
  const conflicts = new Counter({
    name: 'holdfast_append_conflicts_total',
    help: 'Appends refused because the stream had moved; the command is decided again',
    registers: [registry],
  });
  return (store) =>
    storeWith(store, {
      append(stream, events, expected) {
        const since = now();
        return settled(
          () => store.append(stream, events, expected),
          (appended) => {
            appendLatency.observe((now() - since) / 1000);
            if (appended?.ok === false) conflicts.inc();
          },
        );
      },
      async synced(position) {
        const since = now();
        await store.synced(position);
        syncLatency.observe((now() - since) / 1000);
      },
    });
}

function timedCommands(registry: Registry, now: () => number): Instruments['commands'] {
  const commandLatency = latencies(
    registry,
    'holdfast_command_duration_seconds',
    'Time from a command to its outcome: load, decide, append',
    ['command', 'outcome'],
  );
  return (commands) => ({
    handle(command, context) {
      const since = now();
      return settled(
        () => commands.handle(command, context),
        (outcome) => {
          commandLatency.observe((now() - since) / 1000, command.type, outcomeOf(outcome));
        },
      );
    },
    load: (...call) => commands.load(...call),
  });
}

const outcomeOf = (outcome: CommandOutcome | null): string => {
  if (outcome === null) return 'error';
  if (!outcome.ok) return 'rejected';
  return outcome.repeated ? 'repeated' : 'ok';
};

const reasonOf = (error: unknown): string => {
  if (error instanceof StoreUnavailable) return 'event_store';
  if (error instanceof ReadStoreUnavailable) return 'read_store';
  return error instanceof TooManyConflicts ? 'conflicts' : 'other';
};
