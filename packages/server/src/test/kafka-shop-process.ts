// A shop that takes commands from Kafka, in a process of its own, which a spec has killed at a named point. Its last
// line says that every command is answered and everything is published.
import { noInstruments } from '@holdfast/api';
import { kafkaAt } from '@holdfast/bridge/test/kafka-server';
import { watchClients } from '@holdfast/bridge/test/watched-clients';
import type { EventStore } from '@holdfast/event-store';
import { Sku } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';
import { openEngine } from '../engine.js';

/** Each is met for the `nth` time, and the process ends as if it had lost its power. */
export type InboundKillPoint =
  /** the commands of a group are durable in the log, and those of the next group are not */
  | 'between two appends of a batch'
  /** all commands of a batch are durable, and their offset is not committed */
  | 'before the offset is committed'
  /** the broker has acknowledged the dead letters, and the bridge does not know */
  | 'before the dead letter is acknowledged'
  /** the answer is in the log, and not in Kafka */
  | 'before the answer is published';

export type ShopOptions = {
  readonly folder: string;
  readonly address: string;
  /** of the bridge; its topics derive from it */
  readonly name: string;
  readonly sku: string;
  /** the commands that have an answer at the end */
  readonly answers: number;
  readonly kill: { readonly point: InboundKillPoint; readonly nth: number } | null;
};

const { folder, address, name, sku, answers, kill } = JSON.parse(process.argv[2] ?? '') as ShopOptions;
const commandsTopic = `${name}-commands`;

let met = 0;
function reached(point: InboundKillPoint): void {
  if (kill?.point !== point) return;
  met += 1;
  if (met === kill.nth) process.kill(process.pid, 'SIGKILL');
}

watchClients({
  sending: (topics) => {
    if (topics.has('command-answers')) reached('before the answer is published');
  },
  sent: (topics) => {
    if (topics.has(`${commandsTopic}-dead-letter`)) reached('before the dead letter is acknowledged');
  },
  committingOffsets: () => reached('before the offset is committed'),
});

/** Of a log that tells when commands have become durable. */
const watched = (log: EventStore): EventStore => ({
  append: async (stream, ...call) => {
    const appended = await log.append(stream, ...call);
    if (stream.startsWith('inbox-') && appended.ok) {
      await log.synced(appended.value.position);
      reached('between two appends of a batch');
    }
    return appended;
  },
  synced: (position) => log.synced(position),
  readStream: (...call) => log.readStream(...call),
  readAll: (...call) => log.readAll(...call),
  subscribeAll: (options) => log.subscribeAll(options),
  end: () => log.end(),
  close: () => log.close(),
});

const environment = nodeEnvironment();
const engine = await openEngine({
  dataDirectory: folder,
  environment,
  reservationTtlMs: 60_000,
  paymentTimeoutMs: 60_000,
  bridge: {
    ...kafkaAt(address),
    ...{ name, commandsTopic, mode: 'at-least-once', start: 'beginning', format: 'json' },
    ...{ registryUrl: null, aliases: [] },
  },
  instruments: { ...noInstruments, store: watched },
  onError: () => undefined,
  onFatal: (error) => {
    throw error;
  },
});
const id = environment.ids.next();
const context = { commandId: id, correlationId: id, causationId: id, actor: 'system' };
const price = { minor: 1500, currency: 'EUR' };
await engine.commands.handle(
  { type: 'CreateProduct', data: { sku: Sku(sku), name: 'Lamp', price } },
  context,
);

const bridge = engine.reactors.find((reactor) => reactor.name === 'bridge');
const isDone = async (): Promise<boolean> => {
  const given = await engine.store.readAll({ filter: { streamPrefixes: ['answer-'] } });
  const { synced } = await engine.store.end();
  return given.length >= answers && (bridge?.handled() ?? Infinity) >= synced;
};
while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 20));
await engine.stop();
console.log('done');
