// The import inside one process: what it does with a shop that is not empty.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createCommandBus, InventoryCommand, reconcile } from '@holdfast/api';
import { stock, stockStream } from '@holdfast/inventory';
import { money, Sku } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';
import { openEngine, type Engine } from './engine.js';
import { planImport } from './import-plan.js';
import { runImport } from './import.js';

let directory: string;
let engine: Engine;
let bus: Awaited<ReturnType<typeof createCommandBus>>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-import-'));
  const fail = (error: unknown): never => {
    throw error;
  };
  engine = await openEngine({
    dataDirectory: directory,
    environment: nodeEnvironment(),
    reservationTtlMs: 60_000,
    paymentTimeoutMs: 60_000,
    onError: fail,
    onFatal: fail,
  });
  bus = await createCommandBus(engine);
});
afterEach(async () => {
  await bus.close();
  await engine.stop();
  await rm(directory, { recursive: true });
});

const sku = Sku('10001A');
const invoice = (number: string, quantity: number, price: string) =>
  planImport(`InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
${number},${sku},TIN LANTERN,${quantity},2020-01-02 10:00:00,${price},10001,Norway
`);
const shares = { stockShare: 1, fundsShare: 1, onProgress: () => undefined };

test('a product that is sold already keeps its name and price, and gets the stock that the file needs', async () => {
  const price = money.of(999, 'GBP');
  const create = { type: 'CreateProduct', data: { sku, name: 'Lantern', price } } as const;
  const context = { commandId: 'c', correlationId: 'c', causationId: 'c', actor: 'staff:1' };
  await bus.commandBus.execute(new InventoryCommand(create, context));

  const report = await runImport(engine, bus.commandBus, invoice('700001', 3, '2.5'), shares);
  expect(report).toMatchObject({ confirmed: 1, failed: {}, units: 3, total: money.of(750, 'GBP') });
  const { state } = await engine.commands.load(stock, stockStream(sku));
  expect(state).toMatchObject({ name: 'Lantern', price, onHand: 3 });
});

test('the next file brings its own stock and money, at its own prices', async () => {
  await runImport(engine, bus.commandBus, invoice('700001', 3, '2.5'), shares);
  const report = await runImport(engine, bus.commandBus, invoice('700002', 4, '2.75'), shares);
  expect(report).toMatchObject({ confirmed: 1, failed: {}, units: 4, total: money.of(1100, 'GBP') });
  expect(await reconcile(engine)).toMatchObject({ ok: true });
});
