// Compares the figures of the analytics consumer with those of the shop itself, for an imported file.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ask, collect, figuresFile, type Answer, type QuestionName } from '@holdfast/analytics';
import { createCommandBus, reconcile } from '@holdfast/api';
import { createDeserialise, readSchemas } from '@holdfast/bridge';
import { nodeEnvironment } from '@holdfast/runtime';
import type { FundsDeposited } from '@holdfast/wallet';
import { openEngine, type Engine } from '../engine.js';
import { planImport } from '../import/import-plan.js';
import type { ImportReport } from '../import/import-report.js';
import { runImport } from '../import/run-import.js';
import { publishedLog } from '../test/published-log.js';

let folder: string;
let engine: Engine;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-figures-'));
  const fail = (error: unknown): never => {
    throw error;
  };
  engine = await openEngine({
    dataDirectory: folder,
    environment: nodeEnvironment(),
    reservationTtlMs: 60_000,
    paymentTimeoutMs: 60_000,
    onError: fail,
    onFatal: fail,
  });
});
afterEach(async () => {
  await engine.stop();
  await rm(folder, { recursive: true });
});

/** Two prices of one SKU, two countries, and goods that come back of both prices; the last line comes of no order. */
const invoices = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
700001,10001A,TIN LANTERN,3,2020-01-02 10:00:00,2.5,10001.0,Norway
700001,10001A,TIN LANTERN,2,2020-01-02 10:00:00,2.25,10001.0,Norway
700001,20002,"BOWL, BLUE",2,2020-01-02 10:00:00,1.25,10001.0,Norway
700002,10001A,TIN LANTERN,1,2020-01-02 10:01:00,2.95,10002.0,Spain
700003,30003,CANDLE,5,2020-01-02 10:02:00,0.85,10001.0,Norway
C700004,10001A,TIN LANTERN,-4,2020-01-03 10:03:00,2.5,10001.0,Norway
C700005,30003,CANDLE,-1,2020-01-03 10:04:00,0.85,10001.0,Norway
C700006,20002,BOWL,-9,2020-01-03 10:05:00,1.25,10002.0,Spain
`;
const outOfStock = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
800001,40004,BELL,3,2020-01-04 10:00:00,9.5,10003.0,Spain
`;

async function imported(): Promise<ImportReport> {
  const bus = await createCommandBus(engine);
  const shares = { stockShare: 1, fundsShare: 1, onProgress: () => undefined };
  const report = await runImport(engine, bus.commandBus, planImport(invoices), shares);
  await runImport(engine, bus.commandBus, planImport(outOfStock), { ...shares, stockShare: 0 });
  await bus.close();
  return report;
}

async function answers(): Promise<(name: QuestionName) => Answer['rows']> {
  const file = figuresFile(join(folder, 'figures.duckdb'));
  const topics = await publishedLog(engine.store);
  const deserialise = createDeserialise(readSchemas(), null);
  const signal = new AbortController().signal;
  await collect({ topics, deserialise, file, signal, untilCaughtUp: true });
  const rows = new Map<QuestionName, Answer['rows']>();
  await file.with(async (connection) => {
    for (const name of ['days', 'skus', 'countries', 'funnel', 'refunds'] as const)
      rows.set(name, (await ask(connection, name)).rows);
  });
  return (name) => rows.get(name) ?? [];
}

/** The sum of a column of numbers. */
const sum = (rows: Answer['rows'], column: number): number =>
  Number(rows.reduce((total, row) => total + BigInt(row[column] ?? 0), 0n));

test('the figures of an imported file are those of the import and of the reconciliation', async () => {
  const { total, units, returns, confirmed } = await imported();
  const rows = await answers();

  for (const [name, column] of [
    ['days', 3],
    ['skus', 3],
    ['countries', 3],
    ['refunds', 4],
  ] as const)
    expect([name, sum(rows(name), column)]).toEqual([name, total.minor]);
  expect(sum(rows('days'), 4)).toBe(returns.money.minor);
  expect(sum(rows('countries'), 4)).toBe(returns.money.minor);
  expect(sum(rows('skus'), 5)).toBe(returns.money.minor);
  expect([sum(rows('skus'), 2), sum(rows('skus'), 4)]).toEqual([units, returns.units]);
  expect(rows('funnel').map(([step, orders]) => [step, orders])).toEqual([
    ...[
      ['created', BigInt(confirmed + 1)],
      ['reserved', BigInt(confirmed)],
      ['paid', BigInt(confirmed)],
    ],
    ...[
      ['completed', BigInt(confirmed)],
      ['shipped', 2n],
      ['delivered', 2n],
      ['failed: OUT_OF_STOCK', 1n],
    ],
  ]);

  const { ok, checks } = await reconcile(engine);
  expect(ok).toBe(true);
  const money = checks.find(({ name }) => name.startsWith('money: wallets hold'));
  // The money that the shop has kept: the deposits of customers minus the balances that the reconciliation finds.
  const kept = (await deposited()) - Number.parseInt(money?.actual ?? '', 10);
  expect(sum(rows('days'), 5)).toBe(kept);
});

async function deposited(): Promise<number> {
  const events = await engine.store.readAll({ after: -1, limit: 10_000 });
  return events
    .filter(({ type }) => type === 'FundsDeposited')
    .reduce((paid, { data }) => paid + (data as FundsDeposited['data']).amount.minor, 0);
}
