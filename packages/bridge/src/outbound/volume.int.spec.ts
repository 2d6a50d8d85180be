// Many events, exactly once, read back by Kafka's own consumer.
import { spawn } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { brokers, kafkaAt, libs, skipped } from '../test/kafka-server.js';
import { counted } from '../test/orders.js';
import { append, environment, inRig } from '../test/rig.js';

/** Keys and values of the committed records of a topic, in the order of each partition. */
function readByKafka(topic: string, records: number): Promise<readonly (readonly [string, number])[]> {
  const consumer = ['org.apache.kafka.tools.consumer.ConsoleConsumer', '--bootstrap-server', brokers];
  const what = ['--topic', topic, '--from-beginning', '--isolation-level', 'read_committed'];
  // One more than there should be, so that a record that is there twice is seen.
  const how = [
    '--max-messages',
    String(records + 1),
    '--timeout-ms',
    '10000',
    '--property',
    'print.key=true',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn('java', ['-cp', `${libs}/*`, ...consumer, ...what, ...how], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('error', reject);
    child.on('close', () => {
      const lines = text.split('\n').filter((line) => line.includes('\t'));
      resolve(
        lines.map((line) => {
          const [key = '', value = ''] = line.split('\t');
          return [key, (JSON.parse(value) as { readonly n: number }).n] as const;
        }),
      );
    });
  });
}

const orders = Array.from({ length: 400 }, (_, n) => `o${n}`);
const perOrder = 50;
const perAppend = 10;

if (libs === '') test.skip(skipped, () => undefined);
else
  describe('20,000 events', () => {
    test(
      'exactly once › nothing is lost or there twice, and each order keeps its order',
      () =>
        inRig(async ({ store, open }) => {
          for (let n = 0; n < perOrder; n += perAppend)
            await Promise.all(
              orders.map((order) =>
                append(
                  store,
                  order,
                  Array.from({ length: perAppend }, (_, k) => counted(order, n + k)),
                ),
              ),
            );
          const topic = `volume-${environment.ids.next()}`;
          const bridge = await open({ kafka: kafkaAt(brokers), topic, mode: 'exactly-once' });
          await eventually(() => expect(bridge.handled()).toBe(19_999), { timeoutMs: 60_000 });

          const records = await readByKafka(topic, 20_000);
          expect(records).toHaveLength(20_000);
          const byOrder = new Map<string, number[]>();
          for (const [order, n] of records) byOrder.set(order, [...(byOrder.get(order) ?? []), n]);
          expect(byOrder.size).toBe(orders.length);
          for (const found of byOrder.values())
            expect(found).toEqual(Array.from({ length: perOrder }, (_, n) => n));
        }),
      120_000,
    );
  });
