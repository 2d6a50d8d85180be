// The figures from the topics: they are right, count each event once, and are the same when made anew.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { IntegrationEvent } from '@holdfast/bridge';
import { collect, rebuild } from './collect.js';
import { addBatch, figuresFile, FiguresBusy } from './database/figures-file.js';
import { unreadableRecords } from './database/questions.js';
import { memoryTopics, type MemoryTopics } from './test/memory-topics.js';
import { deserialise, event, eur, figuresOf, refund, rowsOf, sale, serialise } from './test/shop.js';
import type { TopicBatch } from './topics/topics.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-analytics-'));
  path = join(folder, 'figures.duckdb');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const going = new AbortController().signal;
const collecting = (topics: Pick<MemoryTopics, 'read'>, signal = going) => ({
  ...{ topics, deserialise, signal, file: figuresFile(path) },
  untilCaughtUp: true,
});

/** Topics in batches of ten, so that the events of an order span several. */
async function topicsOf(...events: readonly IntegrationEvent[]): Promise<MemoryTopics> {
  const topics = memoryTopics(serialise, { batchSize: 10 });
  await topics.publish(...events);
  return topics;
}

const life = [
  ...sale({
    orderId: 'a',
    lines: [
      ['LAMP', 2, 100],
      ['STOOL', 1, 5000],
    ],
  }),
  ...sale({ orderId: 'b', country: 'DE', lines: [['LAMP', 3, 100]], time: '2026-03-02T23:59:59.999Z' }),
  ...sale({
    orderId: 'c',
    country: 'DE',
    lines: [
      ['LAMP', 1, 100],
      ['LAMP', 1, 90],
    ],
  }),
  event('order.shipped', { orderId: 'a', carrier: 'x', stock: [] }),
  event('order.delivered', { orderId: 'a' }),
  event('order.returned', {
    orderId: 'a',
    returnId: 'r',
    lines: [{ sku: 'LAMP', quantity: 1, worth: eur(100) }],
    refund: eur(100),
  }),
  refund('a', 100),
  event('order.cancelled', { orderId: 'c', reason: 'CUSTOMER_CANCELLED', wasCompleted: true }),
  refund('c', 190),
  event('order.failed', { orderId: 'd', reason: 'OUT_OF_STOCK' }),
  // paid after it had failed: this was no revenue, and is none that goes back
  refund('d', 999),
];

const figures = {
  days: [
    ['2026-03-01', 'EUR', 2n, 5390n, 0n, 5390n],
    ['2026-03-02', 'EUR', 1n, 300n, 290n, 10n],
  ],
  skus: [
    ['STOOL', 'EUR', 1n, 5000n, 0n, 0n, 5000n],
    ['LAMP', 'EUR', 7n, 690n, 3n, 290n, 400n],
  ],
  countries: [
    ['NL', 'EUR', 1n, 5200n, 100n, 5100n],
    ['DE', 'EUR', 2n, 490n, 190n, 300n],
  ],
  funnel: [
    ['created', 3n, 1],
    ['reserved', 3n, 1],
    ['paid', 3n, 1],
    ['completed', 3n, 1],
    ['shipped', 1n, 1 / 3],
    ['delivered', 1n, 1 / 3],
    ['failed: OUT_OF_STOCK', 1n, 1 / 3],
    ['cancelled: CUSTOMER_CANCELLED', 1n, 1 / 3],
  ],
  refunds: [['EUR', 3n, 2n, 2 / 3, 5690n, 290n, 290 / 5690]],
};

describe('a report about orders', () => {
  test('has revenue per day, SKU and country, a funnel and a refund rate', async () => {
    await collect(collecting(await topicsOf(...life)));
    expect(await figuresOf(path)).toEqual(figures);
  });

  test('has the same figures when events come in any order and twice', async () => {
    await collect(collecting(await topicsOf(...life.toReversed(), ...life)));
    expect(await figuresOf(path)).toEqual(figures);
  });

  test('counts by days of UTC in any time zone of the machine', async () => {
    const late = sale({ orderId: 'x', lines: [['A', 1, 5]], time: '2026-03-01T23:59:59.999Z' });
    await collect(collecting(await topicsOf(...late)));
    expect(await rowsOf(path, 'days')).toMatchObject([['2026-03-01', 'EUR', 1n, 5n, 0n, 5n]]);
  });

  test('is exact beyond the numbers of a double', async () => {
    const large = 2n ** 53n + 1n;
    const [created, ...rest] = sale({ orderId: 'x', lines: [['A', 1, 5]] });
    const last = rest.at(-1);
    if (created === undefined || last === undefined) throw new Error('a sale has events');
    const completed = { ...last, data: { ...last.data, total: { minor: large, currency: 'EUR' } } };
    const other = { ...completed, id: 'y', data: { ...completed.data, orderId: 'y' } };
    await collect(collecting(await topicsOf(completed, other)));
    expect(await rowsOf(path, 'countries')).toMatchObject([['NL', 'EUR', 2n, 2n * large, 0n, 2n * large]]);
  });

  test('without events is empty', async () => {
    await collect(collecting(await topicsOf()));
    expect(await rowsOf(path, 'days')).toEqual([]);
    expect(await rowsOf(path, 'funnel')).toMatchObject([
      ['created', 0n, null],
      ...Array<unknown>(5).fill({}),
    ]);
  });
});

