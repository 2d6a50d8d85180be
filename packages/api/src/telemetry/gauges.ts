// Gauges of the present state: orders, lag, parked events. Their values are read at each scrape, so that they are right
// from the first scrape after a start.
import type { EventStore } from '@holdfast/event-store';
import type { Environment, Position } from '@holdfast/kernel';
import type { OrderStatus } from '@holdfast/ordering';
import {
  lagBehind,
  processConsumer,
  reactorConsumer,
  type Lag,
  type Projections,
  type ProjectionStatus,
} from '@holdfast/runtime';
import { Gauge, type Registry } from 'prom-client';
import type { Health } from '../http/health.js';
import { collections, parkedOf, sagasIn } from '../queries/read-models.js';
import { bounded } from './bounded.js';

/** The parts of the program that are read at a scrape. */
export type WatchedParts = {
  readonly store: EventStore;
  readonly projections: Projections;
  readonly environment: Environment;
  readonly health: Health;
  /** every process manager */
  readonly processes?: readonly WatchedRunner[] | undefined;
  /** every reactor */
  readonly reactors?: readonly WatchedRunner[] | undefined;
};

/** `handled` is the last position whose events have had their effect; Infinity for a part in another process. */
export type WatchedRunner = {
  readonly name: string;
  readonly handled: () => Position;
  /** the kind of the last error; null while there is none */
  readonly fault?: () => string | null;
  /** The progress of a part in another process, by its checkpoint; null when it is not known. */
  readonly elsewhere?: () => Promise<Progress | null>;
  /** labels of the gauge `holdfast_bridge_info`; null while another process runs the bridge */
  readonly publishes?: () => BridgeModes | null;
};

/** How the bridge delivers events to Kafka, and how it writes them. */
export type BridgeModes = {
  readonly delivery: 'at-least-once' | 'exactly-once';
  readonly format: 'json' | 'avro' | 'avro-with-registry';
};

type Progress = Lag & { readonly position: Position };

/** Prometheus waits 10 s by default. A value that is not known within this time is left out; the others are served. */
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

type Values<L extends string> = readonly (readonly [Record<L, string>, number])[];
type AddGauge = <L extends string>(
  name: string,
  help: string,
  labels: readonly L[],
  find: () => Promise<Values<L>>,
) => void;

export function addGauges(registry: Registry, parts: WatchedParts): void {
  const gauge = gaugesIn(registry, parts);
  const consumers = consumersOf(parts);
  addShopGauges(gauge, consumers, parts);
  addSubscriptionGauges(gauge, consumers);
  gauge('holdfast_ready', '1 when the check of /health/ready passes', ['check'], async () =>
    Object.entries((await parts.health.readiness()).checks).map(
      ([check, found]) => [{ check }, found === 'ok' ? 1 : 0] as const,
    ),
  );
}

/** Adds a gauge whose values are read at each scrape. It has no values while they can't be read. */
function gaugesIn(registry: Registry, { environment: { scheduler } }: WatchedParts): AddGauge {
  return (name, help, labels, find) => {
    const watched = new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      async collect() {
        watched.reset();
        // `holdfast_ready` shows which part can't be read now.
        const found = await bounded(scheduler, scrapeMs, find).catch(() => []);
        for (const [of, value] of found) watched.set(of, value);
      },
    });
  };
}

type Consumers = ReturnType<typeof consumersOf>;

/** The consumers of the log: read models, processes and reactors. */
function consumersOf({ store, projections, environment, processes = [], reactors = [] }: WatchedParts) {
  const { clock, scheduler } = environment;
  const runners = [
    ...processes.map((one) => ({ ...one, consumer: processConsumer(one.name) })),
    ...reactors.map((one) => ({ ...one, consumer: reactorConsumer(one.name) })),
  ];
  let asked: Promise<readonly ProjectionStatus[]> | null = null;
  /** Read once for all gauges of a scrape. */
  const status = (): Promise<readonly ProjectionStatus[]> =>
    (asked ??= bounded(scheduler, scrapeMs, () => projections.status()).finally(() => {
      asked = null;
    }));
  const progressOf = async ({ handled, elsewhere }: WatchedRunner): Promise<Progress | null> => {
    const position = handled();
    // When processes run in partitions, other workers may have all partitions of one process.
    if (!Number.isFinite(position)) return (await elsewhere?.()) ?? null;
    return { ...(await lagBehind({ store, environment: { clock } }, position)), position };
  };
  /** The lags of read models, of the processes and reactors that run here, and of those whose checkpoint tells it. */
  const followed = async () => {
    const found = (await status()).map((one) => [one.name, one] as const);
    const others = await Promise.all(
      runners.map(async (runner) => [runner.consumer, await progressOf(runner)] as const),
    );
    return [
      ...found,
      ...others.flatMap(([consumer, one]) => (one === null ? [] : [[consumer, one] as const])),
    ];
  };
  const names = async (): Promise<readonly string[]> => [
    ...runners.map(({ consumer }) => consumer),
    ...(await status()).map(({ name }) => name),
  ];

  const faults = () =>
    reactors.flatMap(({ name, fault }) => {
      const found = fault?.() ?? null;
      return found === null ? [] : [[{ consumer: reactorConsumer(name), fault: found }, 1] as const];
    });

  const publishing = () =>
    reactors.flatMap(({ publishes }) => {
      const modes = publishes?.() ?? null;
      return modes === null ? [] : [[modes, 1] as const];
    });

  return { status, followed, names, faults, publishing };
}

function addShopGauges(gauge: AddGauge, { names }: Consumers, { projections }: WatchedParts): void {
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
      (await names()).map(
        async (consumer) =>
          [{ consumer }, await projections.count(collections.parked, parkedOf(consumer))] as const,
      ),
    ),
  );
}

function addSubscriptionGauges(gauge: AddGauge, { status, followed, faults, publishing }: Consumers): void {
  gauge(
    'holdfast_subscription_position',
    'Last position of the log that is handled',
    ['consumer'],
    async () => (await followed()).map(([consumer, { position }]) => [{ consumer }, position] as const),
  );
  gauge('holdfast_subscription_caught_up', '1 when all that the log has is handled', ['consumer'], async () =>
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
  gauge(
    'holdfast_reactor_faulted',
    '1 while a reactor fails, by the kind of fault',
    ['consumer', 'fault'],
    () => Promise.resolve(faults()),
  );
  gauge(
    'holdfast_bridge_info',
    '1 where the bridge to Kafka runs, with its delivery and format',
    ['delivery', 'format'],
    () => Promise.resolve(publishing()),
  );
  gauge('holdfast_projection_faulted', '1 while a read model is not kept up', ['projection'], async () =>
    (await status()).map(({ name, state }) => [{ projection: name }, state === 'FAULTED' ? 1 : 0] as const),
  );
}
