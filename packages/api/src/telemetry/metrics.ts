// What Prometheus is told. Counted here is only how long things took and how often they failed; how things stand (orders,
// lag, parked events) is asked when a scrape comes, so that it is right from the first one after a start.
import type { EventStore } from '@holdfast/event-store';
import { StoreUnavailable } from '@holdfast/event-store';
import type { Awaitable, Environment, Position } from '@holdfast/kernel';
import type { OrderStatus } from '@holdfast/ordering';
import { ReadStoreUnavailable } from '@holdfast/read-store';
import {
  isPending,
  lagBehind,
  processConsumer,
  reactorConsumer,
  TooManyConflicts,
  type CommandOutcome,
  type Projections,
  type ProjectionStatus,
} from '@holdfast/runtime';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { bounded } from './bounded.js';
import type { Health } from '../http/health.js';
import { collections, parkedOf, sagasIn } from '../queries/read-models.js';
import { delegating, type Instruments } from './instruments.js';
import { latencies } from './latencies.js';

/** What is asked at a scrape. */
export type Standing = {
  readonly store: EventStore;
  readonly projections: Projections;
  readonly environment: Environment;
  readonly health: Health;
  /** every process manager */
  readonly processes?: readonly Watched[] | undefined;
  /** every reactor */
  readonly reactors?: readonly Watched[] | undefined;
};

/** `handled`: the last position whose events have had their effect; Infinity where it runs in another operating-system process. */
export type Watched = { readonly name: string; readonly handled: () => Position };

export type Metrics = {
  readonly instruments: Instruments;
  /** something failed and will be tried again */
  failed(this: void, error: unknown): void;
  /** an operation of the API was answered; `field` and `outcome` are names of the schema and of error codes */
  answered(field: string, outcome: string, seconds: number): void;
  /** begins to tell how things stand */
  watch(standing: Standing): void;
  readonly contentType: string;
  /** in Prometheus' text format */
  text(): Promise<string>;
};

/** A scrape waits 10 s by default; what is not known by then is left out rather than the rest with it. */
const scrapeMs = 2_000;

const statuses = {
  CREATED: true,
  RESERVED: true,
  PAYMENT_PENDING: true,
  PAID: true,
  UNDER_REVIEW: true,
  CONFIRMED: true,
  SHIPPED: true,
  IN_TRANSIT: true,
  DELIVERED: true,
  FAILED: true,
  CANCELLED: true,
} satisfies Readonly<Record<OrderStatus, true>>;