describe('a consumer that is stopped', () => {
  test('between two batches goes on behind the first', async () => {
    const topics = await topicsOf(...life);
    const stopping = new AbortController();
    const onProgress = (): void => stopping.abort();
    const first = await collect({ ...collecting(topics, stopping.signal), onProgress });
    const rest = await collect(collecting(topics));
    expect([first, first + rest]).toEqual([10, life.length]);
    expect(await figuresOf(path)).toEqual(figures);
  });

  test('inside a batch has added nothing of it', async () => {
    const topics = await topicsOf(...life);
    const dying = { ...collecting(topics), deserialise: dyingAt(14) };
    await expect(collect(dying)).rejects.toThrow('died');
    await collect(collecting(topics));
    expect(await figuresOf(path)).toEqual(figures);
  });

  const dyingAt = (nth: number): typeof deserialise => {
    let count = 0;
    return (record) => {
      count += 1;
      return count === nth ? Promise.reject(new Error('died')) : deserialise(record);
    };
  };
});

describe('a record that can’t be read', () => {
  test('is named and left out, and the others count', async () => {
    const topics = await topicsOf(...life);
    topics.append({ topic: 'order-events', value: Buffer.from('?'), headers: { ce_id: 'bad' } });
    await topics.publish(...sale({ orderId: 'z', country: 'BE', lines: [['A', 1, 7]] }));
    await collect(collecting(topics));
    expect(await rowsOf(path, 'countries')).toContainEqual(['BE', 'EUR', 1n, 7n, 0n, 7n]);
    expect(await figuresFile(path).with(unreadableRecords)).toEqual({
      count: 1n,
      first: [expect.stringMatching(/^order-events\/0@\d+: without the headers ce_id, ce_time/)],
    });
  });

  test('because the registry is away stops the consumer before it', async () => {
    const topics = await topicsOf(...life);
    const away = { ...collecting(topics), deserialise: () => Promise.reject(new Error('registry away')) };
    await expect(collect(away)).rejects.toThrow('registry away');
    expect(await rowsOf(path, 'days')).toEqual([]);
  });
});

describe('making the figures anew', () => {
  test('gives the same figures, also from a file of another version', async () => {
    const topics = await topicsOf(...life);
    await collect(collecting(topics));
    await figuresFile(path).with((connection) =>
      connection.run('DELETE FROM lines; UPDATE about SET version = 99'),
    );
    await expect(collect(collecting(topics))).rejects.toThrow('holdfast analytics rebuild');
    await rebuild(collecting(topics));
    expect(await figuresOf(path)).toEqual(figures);
  });

  test('that is stopped leaves the old figures as they are', async () => {
    const topics = await topicsOf(...life);
    await collect(collecting(topics));
    const stopping = new AbortController();
    await rebuild({ ...collecting(topics, stopping.signal), onProgress: () => stopping.abort() });
    expect(await figuresOf(path)).toEqual(figures);
  });

  test('begins anew when an earlier try left half a file', async () => {
    await writeFile(`${path}.new`, 'half');
    await rebuild(collecting(await topicsOf(...life)));
    expect(await figuresOf(path)).toEqual(figures);
    expect(await readdir(folder)).toEqual(['figures.duckdb']);
  });
});

describe('two consumers of one file', () => {
  test('count every event once: the one that is behind begins again where the file is', async () => {
    const topics = await topicsOf(...life);
    const overtaken = {
      read: async function* (
        ...[from, signal]: Parameters<MemoryTopics['read']>
      ): AsyncGenerator<TopicBatch> {
        for await (const batch of topics.read(from, signal)) {
          // The other one takes everything while this one has a batch in its hands.
          await collect(collecting(topics));
          yield batch;
        }
      },
    };
    await collect(collecting(overtaken));
    expect(await figuresOf(path)).toEqual(figures);
  });

  test('a batch that does not begin at the offsets of the file is not added', async () => {
    const batch = { facts: [], unreadable: [], from: new Map([['t/0', 5n]]), next: new Map([['t/0', 6n]]) };
    expect(await figuresFile(path).with((connection) => addBatch(connection, batch))).toBe(false);
  });

  test('one waits for the other, and says so when that takes too long', async () => {
    const file = figuresFile(path, { patienceMs: 0 });
    await file.with(async () => {
      await expect(otherProcess()).resolves.toContain(FiguresBusy.name);
    });
    expect(await otherProcess()).toContain('free');
  });

  /** DuckDB shares a file within a process, so another one has to try. */
  async function otherProcess(): Promise<string> {
    const home = new URL('./database/figures-file.js', import.meta.url).href;
    const script = `import { figuresFile } from ${JSON.stringify(home)};
      await figuresFile(${JSON.stringify(path)}, { patienceMs: 0 }).with(async () => console.log('free')).catch((error) => console.log(error.name));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    return stdout;
  }
});
