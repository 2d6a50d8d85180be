// A bridge that is killed with kill -9 at each named point, and started again: no event is lost, the events of each order stay
// in order, and with exactly-once delivery none comes twice.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { KillPoint, ProcessOptions } from '../test/bridge-process.js';
import { brokers, kafkaAt, readTopic, skipped, withFolder } from '../test/kafka-server.js';
import { counted, idOf } from '../test/orders.js';
import { append, environment, openStores } from '../test/rig.js';
import type { Mode } from './publishers.js';

const program = fileURLToPath(new URL('../test/bridge-process.js', import.meta.url));

/** Resolves to how the process ended. */
const run = (options: ProcessOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('error', reject);
    child.on('close', (_, signal) => resolve(signal ?? text.trim()));
  });

const orders = ['a', 'b', 'c'];
const appends = 4;
/** Several events in each append, so that the batches of the bridge end inside one. */
const perAppend = 5;

async function fill(folder: string): Promise<readonly string[]> {
  const { store, close } = await openStores(folder);
  const all: string[] = [];
  for (let n = 0; n < appends; n += 1)
    for (const order of orders) {
      const numbers = Array.from({ length: perAppend }, (_, k) => n * perAppend + k);
      await append(
        store,
        order,
        numbers.map((k) => counted(order, k)),
      );
      all.push(...numbers.map((k) => idOf(order, k)));
    }
  await close();
  return all;
}

/** Checkpoints that wait are saved as one: only two are certain. */
const nthOf = (point: KillPoint): number =>
  point === 'acknowledged' || point === 'checkpoint saved' ? 2 : 3;

const cases: readonly (readonly [Mode, KillPoint])[] = [
  ['at-least-once', 'sent'],
  ['at-least-once', 'acknowledged'],
  ['at-least-once', 'checkpoint saved'],
  ['exactly-once', 'before the commit'],
  ['exactly-once', 'committed'],
  ['exactly-once', 'acknowledged'],
];

if (brokers === '') test.skip(skipped, () => undefined);
else
  describe('a bridge that is killed inside an append of several events', () => {
    test.each(cases)('%s, %s › nothing is lost and each order keeps its order', (mode, point) =>
      withFolder(async (folder) => {
        const all = await fill(folder);
        const topic = `killed-${environment.ids.next()}`;
        const options = { folder, address: brokers, topic, mode, maxEvents: 7 };
        expect(await run({ ...options, kill: { point, nth: nthOf(point) } })).toBe('SIGKILL');
        expect(await run({ ...options, kill: null })).toBe('caught up');

        const records = await readTopic(kafkaAt(brokers), topic);
        const ids = records.map(({ headers }) => headers.get('ce_id') ?? '');
        for (const order of orders)
          expect([...new Set(ids.filter((id) => id.startsWith(order)))]).toEqual(
            all.filter((id) => id.startsWith(order)),
          );
        if (mode === 'exactly-once') expect(ids).toHaveLength(all.length);
      }),
    );
  });
