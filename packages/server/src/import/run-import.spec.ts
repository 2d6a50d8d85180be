// The import inside one process, into a shop that is not empty.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CommandMessage, createCommandBus, reconcile } from '@holdfast/api';
import { stock, stockStream } from '@holdfast/inventory';
import { CustomerId, money, Sku } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';
import { wallet, walletStream } from '@holdfast/wallet';
import { openEngine, type Engine } from '../engine.js';
import { checkInvoices } from './check-invoices.js';
import { planImport } from './import-plan.js';
import { ImportRefused, runImport } from './run-import.js';

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
const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const line = (number: string, quantity: number | string, price: string, customer = '10001') =>
  `${number},${sku},TIN LANTERN,${quantity},2020-01-02 10:00:00,${price},${customer},Norway`;
const file = (...lines: readonly string[]) => planImport([header, ...lines].join('\n'));
const invoice = (number: string, quantity: number, price: string) => file(line(number, quantity, price));
const end = async () => (await engine.store.end()).written;

/** The rest after every order has ended: nothing, when stock and money were given for the orders alone. */
const leftOver = async () => {
  const { state } = await engine.commands.load(stock, stockStream(sku));
  const { state: purse } = await engine.commands.load(wallet, walletStream(CustomerId('10001')));
  return {
    available: state.kind === 'listed' ? state.onHand - state.reserved : null,
    balance: purse.kind === 'open' ? purse.balance.minor : null,
  };
};
const shares = { stockShare: 1, fundsShare: 1, onProgress: () => undefined };

