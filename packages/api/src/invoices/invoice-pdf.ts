// An invoice as a PDF. The same invoice gives the same bytes, because the file's date is that of the invoice.
import { createRequire } from 'node:module';
import { money } from '@holdfast/kernel';
import type { Turn } from '@holdfast/runtime';
import PDFDocument from 'pdfkit';
import { linesOfAddress } from '../shipping/address-lines.js';
import { dayOf, type Invoice } from './invoice.js';

const { resolve } = createRequire(import.meta.url);
/** For Latin, Greek, Cyrillic, Arabic, Hebrew and more. A character of another script is shown as a box. */
const fonts = {
  regular: resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  bold: resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
};

/** in points; the page is A4 */
const margin = 50;
const bottom = 780;
const right = 545;
const columns = [
  { x: margin, width: 95, align: 'left' },
  { x: 150, width: 165, align: 'left' },
  { x: 320, width: 45, align: 'right' },
  { x: 368, width: 88, align: 'right' },
  { x: 459, width: 86, align: 'right' },
] as const;
const sumColumns = [
  { x: 150, width: 300, align: 'right' },
  { x: 452, width: 93, align: 'right' },
] as const;
type Column = (typeof columns)[number] | (typeof sumColumns)[number];

/** A long invoice is drawn in parts of this many lines, with other work in between. */
const linesAtOnce = 20;

/** `seller`: name and address of the shop, a line each. */
export async function invoicePdf(invoice: Invoice, seller: string, turn: Turn): Promise<Buffer> {
  const issued = new Date(invoice.issuedAt);
  const document = new PDFDocument({
    size: 'A4',
    margins: { top: margin, left: margin, right: margin, bottom: 30 },
    info: { Title: `Invoice ${invoice.number}`, Author: seller.split('\n')[0] ?? '', CreationDate: issued },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((done) => document.once('end', done));

  drawHead(document, invoice, seller);
  const table = drawing(document);
  table.row(columns, ['Article', 'Name', 'Quantity', 'Unit price', 'Amount'], fonts.bold);
  table.rule();
  for (const [n, { sku, name, quantity, unitPrice }] of invoice.lines.entries()) {
    if (n % linesAtOnce === linesAtOnce - 1) await turn();
    const amount = money.format(money.multiply(unitPrice, quantity));
    table.row(columns, [sku, name, String(quantity), money.format(unitPrice), amount], fonts.regular);
  }
  table.rule();
  table.row(sumColumns, ['Total', money.format(invoice.total)], fonts.bold);
  for (const { at, reason, amount } of invoice.credits)
    table.row(sumColumns, [`${reason}, ${dayOf(at)}`, `-${money.format(amount)}`], fonts.regular);
  if (invoice.credits.length > 0)
    table.row(sumColumns, ['Total after credits', money.format(invoice.balance)], fonts.bold);
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

function drawHead(document: PDFKit.PDFDocument, invoice: Invoice, seller: string): void {
  document.font(fonts.regular).fontSize(9).fillColor('#555').text(seller, margin, margin);
  document.moveDown(1.5);
  document.font(fonts.bold).fontSize(16).fillColor('#1c1c1c').text(`Invoice ${invoice.number}`);
  document.font(fonts.regular).fontSize(9);
  document.text(`Issued ${dayOf(invoice.issuedAt)}, paid. Order ${invoice.orderId}`).moveDown(1.5);
  const { y } = document;
  const party = (title: string, address: Invoice['billTo'], x: number): number => {
    document.font(fonts.bold).text(title, x, y, { width: 230 });
    document.font(fonts.regular).text(linesOfAddress(address).join('\n'), x, document.y, { width: 230 });
    return document.y;
  };
  document.y = Math.max(
    party('Invoice to', invoice.billTo, margin),
    party('Delivery to', invoice.shipTo, 300),
  );
  document.moveDown(2);
}

/** Draws rows from the present place in the document, and adds a page when one is full. */
function drawing(document: PDFKit.PDFDocument) {
  return {
    row(at: readonly Column[], cells: readonly string[], font: string): void {
      document.font(font).fontSize(9);
      const heights = cells.map((text, n) =>
        document.heightOfString(text || ' ', { width: at[n]?.width ?? 0 }),
      );
      const height = Math.max(...heights);
      if (document.y + height > bottom) document.addPage();
      const { y } = document;
      for (const [n, text] of cells.entries()) {
        const { x = 0, width = 0, align = 'left' } = at[n] ?? {};
        document.text(text, x, y, { width, align, height: height + 1 });
      }
      document.y = y + height + 5;
    },
    rule(): void {
      const y = document.y - 2;
      document.moveTo(margin, y).lineTo(right, y).lineWidth(0.5).stroke('#1c1c1c');
      document.y += 4;
    },
  };
}
