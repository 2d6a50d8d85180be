// The rows of a CSV file of invoices, each with its line in the file.
import { parse, type Info } from 'csv-parse/sync';
import { UnreadableFile } from './unreadable-file.js';

export const columns = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;

export type Row = {
  /** from 1; the header is on the first line */
  readonly line: number;
  readonly fields: Readonly<Record<(typeof columns)[number], string>>;
};

/** @throws UnreadableFile when the text is no CSV, a required column is missing or there twice, or a quote is not closed */
export function readRows(content: string): readonly Row[] {
  let header: readonly string[] = [];
  let records: readonly { readonly record: Row['fields']; readonly info: Info }[];
  try {
    // csv-parse refuses a line whose count of fields is not the header's, so every row has every column.
    records = parse(content, {
      columns: (names: readonly string[]) => [...(header = names)],
      bom: true,
      info: true,
      skip_empty_lines: true,
      relax_quotes: true,
    }) as unknown as typeof records;
  } catch (error) {
    throw new UnreadableFile(`not a CSV file: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  if (records.length === 0) throw new UnreadableFile('the file holds no lines');
  checkHeader(header);
  return records.map(({ record, info }) => ({ line: lineOf(record, info.lines), fields: record }));
}

function checkHeader(header: readonly string[]): void {
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length > 0) throw new UnreadableFile(`missing columns: ${missing.join(', ')}`);
  const twice = columns.filter((column) => header.indexOf(column) !== header.lastIndexOf(column));
  if (twice.length > 0) throw new UnreadableFile(`columns that stand there twice: ${twice.join(', ')}`);
}

/**
 * A quote that is not closed includes all following lines up to the next quote. No field of an invoice needs a line break,
 * so a field with a line break is such a quote.
 */
function lineOf(record: Row['fields'], lastLine: number): number {
  const breaks = Object.values(record).join('').split('\n').length - 1;
  if (breaks === 0) return lastLine;
  throw new UnreadableFile(`line ${lastLine - breaks}: a quoted field runs over the end of its line`);
}