test('a product that is sold already keeps its name and price, and gets the stock that the file needs', async () => {
  const price = money.of(999, 'GBP');
  const create = { type: 'CreateProduct', data: { sku, name: 'Lantern', price } } as const;
  const context = { commandId: 'c', correlationId: 'c', causationId: 'c', actor: 'staff:1' };
  await bus.commandBus.execute(new CommandMessage(create, context));

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

describe('a file that was mended or has grown', () => {
  test('adds the new invoices, once, with their own stock and money', async () => {
    await runImport(
      engine,
      bus.commandBus,
      file(line('700001', 3, '2.5'), line('700002', 'many', '2.5')),
      shares,
    );
    const mended = file(line('700001', 3, '2.5'), line('700002', 4, '2.5'), line('700003', 5, '2.5'));
    const report = await runImport(engine, bus.commandBus, mended, shares);
    expect(report).toMatchObject({ confirmed: 3, known: 1, units: 12, changed: [], refused: [] });
    expect(await leftOver()).toEqual({ available: 0, balance: 0 });

    const before = await end();
    await runImport(engine, bus.commandBus, mended, shares);
    expect(await end()).toBe(before);
  });

  test.each([
    ['description', (text: string) => text.replace('TIN LANTERN', 'TIN LAMP')],
    ['country', (text: string) => text.replace('Norway', 'Spain')],
  ])('names an invoice whose %s changed', async (_, change) => {
    await runImport(engine, bus.commandBus, file(line('700001', 3, '2.5')), shares);
    const report = await runImport(engine, bus.commandBus, file(change(line('700001', 3, '2.5'))), shares);
    expect(report.changed).toMatchObject([{ invoiceNumber: '700001' }]);
  });

  test('names an invoice whose lines changed, and leaves it as it was', async () => {
    await runImport(engine, bus.commandBus, invoice('700001', 3, '2.5'), shares);
    const before = await end();
    const report = await runImport(engine, bus.commandBus, invoice('700001', 4, '2.5'), shares);
    expect(report).toMatchObject({ confirmed: 1, units: 3, total: money.of(750, 'GBP') });
    expect(report.changed).toEqual([
      { invoiceNumber: '700001', fileLine: 2, reason: 'it was imported before with other content' },
    ]);
    expect(await end()).toBe(before);
  });
});

describe('an invoice that the domain or the store would refuse', () => {
  const sound = line('700009', 3, '2.5');
  const manyLines = Array.from({ length: 2001 }, () => line('700001', 1, '2.5'));
  test.each([
    ['has too large a quantity', [line('700001', 1_000_001, '2.5')], 2, /quantity is more than 1000000/],
    ['has too high a price', [line('700001', 1, '99999999999')], 2, /price is too high/],
    ['has too high a total', [line('700001', 1_000_000, '999999')], 2, /total is too high/],
    ['has too many lines', manyLines, 2002, /more than 2000 lines/],
    [
      'takes too many bytes',
      [line('700001', 1, '2.5').replace('Norway', '"' + 'N'.repeat(101) + '"')],
      2,
      /longer than 100/,
    ],
    [
      'has too long a description',
      [line('700001', 1, '2.5').replace('TIN', 'T'.repeat(200))],
      2,
      /longer than 200/,
    ],
  ])('%s: it is named with its line, and the rest comes in', async (_, lines, fileLine, reason) => {
    const report = await runImport(engine, bus.commandBus, file(...lines, sound), shares);
    expect(report.refused).toEqual([
      { invoiceNumber: '700001', fileLine, reason: expect.stringMatching(reason) },
    ]);
    expect(report).toMatchObject({ confirmed: 1, units: 3, lines: 1 });
    expect(await leftOver()).toEqual({ available: 0, balance: 0 });
  });

  test('is found with the money of the invoices before it', async () => {
    // Each deposit is within the limit by itself; the second one exceeds it together with the first.
    const large = (number: string) => line(number, 1_000_000, '6000');
    const report = await runImport(
      engine,
      bus.commandBus,
      file(large('700001'), large('700002'), sound),
      shares,
    );
    expect(report.refused).toEqual([
      {
        invoiceNumber: '700002',
        fileLine: 3,
        reason: expect.stringMatching(/wallet of 10001 refuses it: BalanceTooLarge/),
      },
    ]);
  });

  test('is found with the stock of the invoices before it', async () => {
    const lines = Array.from({ length: 2001 }, (_, n) => line(`8${n}`, 1_000_000, '0.01', `2${n}`));
    const { refused } = await checkInvoices(engine.commands, file(...lines), shares);
    expect(refused).toEqual([
      { invoiceNumber: '82000', fileLine: 2002, reason: expect.stringMatching(/StockTooLarge/) },
    ]);
  });

  test('is of a product that is sold in another currency here', async () => {
    const create = {
      type: 'CreateProduct',
      data: { sku, name: 'Lantern', price: money.of(9, 'EUR') },
    } as const;
    const context = { commandId: 'c', correlationId: 'c', causationId: 'c', actor: 'system' };
    await bus.commandBus.execute(new CommandMessage(create, context));
    const before = await end();
    const report = await runImport(engine, bus.commandBus, file(sound), shares);
    expect(report.refused[0]?.reason).toBe('10001A is sold in EUR here');
    expect(await end()).toBe(before);
  });

  test('belongs to a customer with an account that no import made', async () => {
    const data = {
      accountId: '10001',
      email: 'a@example.com',
      name: 'A',
      passwordHash: '!',
      roles: ['CUSTOMER'],
    } as const;
    const context = { commandId: 'r', correlationId: 'r', causationId: 'r', actor: 'anonymous' };
    await bus.commandBus.execute(new CommandMessage({ type: 'Register', data }, context));
    const report = await runImport(engine, bus.commandBus, file(sound), shares);
    expect(report.refused[0]?.reason).toMatch(/account here that no import made/);
  });

  test.each([
    ['an invoice that is refused', line('700001', 1_000_001, '2.5'), /invoice 700001, line 2: its quantity/],
    ['a number that cannot be read', line('700001', 'many', '2.5'), /line 2: unreadable number/],
  ])('with --strict, %s refuses the file before anything is written', async (_, fault, message) => {
    const before = await end();
    const run = runImport(engine, bus.commandBus, file(fault, sound), { ...shares, strict: true });
    await expect(run).rejects.toThrow(ImportRefused);
    await expect(run).rejects.toThrow(message);
    expect(await end()).toBe(before);
  });
});

describe('a file in another currency', () => {
  const fileIn = (currency: string, ...lines: readonly string[]) =>
    planImport([header, ...lines].join('\n'), currency);

  test.each([
    ['JPY', '1200', 1200],
    ['KWD', '1.234', 1234],
  ])(
    'has its prices, deposits, payments and refunds in whole minor units of %s',
    async (currency, price, minor) => {
      const plan = fileIn(currency, line('700001', 5, price), line('C700002', -2, price));
      const report = await runImport(engine, bus.commandBus, plan, shares);
      expect(report).toMatchObject({
        ...{ confirmed: 1, failed: {}, refused: [], total: money.of(5 * minor, currency) },
        returns: { units: 2, money: money.of(2 * minor, currency), unmatched: [] },
      });
      const { state } = await engine.commands.load(wallet, walletStream(CustomerId('10001')));
      expect(state).toMatchObject({ balance: money.of(2 * minor, currency) });
      expect((await reconcile(engine)).checks.filter(({ ok }) => !ok)).toEqual([]);
    },
  );

  test('than the shop has › its invoices are refused by name, and nothing is written', async () => {
    await runImport(engine, bus.commandBus, file(line('700001', 5, '2.5')), shares);
    const before = await end();
    const plan = fileIn('EUR', line('700001', 5, '2.5'), line('700002', 5, '2.5'));
    const report = await runImport(engine, bus.commandBus, plan, shares);
    expect(report).toMatchObject({
      ...{ confirmed: 0, changed: [], total: money.zero('EUR') },
      refused: [
        { invoiceNumber: '700001', fileLine: 2, reason: 'it was imported in GBP before' },
        { invoiceNumber: '700002', fileLine: 3, reason: `${sku} is sold in GBP here` },
      ],
    });
    expect(await end()).toBe(before);
  });
});

describe('a cancellation', () => {
  const back = (number: string, quantity: number) => line(number, quantity, '2.5');
  const plan = file(line('700001', 5, '2.5'), back('C700002', -2), back('C700003', -7));

  test('brings goods and money back, as far as earlier orders reach, and names the rest', async () => {
    const report = await runImport(engine, bus.commandBus, plan, shares);
    expect(report).toMatchObject({ confirmed: 1, units: 5, total: money.of(12_50, 'GBP') });
    expect(report.returns).toEqual({
      count: 2,
      units: 5,
      money: money.of(12_50, 'GBP'),
      unmatched: [{ fileLine: 4, units: 4 }],
    });
    expect(await leftOver()).toEqual({ available: 5, balance: 12_50 });
    expect((await reconcile(engine)).checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  test('that was imported before changes nothing, also after an import that was cut short', async () => {
    await runImport(engine, bus.commandBus, file(line('700001', 5, '2.5'), back('C700002', -2)), shares);
    const first = await runImport(engine, bus.commandBus, plan, shares);
    const before = await end();
    expect(await runImport(engine, bus.commandBus, plan, shares)).toMatchObject({ returns: first.returns });
    expect(await end()).toBe(before);
    expect(await leftOver()).toEqual({ available: 5, balance: 12_50 });
  });
});