/** `now` in milliseconds, from a clock that is never set. */
export function createMetrics(now: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const commandLatency = latencies(
    registry,
    'holdfast_command_duration_seconds',
    'From a command to its outcome: load, decide, append',
    ['command', 'outcome'],
  );
  const appendLatency = latencies(
    registry,
    'holdfast_append_duration_seconds',
    'Until an append is written: in order, readable',
  );
  const syncLatency = latencies(
    registry,
    'holdfast_sync_duration_seconds',
    'Until what is written survives a crash, as those who wait for it see it',
  );
  const answerLatency = latencies(
    registry,
    'holdfast_operation_duration_seconds',
    'GraphQL operations, by their first field; outcome ok or an error code',
    ['operation', 'outcome'],
  );
  const registers = [registry];
  const conflicts = new Counter({
    name: 'holdfast_append_conflicts_total',
    help: 'Appends refused because the stream had moved; the command is decided again',
    registers,
  });
  const retries = new Counter({
    name: 'holdfast_retries_total',
    help: 'What failed and is tried again: commands of the checkout, subscriptions, batches',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of ['event_store', 'read_store', 'conflicts', 'other']) retries.inc({ reason }, 0);

  const timed = <T>(work: Awaitable<T>, done: (answer: T | null, seconds: number) => void, since: number) => {
    if (!isPending(work)) {
      done(work, (now() - since) / 1000);
      return work;
    }
    return work.then(
      (answer) => {
        done(answer, (now() - since) / 1000);
        return answer;
      },
      (error: unknown) => {
        done(null, (now() - since) / 1000);
        throw error;
      },
    );
  };

  const appended = (answer: { readonly ok: boolean } | null, seconds: number): void => {
    appendLatency.observe(seconds);
    if (answer?.ok === false) conflicts.inc();
  };

  return {
    instruments: {
      store: (store) =>
        delegating(store, {
          append(stream, events, expected) {
            const since = now();
            return timed(store.append(stream, events, expected), appended, since);
          },
          async synced(position) {
            const since = now();
            await store.synced(position);
            syncLatency.observe((now() - since) / 1000);
          },
        }),
      commands: (commands) => ({
        handle(command, context) {
          const since = now();
          const done = (outcome: CommandOutcome | null, seconds: number): void => {
            commandLatency.observe(seconds, command.type, outcomeOf(outcome));
          };
          try {
            return timed(commands.handle(command, context), done, since);
          } catch (error) {
            done(null, (now() - since) / 1000);
            throw error;
          }
        },
        load: (...call) => commands.load(...call),
      }),
      process: (process) => process,
    },

    failed(error) {
      retries.inc({ reason: reasonOf(error) });
    },
    answered(field, outcome, seconds) {
      answerLatency.observe(seconds, field, outcome);
    },

    watch({ store, projections, environment: { clock, scheduler }, health, processes = [], reactors = [] }) {
      const runners = [
        ...processes.map(({ name, handled }) => ({ consumer: processConsumer(name), handled })),
        ...reactors.map(({ name, handled }) => ({ consumer: reactorConsumer(name), handled })),
      ];
      /** A gauge whose values are found at each scrape; none while they can't be. */
      const gauge = <L extends string>(
        name: string,
        help: string,
        labels: readonly L[],
        find: () => Promise<readonly (readonly [Record<L, string>, number])[]>,
      ): void => {
        const watched = new Gauge<L>({
          name,
          help,
          labelNames: labels,
          registers,
          async collect() {
            watched.reset();
            // What can't be asked now is told by `holdfast_ready`.
            const found = await bounded(scheduler, scrapeMs, find).catch(() => []);
            for (const [of, value] of found) watched.set(of, value);
          },
        });
      };
      let asked: Promise<readonly ProjectionStatus[]> | null = null;
      /** Asked once for all gauges of a scrape. */
      const status = (): Promise<readonly ProjectionStatus[]> =>
        (asked ??= bounded(scheduler, scrapeMs, () => projections.status()).finally(() => {
          asked = null;
        }));
      /** Of read models, and of the processes and reactors that run here. */
      const followed = async () => {
        const found = (await status()).map((one) => [one.name, one] as const);
        // Where processes run in partitions, other workers may have all partitions of one.
        const here = runners.filter(({ handled }) => Number.isFinite(handled()));
        const lags = here.map(async ({ consumer, handled }) => {
          const position = handled();
          const lag = await lagBehind({ store, environment: { clock } }, position);
          return [consumer, { ...lag, position }] as const;
        });
        return [...found, ...(await Promise.all(lags))];
      };
      const consumers = async (): Promise<readonly string[]> => [
        ...runners.map(({ consumer }) => consumer),
        ...(await status()).map(({ name }) => name),
      ];

      gauge('holdfast_orders', 'Orders by status, as the read model has them', ['status'], () =>
        Promise.all(
          Object.keys(statuses).map(
            async (status) =>
              [
                { status },
                await projections.count(collections.orders, { index: 'status', equals: [status] }),
              ] as const,
          ),
        ),
      );
      gauge(
        'holdfast_checkouts_stuck',
        'Checkouts with an undo that fails again and again; it goes on being tried',
        [],
        async () => {
          const stuck = await projections.count(collections.sagas, sagasIn('COMPENSATION_STUCK'));
          return [[{}, stuck] as const];
        },
      );
      gauge('holdfast_parked_events', 'Events that a consumer gave up on', ['consumer'], async () =>
        Promise.all(
          (await consumers()).map(
            async (consumer) =>
              [{ consumer }, await projections.count(collections.parked, parkedOf(consumer))] as const,
          ),
        ),
      );
      gauge(
        'holdfast_subscription_position',
        'Last position of the log that is handled',
        ['consumer'],
        async () => (await followed()).map(([consumer, { position }]) => [{ consumer }, position] as const),
      );
      gauge(
        'holdfast_subscription_caught_up',
        '1 when all that the log has is handled',
        ['consumer'],
        async () =>
          (await followed()).map(([consumer, { caughtUp }]) => [{ consumer }, caughtUp ? 1 : 0] as const),
      );
      gauge('holdfast_subscription_lag_events', 'Events of the log not handled yet', ['consumer'], async () =>
        (await followed()).flatMap(([consumer, { lagEvents }]) =>
          lagEvents === null ? [] : [[{ consumer }, lagEvents] as const],
        ),
      );
      gauge('holdfast_subscription_lag_seconds', 'Age of what is not handled yet', ['consumer'], async () =>
        (await followed()).map(([consumer, { lagMs }]) => [{ consumer }, lagMs / 1000] as const),
      );
      gauge('holdfast_projection_faulted', '1 while a read model is not kept up', ['projection'], async () =>
        (await status()).map(
          ({ name, state }) => [{ projection: name }, state === 'FAULTED' ? 1 : 0] as const,
        ),
      );
      gauge('holdfast_ready', '1 when the check of /health/ready passes', ['check'], async () =>
        Object.entries((await health.readiness()).checks).map(
          ([check, found]) => [{ check }, found === 'ok' ? 1 : 0] as const,
        ),
      );
    },

    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
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
