// A shop that is killed with kill -9 while it takes commands from a real Kafka, and started again: every command is carried out
// once and in order, every record that is none is in the dead-letter topic, and every answer goes out.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { brokers, kafkaAt, readTopic, sendTo, skipped } from '@holdfast/bridge/test/kafka-server';
import { openEmbeddedEventStore } from '@holdfast/event-store';
import { nodeEnvironment } from '@holdfast/runtime';
import type { InboundKillPoint, ShopOptions } from '../test/kafka-shop-process.js';

const kafka = kafkaAt(brokers);
const environment = nodeEnvironment();
const program = fileURLToPath(new URL('../test/kafka-shop-process.js', import.meta.url));
const sku = 'lamp';

/** Resolves to how the process ended. */
const run = (options: ShopOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('error', reject);
    child.on('close', (_, signal) => resolve(signal ?? text.trim()));
  });

const commands = 12;
/** So large that a batch is several appends. */
const padding = 'x'.repeat(150_000);
const numbers = Array.from({ length: commands }, (_, n) => n + 1);

/** Goods that come in, one more unit each time; every third record is followed by one that is no command. */
async function sendCommands(topic: string): Promise<void> {
  for (const n of numbers) {
    const value = JSON.stringify({ sku, quantity: n, padding });
    const record = { key: sku, value, headers: { ce_type: 'stock.receive', ce_id: `c-${n}` } };
    const none = { key: sku, value: `no JSON ${n}`, headers: record.headers };
    await sendTo(kafka, topic, n % 3 === 0 ? [record, none] : [record]);
  }
}

async function receivedUnits(folder: string): Promise<readonly unknown[]> {
  const store = await openEmbeddedEventStore({
    directory: join(folder, 'log'),
    environment,
    onFatal: (error) => {
      throw error;
    },
  });
  const events = await store.readStream(`stock-${sku}`);
  await store.close();
  return events
    .filter(({ type }) => type === 'StockReceived')
    .map(({ data }) => (data as { readonly quantity: number }).quantity);
}

const cases: readonly (readonly [InboundKillPoint, number])[] = [
  ['between two appends of a batch', 2],
  ['before the offset is committed', 1],
  ['before the dead letter is acknowledged', 1],
  ['before the dead letter is acknowledged', 2],
  ['before the answer is published', 1],
  ['before the answer is published', 2],
];

if (brokers === '') test.skip(skipped, () => undefined);
else
  describe('a shop that takes commands from Kafka and is killed', () => {
    test.each(cases)(
      '%s, time %i › carries out each command once, in order, and answers it',
      async (point, nth) => {
        const folder = await mkdtemp(join(tmpdir(), 'holdfast-inbound-'));
        const name = `killed-${environment.ids.next()}`;
        const options = { folder, address: brokers, name, sku };
        try {
          expect(await run({ ...options, answers: 0, kill: null })).toBe('done');
          const topic = `${name}-commands`;
          await sendCommands(topic);
          expect(await run({ ...options, answers: commands, kill: { point, nth } })).toBe('SIGKILL');
          expect(await run({ ...options, answers: commands, kill: null })).toBe('done');

          expect(await receivedUnits(folder)).toEqual(numbers);
          const dead = (await readTopic(kafka, `${topic}-dead-letter`)).map(({ value }) => String(value));
          expect([...new Set(dead)]).toEqual([3, 6, 9, 12].map((n) => `no JSON ${n}`));
          const answers = (await readTopic(kafka, 'command-answers')).filter(
            ({ headers }) => headers.get('ce_source') === `/${name}`,
          );
          const told = new Map(
            answers.map(({ headers, value }) => [headers.get('ce_id'), String(value)] as const),
          );
          expect(
            [...told.values()].map((value) => (JSON.parse(value) as { commandId: string }).commandId).sort(),
          ).toEqual(numbers.map((n) => `c-${n}`).sort());
          expect(answers.every(({ headers }) => headers.get('ce_type') === 'command.accepted')).toBe(true);
        } finally {
          await rm(folder, { recursive: true });
        }
      },
      120_000,
    );
  });
