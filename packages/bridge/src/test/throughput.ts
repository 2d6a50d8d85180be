// Measures how fast the bridge publishes a log that is there already, with the real mapping and JSON, and where the time of a
// transaction goes:
//   scripts/with-kafka.sh node --max-semi-space-size=64 packages/bridge/dist/test/throughput.js [at-least-once | exactly-once [events of a batch]]
import type { NewEvent } from '@holdfast/kernel';
import { Producer } from '@platformatic/kafka';
import { prefixesOf, publicationOf } from '../bridge.js';
import type { Mode } from '../outbound/publishers.js';
import { brokers, kafkaAt } from './kafka-server.js';
import { environment, inRig } from './rig.js';

const mode: Mode = process.argv[2] === 'exactly-once' ? 'exactly-once' : 'at-least-once';
const maxEvents = Number(process.argv[3] ?? 2_000);
const events = 100_000;
const perAppend = 50;

const reserved = (n: number): NewEvent => {
  const id = environment.ids.next();
  const orderId = `o-${n}`;
  const context = { correlationId: orderId, causationId: id, commandId: id, actor: 'process:checkout' };
  const metadata = { ...context, at: '2026-01-01T00:00:00.000Z', schemaVersion: 1 };
  return { id, type: 'StockReserved', data: { orderId, quantity: 2 }, metadata };
};

/** milliseconds, and how often */
const spent = new Map<string, { ms: number; times: number }>();
async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  const { ms, times } = spent.get(name) ?? { ms: 0, times: 0 };
  spent.set(name, { ms: ms + performance.now() - begun, times: times + 1 });
  return result;
}

type Transaction = Awaited<ReturnType<Producer['beginTransaction']>>;
type Begin = (this: Producer, ...call: unknown[]) => Promise<Transaction>;
const { beginTransaction } = Producer.prototype as unknown as { readonly beginTransaction: Begin };
Object.assign(Producer.prototype, {
  async beginTransaction(this: Producer, ...call: unknown[]) {
    const transaction = await timed('begin', () => beginTransaction.apply(this, call));
    const send = transaction.send.bind(transaction);
    const commit = transaction.commit.bind(transaction);
    transaction.send = (options: Parameters<typeof send>[0]) => timed('send', () => send(options));
    transaction.commit = () => timed('commit', () => commit());
    return transaction;
  },
});

await inRig(async ({ store, open }) => {
  for (let n = 0; n < events; n += perAppend) {
    const some = Array.from({ length: perAppend }, (_, k) => reserved(n + k));
    await store.append(`stock-s${(n / perAppend) % 100}`, some, 'any');
  }
  await store.synced(events - 1);

  const topic = `throughput-${environment.ids.next()}`;
  const { eventsOf, serialise } = publicationOf({ aliases: [], format: 'json', registryUrl: null });
  const begun = { ms: performance.now(), cpu: process.cpuUsage() };
  const bridge = await open({
    ...{ kafka: kafkaAt(brokers), topic, mode, maxEvents, serialise, prefixes: prefixesOf() },
    eventsOf: async (event, read) => (await eventsOf(event, read)).map((one) => ({ ...one, topic })),
  });
  while (bridge.handled() < events - 1) await new Promise((resolve) => setTimeout(resolve, 5));
  const ms = performance.now() - begun.ms;
  const { user, system } = process.cpuUsage(begun.cpu);
  const perSecond = Math.round((events / ms) * 1000).toLocaleString('en');
  const perEvent = ((user + system) / events).toFixed(1);
  process.stdout.write(
    `${mode}: ${perSecond} events/s by the clock, ${perEvent} µs of the bridge's CPU per event\n`,
  );
  const transactions = spent.get('commit')?.times ?? 0;
  for (const [name, { ms: all, times }] of spent)
    process.stdout.write(
      `${name}: ${(all / transactions).toFixed(1)} ms of a transaction, ${(times / transactions).toFixed(1)} times\n`,
    );
});
