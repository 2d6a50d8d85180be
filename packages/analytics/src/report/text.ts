// Answers as text: a table for people, CSV for programs.
import { money } from '@holdfast/kernel';
import type { Answer, Cell, Column } from '../database/questions.js';

/** Exact, and never in exponents: `1234.50`. */
export function decimal(minor: bigint, currency: string): string {
  const exponent = money.exponentOf(currency);
  const digits = String(minor < 0n ? -minor : minor).padStart(exponent + 1, '0');
  const fraction = exponent === 0 ? '' : `.${digits.slice(-exponent)}`;
  return `${minor < 0n ? '-' : ''}${digits.slice(0, digits.length - exponent)}${fraction}`;
}

const currencyOf = ({ columns }: Answer, row: readonly Cell[]): string =>
  String(row[columns.findIndex(({ name }) => name === 'currency')] ?? '');

function shown({ kind }: Column, cell: Cell, currency: string): string {
  if (cell === null) return '–';
  switch (kind) {
    case 'money':
      return withCommas(decimal(BigInt(cell), currency));
    case 'share':
      return `${(Number(cell) * 100).toFixed(2)} %`;
    case 'count':
      return withCommas(String(cell));
    case 'text':
      return String(cell);
  }
}

const withCommas = (number: string): string => number.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');

/** A table with its title. Numbers are aligned on the right. */
export function asTable(answer: Answer, { most = Infinity } = {}): string {
  const { title, columns, rows } = answer;
  const shownRows = rows.slice(0, most);
  const cells = shownRows.map((row) =>
    columns.map((column, index) => shown(column, row[index] ?? null, currencyOf(answer, row))),
  );
  const widths = columns.map(({ name }, index) =>
    Math.max(name.length, ...cells.map((row) => (row[index] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    columns
      .map(({ kind }, index) => {
        const [cell, width] = [row[index] ?? '', widths[index] ?? 0];
        return kind === 'text' ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  const rest = rows.length - shownRows.length;
  return [
    title,
    '',
    line(columns.map(({ name }) => name)),
    line(widths.map((width) => '-'.repeat(width))),
    ...(cells.length === 0 ? ['nothing yet'] : cells.map(line)),
    ...(rest > 0 ? [`and ${rest} more`] : []),
    '',
  ].join('\n');
}

/** By RFC 4180. Money in whole units of its currency, shares from 0 to 1. */
export function asCsv(answer: Answer): string {
  const { columns, rows } = answer;
  const lines = rows.map((row) =>
    columns.map(({ kind }, index) => {
      const cell = row[index] ?? null;
      if (cell === null) return '';
      return kind === 'money' ? decimal(BigInt(cell), currencyOf(answer, row)) : String(cell);
    }),
  );
  return [columns.map(({ name }) => name), ...lines]
    .map((cells) => `${cells.map(quoted).join(',')}\r\n`)
    .join('');
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
