// An import that is killed with SIGKILL while it brings returns: the next one goes on, and each return comes back once.
import { readdir, readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { run, runUntil } from '../test/program.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-killed-returns-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const sales = 12;
const two = (n: number): string => String(n).padStart(2, '0');

/** Each customer buys six bowls, and sends four of them back, in two cancellations. */
const rows = Array.from({ length: sales }, (_, n) => [
  `8000${two(n)},20002,BOWL,6,2020-01-02 10:${two(n)}:00,1.25,1000${two(n)}.0,Norway`,
  `C8100${two(n)},20002,BOWL,-3,2020-01-03 10:${two(n)}:00,1.25,1000${two(n)}.0,Norway`,
  `C8200${two(n)},20002,BOWL,-1,2020-01-04 10:${two(n)}:00,1.25,1000${two(n)}.0,Norway`,
]).flat();
const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';

const returned = `${sales * 2} returns: ${sales * 4} units, ${(sales * 4 * 1.25).toFixed(2)} GBP back`;

/** How often the log has an event of this type. */
async function countOf(data: string, type: string): Promise<number> {
  const log = join(data, 'log');
  const files = await readdir(log).catch(() => []);
  let count = 0;
  for (const file of files.filter((name) => name.endsWith('.log')))
    count += (await readFile(join(log, file), 'latin1')).split(type).length - 1;
  return count;
}

test('an import that is killed while goods come back › the next one goes on, and each return comes back once', async () => {
  const file = join(directory, 'invoices.csv');
  await writeFile(file, [header, ...rows, ''].join('\n'));
  const [whole, killed] = [join(directory, 'whole'), join(directory, 'killed')];
  const once = await run(['import', file], { DATA_DIR: whole });
  expect(once).toMatchObject({ code: 0, stderr: '' });
  expect(once.stdout).toContain(returned);

  for (const count of [1, 7, 15]) {
    const ended = await runUntil(
      async () => (await countOf(killed, 'OrderReturned')) >= count,
      ['import', file],
      { DATA_DIR: killed },
    );
    expect(ended.code).toBeNull();
  }
  expect(await countOf(killed, 'OrderReturned')).toBeLessThan(sales * 2);

  const last = await run(['import', file], { DATA_DIR: killed });
  expect(last).toMatchObject({ code: 0, stderr: '' });
  expect(last.stdout).toContain(returned);
  expect(last.stdout).toContain('Money and stock add up.');
  for (const type of ['OrderReturned', 'StockReturned', 'FundsRefunded'])
    expect([type, await countOf(killed, type)]).toEqual([type, await countOf(whole, type)]);
}, 300_000);
