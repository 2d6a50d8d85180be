// The commands of the bridge: `holdfast bridge status` asks the program that runs it, `holdfast bridge replay` publishes a
// stretch of the log again.
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { bridgeConsumer, replay, type Problem, type Publishes } from '@holdfast/bridge';
import { openEmbeddedEventStore, StoreLocked, type EventStore } from '@holdfast/event-store';
import { openEventStoreDb } from '@holdfast/event-store-eventstoredb';
import { reasonOf, type Reasoned } from '@holdfast/kernel';
import { operatorActor } from '@holdfast/projections';
import { nodeEnvironment, reactorConsumer } from '@holdfast/runtime';
import { createLogger } from './logger.js';
import { ownLog } from './own-events.js';
import { readSettings, type Settings } from './settings.js';
import { BadSettings } from './bad-settings.js';
import { fail, say } from './terminal.js';

export type StatusFlags = { readonly url?: string };
export type ReplayFlags = Reasoned & { readonly from: number; readonly to: number };

/** Reads the status from the program's metrics, which are there on any store, and while Kafka is away. */
export async function showBridge({ url }: StatusFlags): Promise<void> {
  const { host, port, metricsToken } = readSettings(process.env);
  const from = new URL('/metrics', url ?? `http://${host}:${port}`);
  const headers = metricsToken === null ? {} : { authorization: `Bearer ${metricsToken}` };
  let response: Response;
  try {
    response = await fetch(from, { headers, signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    throw new Error(`there is no program at ${from.origin}: name it with --url`, { cause: error });
  }
  if (!response.ok)
    throw new Error(`${from.href} answers ${response.status}: METRICS_TOKEN has to be its token`);
  const { lines, isFaulted } = statusOf(await response.text());
  for (const line of lines) say(line);
  if (isFaulted) process.exitCode = 1;
}

const lag = 'holdfast_subscription_lag_';

const faults: Readonly<Record<Problem['fault'], string>> = {
  connection:
    'Kafka is away, or asks for another kind of connection: KAFKA_BROKERS, KAFKA_TLS, KAFKA_SASL_MECHANISM',
  certificate: "Kafka's certificate is not trusted: KAFKA_TLS, NODE_EXTRA_CA_CERTS",
  password: 'Kafka refuses name and password: KAFKA_SASL_MECHANISM, KAFKA_USERNAME, KAFKA_PASSWORD',
  registry: 'the schema registry is away, or refuses: SCHEMA_REGISTRY_URL, NODE_EXTRA_CA_CERTS',
  other: "publishing fails; the program's log says why",
};

const deliveries: Readonly<Record<Publishes['delivery'], string>> = {
  'at-least-once': 'at least once',
  'exactly-once': 'exactly once',
};
const formats: Readonly<Record<Publishes['format'], string>> = {
  json: 'JSON',
  avro: 'Avro',
  'avro-with-registry': 'Avro with a registry',
};

/** Returns the line that says how the bridge publishes. Only the process that runs it has the gauge. */
function deliveryIn(metrics: string): string {
  const [, delivery = '', format = ''] =
    /^holdfast_bridge_info\{delivery="([^"]*)",format="([^"]*)"\} 1$/m.exec(metrics) ?? [];
  if (delivery === '') return 'Runs       in another process, which alone knows its delivery and its fault';
  return `Delivery   ${deliveries[delivery as Publishes['delivery']]}, ${formats[format as Publishes['format']]}`;
}

/**
 * Returns the lines of the status, from metrics in Prometheus' text format, and whether the bridge fails to publish.
 * @throws when no bridge runs there
 */
export function statusOf(metrics: string): {
  readonly lines: readonly string[];
  readonly isFaulted: boolean;
} {
  const name = reactorConsumer(bridgeConsumer);
  const consumer = `{consumer="${name}"} `;
  const values = new Map(
    metrics
      .split('\n')
      .filter((line) => line.includes(consumer))
      .map((line) => [line.slice(0, line.indexOf('{')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
  const position = values.get('holdfast_subscription_position');
  if (position === undefined) throw new Error('that program runs no bridge');
  const behind = values.get(`${lag}events`);
  const age = `${Math.round(values.get(`${lag}seconds`) ?? 0)} s old`;
  const isCaughtUp = values.get('holdfast_subscription_caught_up') === 1;
  const waiting =
    behind === undefined
      ? `the first event that waits is ${age}`
      : `${behind} events wait, the first is ${age}`;
  const lines = [
    deliveryIn(metrics),
    `Position   ${position < 0 ? 'none: nothing is published yet' : position}`,
    `Lag        ${isCaughtUp ? 'none' : waiting}`,
    `Parked     ${values.get('holdfast_parked_events') ?? 0}`,
  ];
  const fault = (Object.keys(faults) as Problem['fault'][]).find((one) =>
    metrics.includes(`holdfast_reactor_faulted{consumer="${name}",fault="${one}"} 1`),
  );
  return fault === undefined
    ? { lines, isFaulted: false }
    : { lines: [...lines, `Fault      ${faults[fault]}`], isFaulted: true };
}

export async function replayRange({ from, to, reason }: ReplayFlags): Promise<void> {
  if (to < from)
    throw new Error(`--to ${to} is before --from ${from}: give the first position, then the last`);
  const settings = readSettings(process.env);
  if (settings.bridge === null) throw new BadSettings('KAFKA_BROKERS: is needed to replay');
  const logger = createLogger(settings.logLevel);
  const stopping = new AbortController();
  process.once('SIGINT', () => {
    stopping.abort();
  });
  const environment = nodeEnvironment();
  const log = await openLog(settings);
  const { records, refused } = await replay({
    settings: settings.bridge,
    store: ownLog(log),
    environment,
    ...{ from, to },
    actor: operatorActor(userInfo().username),
    ...reasonOf({ reason }),
    signal: stopping.signal,
    onError: (error) => {
      logger.warn({ err: error }, 'failed, and will be tried again');
    },
  });
  await log.close();
  say(`${records} records published again, with the header replay=true.`);
  for (const { position, reason } of refused) say(`Position ${position} can't be published: ${reason}`);
  if (refused.length > 0) process.exitCode = 1;
}

async function openLog({ eventStoreUrl, streamPrefix, dataDirectory }: Settings): Promise<EventStore> {
  const environment = nodeEnvironment();
  if (eventStoreUrl !== null) return openEventStoreDb({ url: eventStoreUrl, environment, streamPrefix });
  try {
    return await openEmbeddedEventStore({
      directory: join(dataDirectory, 'log'),
      environment,
      onFatal: fail,
    });
  } catch (error) {
    if (!(error instanceof StoreLocked)) throw error;
    throw new Error(
      `${error.message}. Start that program with --esdb-port 2113, and set EVENTSTORE_URL=esdb://127.0.0.1:2113?tls=false for the replay`,
      { cause: error },
    );
  }
}
