// Measures how fast the bridge publishes a log that is there already, with the real mapping and JSON:
//   scripts/with-kafka.sh node --max-semi-space-size=64 packages/bridge/dist/test/throughput.js [at-least-once | exactly-once]
import type { NewEvent } from '@holdfast/kernel';
import { prefixesOf, publicationOf } from '../bridge.js';
import type { Mode } from '../outbound/publishers.js';
import { brokers, kafkaAt } from './kafka-server.js';
import { environment, inRig } from './rig.js';

const mode: Mode = process.argv[2] === 'exactly-once' ? 'exactly-once' : 'at-least-once';
const events = 100_000;
const perAppend = 50;

const reserved = (n: number): NewEvent => {
  const id = environment.ids.next();
  const orderId = `o-${n}`;
  const context = { correlationId: orderId, causationId: id, commandId: id, actor: 'process:checkout' };
  const metadata = { ...context, at: '2026-01-01T00:00:00.000Z', schemaVersion: 1 };
  return { id, type: 'StockReserved', data: { orderId, quantity: 2 }, metadata };
};

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
    ...{ kafka: kafkaAt(brokers), topic, mode, serialise, prefixes: prefixesOf() },
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
});
