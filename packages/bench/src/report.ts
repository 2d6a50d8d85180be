// The figures of a run as a table for people.
import { cpus, loadavg } from 'node:os';
import type { Report } from './run.js';
import type { Spread } from './statistics.js';

/** A report, with the machine that it was measured on. */
export type BenchReport = Report & { readonly before: Machine; readonly after: Machine };

export type Machine = {
  /** ISO 8601 */
  readonly at: string;
  readonly cpu: string;
  readonly cpus: number;
  readonly node: string;
  /** load average of the last minute, with other programs */
  readonly load: number;
};

export const machineNow = (): Machine => ({
  at: new Date().toISOString(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cpus: cpus().length,
  node: process.versions.node,
  load: loadavg()[0] ?? 0,
});

/** A row per case: the first figure with its least and greatest value, the others as medians. */
export function table({ name, about, runs, cases, before, after }: BenchReport): string {
  const figures = [...new Set(cases.flatMap((one) => Object.keys(one.figures)))];
  const head = ['', ...figures.flatMap((figure, n) => (n === 0 ? [figure, 'min – max'] : [figure]))];
  const several = new Set(cases.map(({ system }) => system)).size > 1;
  const rows = cases.map((one) => [
    several ? `${one.name} · ${one.system}` : one.name,
    ...figures.flatMap((figure, n) => {
      const found = one.figures[figure] ?? null;
      return n === 0 ? [middle(found), range(found)] : [middle(found)];
    }),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  const machine = `${before.cpus} × ${before.cpu}, Node ${before.node}`;
  const load = `load ${before.load.toFixed(1)} before, ${after.load.toFixed(1)} after`;
  return [
    `${name}: ${about}`,
    line(head),
    ...rows.map(line),
    `median of ${runs} ${runs === 1 ? 'run' : 'runs'}; ${machine}; ${load}`,
  ].join('\n');
}

const middle = (found: Spread | null): string => (found === null ? '–' : readable(found.median));
const range = (found: Spread | null): string =>
  found === null ? '–' : `${readable(found.min)} – ${readable(found.max)}`;

/** Three significant digits. */
export const readable = (value: number): string =>
  value.toLocaleString('en', value >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
