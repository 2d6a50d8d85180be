// `holdfast analytics` from outside, on a real Kafka (scripts/with-kafka.sh): a file is imported, the bridge publishes
// it, and the consumer answers.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { run, startProgram } from '../test/program.js';

const { KAFKA_BROKERS = '' } = process.env;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-analytics-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const settings = (): Readonly<Record<string, string>> => ({ DATA_DIR: join(folder, 'data'), DEMO: 'false' });
const analytics = (...args: readonly string[]) =>
  run(['analytics', ...args], { ...settings(), ...(KAFKA_BROKERS !== '' && { KAFKA_BROKERS }) });

/** The topics are shared by the specs: these products and this country are sold here alone. */
const mark = String(process.pid).replace(/\d/g, (digit) => 'ABCDEFGHIJ'.charAt(Number(digit)));
const country = `Land of ${mark}`;
const invoices = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
700001,10001${mark},TIN LANTERN,3,2020-01-02 10:00:00,2.5,10001.0,${country}
700001,20002${mark},BOWL,2,2020-01-02 10:00:00,1.25,10001.0,${country}
700002,10001${mark},TIN LANTERN,1,2020-01-02 10:01:00,2.95,10002.0,${country}
C700003,10001${mark},TIN LANTERN,-1,2020-01-03 10:00:00,2.5,10001.0,${country}
`;

describe('without Kafka', () => {
  test('a report is of nothing yet, and collecting says what it needs', async () => {
    const { code, stdout } = await analytics('report', 'days');
    expect([code, stdout]).toEqual([0, expect.stringContaining('nothing yet')]);
    const once = await run(['analytics', '--once'], settings());
    expect(once).toMatchObject({
      code: 1,
      stderr: 'holdfast: KAFKA_BROKERS: is needed to read the topics\n',
    });
  });

  test('a question that is none is refused by name', async () => {
    const { code, stderr } = await analytics('report', 'weather');
    expect([code, stderr]).toEqual([1, expect.stringContaining('weather is no question: days, skus')]);
  });
});

if (KAFKA_BROKERS === '')
  test.skip('SKIPPED: run scripts/with-kafka.sh npm run test:acceptance', () => undefined);
else
  test('an imported file is published, collected, answered, and made anew', async () => {
    const file = join(folder, 'invoices.csv');
    await writeFile(file, invoices);
    expect(await run(['import', file], settings())).toMatchObject({ code: 0 });

    const shop = await startProgram({ ...settings(), KAFKA_BROKERS });
    try {
      await eventually(
        async () => {
          expect(await analytics('--once')).toMatchObject({ code: 0 });
          expect(await rows('countries')).toEqual([`${country},GBP,2,12.95,2.50,10.45`]);
        },
        { timeoutMs: 150_000 },
      );
      expect(await rows('skus')).toEqual([
        `10001${mark},GBP,4,10.45,1,2.50,7.95`,
        `20002${mark},GBP,2,2.50,0,0.00,2.50`,
      ]);

      const { code, stdout } = await analytics('rebuild');
      expect([code, stdout]).toEqual([0, expect.stringContaining('The figures are new.')]);
      expect(await rows('countries')).toEqual([`${country},GBP,2,12.95,2.50,10.45`]);
      await analytics('report', '--format', 'svg', '--out', join(folder, 'figures.svg'));
      expect(await readFile(join(folder, 'figures.svg'), 'utf8')).toContain(country);
    } finally {
      await shop.kill();
    }
  }, 300_000);

async function rows(question: string): Promise<readonly string[]> {
  const { stdout } = await analytics('report', question, '--format', 'csv');
  return stdout.split('\r\n').filter((line) => line.includes(mark));
}
