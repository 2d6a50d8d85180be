// `holdfast import FILE`: reads the file, imports it on an engine of its own, and prints a report.
import { readFile } from 'node:fs/promises';
import { createCommandBus, reconcile } from '@holdfast/api';
import cliProgress from 'cli-progress';
import { money } from '@holdfast/kernel';
import type { Engine } from '../engine.js';
import { textOf, type Encoding } from './file-text.js';
import { faults, planImport, skipReasons, type ImportPlan } from './import-plan.js';
import type { Shares } from './order-of-invoice.js';
import type { ImportReport } from './import-report.js';
import { describeInvoice, runImport } from './run-import.js';
import { UnreadableFile } from './unreadable-file.js';

export type ImportFlags = Shares & {
  readonly encoding: Encoding;
  readonly strict: boolean;
  /** of the file's amounts, ISO 4217 */
  readonly currency: string;
};

/** @throws UnreadableFile, UnknownCurrency, ImportRefused, ImportFailed */
export async function importFile(
  file: string,
  { encoding, currency, ...flags }: ImportFlags,
  open: () => Promise<Engine>,
): Promise<void> {
  const plan = planImport(textOf(await contentOf(file), encoding), currency);
  const engine = await open();
  const bus = await createCommandBus(engine);
  const bar = new cliProgress.SingleBar({ format: 'Importing {bar} {percentage}% | {duration_formatted}' });
  bar.start(1, 0);
  try {
    const onProgress = (done: number, of: number): void => {
      bar.setTotal(of);
      bar.update(done);
    };
    const report = await runImport(engine, bus.commandBus, plan, { ...flags, onProgress });
    bar.stop();
    printImport(plan, report);
    const { ok, checks } = await reconcile(engine);
    say(
      ok
        ? 'Money and stock add up.'
        : `DOES NOT ADD UP: ${JSON.stringify(checks.filter((check) => !check.ok))}`,
    );
    if (!ok) process.exitCode = 1;
  } finally {
    bar.stop();
    await bus.close();
    await engine.stop();
  }
}

async function contentOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    // Of `ENOENT: no such file or directory, open …` only the middle is useful to a person.
    const reason = /^E[A-Z]+: (.+?),/.exec((error as Error).message)?.[1];
    throw new UnreadableFile(`${file} cannot be read: ${reason ?? (error as Error).message}`);
  }
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const count = (n: number): string => n.toLocaleString('en');

/** How many lines or invoices are named one by one. */
const named = 20;

function printImport(plan: ImportPlan, report: ImportReport): void {
  say(
    `${count(report.confirmed)} orders confirmed: ${count(report.units)} units, ${money.format(report.total)}`,
  );
  for (const [reason, orders] of Object.entries(report.failed))
    say(`${count(orders)} orders failed: ${reason}`);
  say(
    `${count(report.lines)} lines, ${count(report.products)} products, ${count(report.customers)} customers`,
  );
  printReturns(report.returns);
  printSkipped(plan);
  printInvoices(report.refused, 'invoices refused');
  printInvoices(report.changed, 'invoices changed since an earlier import, and left as they were');
  if (report.known > 0) say(`${count(report.known)} invoices had been imported before`);
}

function printReturns({ count: returns, units, money: back, unmatched }: ImportReport['returns']): void {
  if (returns === 0 && unmatched.length === 0) return;
  say(`${count(returns)} returns: ${count(units)} units, ${money.format(back)} back`);
  if (unmatched.length === 0) return;
  const lost = unmatched.reduce((sum, { units: left }) => sum + left, 0);
  const lines = unmatched.slice(0, named).map(({ fileLine }) => fileLine);
  say(
    `${count(lost)} units came back of no earlier order of the file: line ${lines.join(', ')}${rest(unmatched.length)}`,
  );
}

function printSkipped({ skipped }: ImportPlan): void {
  const reasons = skipReasons.filter((reason) => skipped[reason].length > 0);
  const total = reasons.reduce((sum, reason) => sum + skipped[reason].length, 0);
  const counts = reasons.map((reason) => `${count(skipped[reason].length)} ${reason}`).join(', ');
  say(`${count(total)} lines skipped${total === 0 ? '' : `: ${counts}`}`);
  for (const reason of faults) {
    const lines = skipped[reason];
    if (lines.length > 0) say(`  ${reason}: line ${lines.slice(0, named).join(', ')}${rest(lines.length)}`);
  }
}

function printInvoices(invoices: ImportReport['refused'], title: string): void {
  if (invoices.length === 0) return;
  say(`${count(invoices.length)} ${title}:`);
  for (const invoice of invoices.slice(0, named)) say(`  ${describeInvoice(invoice)}`);
  if (invoices.length > named) say(`  ${rest(invoices.length).trim()}`);
}

const rest = (length: number): string => (length > named ? ` and ${count(length - named)} more` : '');
