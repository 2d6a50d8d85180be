// Answers as tables, CSV and pictures.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { collect } from '../collect.js';
import { figuresFile } from '../database/figures-file.js';
import { memoryTopics } from '../test/memory-topics.js';
import { deserialise, refund, sale, serialise } from '../test/shop.js';
import { asSvg } from './chart.js';
import { report, ReportRefused } from './report.js';
import { asCsv, asTable, decimal } from './text.js';

let folder: string;
const file = () => figuresFile(join(folder, 'figures.duckdb'));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-report-'));
  const topics = memoryTopics(serialise);
  await topics.publish(
    ...sale({ orderId: 'a', country: 'Bosnia, "north" & <south>', lines: [['LAMP', 2, 61_725]] }),
    ...sale({ orderId: 'b', country: 'NL', lines: [['STOOL', 1, 5]], time: '2026-03-02T10:00:00.000Z' }),
    refund('b', 5),
  );
  const signal = new AbortController().signal;
  await collect({ topics, deserialise, signal, file: file(), untilCaughtUp: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a table has its numbers under each other', async () => {
  expect((await report(file(), 'days', 'table')).text).toBe(
    [
      'Revenue per day',
      '',
      'day         currency  orders   revenue  refunded       net',
      '----------  --------  ------  --------  --------  --------',
      '2026-03-01  EUR            1  1,234.50      0.00  1,234.50',
      '2026-03-02  EUR            1      0.05      0.05      0.00',
      '',
    ].join('\n'),
  );
});

test('CSV has exact amounts, and quotes what needs it', async () => {
  expect((await report(file(), 'countries', 'csv')).text).toBe(
    [
      'country,currency,orders,revenue,refunded,net',
      '"Bosnia, ""north"" & <south>",EUR,1,1234.50,0.00,1234.50',
      'NL,EUR,1,0.05,0.05,0.00',
      '',
    ].join('\r\n'),
  );
});

describe('a picture', () => {
  test('has every question, and no markup of a name', async () => {
    const { text } = await report(file(), null, 'svg');
    expect(text).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[^]*<\/svg>\n$/);
    expect(text).toContain('Revenue per day, EUR');
    expect(text).toContain('From order to delivery');
    expect(text).not.toContain('<south>');
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('of nothing is a picture too', () => {
    const columns = [
      { name: 'day', kind: 'text' },
      { name: 'currency', kind: 'text' },
      { name: 'revenue', kind: 'money' },
    ] as const;
    expect(asSvg([{ title: 'Nothing', columns, rows: [] }])).not.toMatch(/NaN|undefined|Infinity/);
    expect(asSvg([{ title: 'Steps', columns: [{ name: 'step', kind: 'text' }], rows: [] }])).toContain(
      'Steps',
    );
  });

  test('of many SKUs shows the first, and says of how many', () => {
    const columns = [
      { name: 'sku', kind: 'text' },
      { name: 'currency', kind: 'text' },
      { name: 'revenue', kind: 'money' },
      { name: 'net', kind: 'money' },
    ] as const;
    const rows = Array.from({ length: 40 }, (_, n) => [`SKU-${n}`, 'EUR', 100n, 100n]);
    expect(asSvg([{ title: 'SKUs', columns, rows }])).toContain('the first 25 of 40');
  });
});

test('a long table says how much is left out, and CSV leaves nothing out', () => {
  const columns = [{ name: 'sku', kind: 'text' }] as const;
  const rows = Array.from({ length: 5 }, (_, n) => [`SKU-${n}`]);
  expect(asTable({ title: 'T', columns, rows }, { most: 2 })).toContain('and 3 more');
  expect(asCsv({ title: 'T', columns, rows }).split('\r\n')).toHaveLength(7);
});

test.each([
  [0n, 'EUR', '0.00'],
  [-5n, 'EUR', '-0.05'],
  [1234n, 'JPY', '1234'],
  [-1234n, 'KWD', '-1.234'],
  [2n ** 53n + 1n, 'EUR', '90071992547409.93'],
])('%s minor units of %s are %s', (minor, currency, text) => {
  expect(decimal(minor, currency)).toBe(text);
});

test('an unknown question, and CSV of all questions, are refused by name', async () => {
  await expect(report(file(), 'weather', 'table')).rejects.toThrow(ReportRefused);
  await expect(report(file(), null, 'csv')).rejects.toThrow(/days, skus, countries, funnel, refunds/);
});
