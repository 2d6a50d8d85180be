// The label of a parcel as a PDF of 100 × 150 mm, with its tracking number as a Code 128 barcode.
import bwip from 'bwip-js/node';
import PDFDocument from 'pdfkit';
import type { ParcelAddress } from '@holdfast/shipping';
import { linesOfAddress } from './address-lines.js';

export type Label = {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly orderId: string;
  readonly shippingAddress: ParcelAddress;
};

const pointsPerMm = 72 / 25.4;
const [width, height, margin] = [100, 150, 6].map((mm) => mm * pointsPerMm) as [number, number, number];

/** Returns the bytes of the PDF, the same for the same label and time. `madeAt` is ISO 8601. */
export async function labelPdf(label: Label, madeAt: string): Promise<Buffer> {
  const barcode = await bwip.toBuffer({
    ...{ bcid: 'code128', text: label.trackingNumber },
    ...{ scale: 4, height: 18, includetext: false },
  });
  const document = new PDFDocument({
    size: [width, height],
    margin,
    info: { Title: `Label ${label.trackingNumber}`, CreationDate: new Date(madeAt) },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((done) => document.once('end', done));
  const inner = width - 2 * margin;
  document.font('Helvetica').fontSize(9).text(`${label.carrier} · order ${label.orderId}`, { width: inner });
  document.moveDown(1.5);
  for (const line of linesOfAddress(label.shippingAddress))
    document.fontSize(13).text(line, { width: inner });
  const top = height - margin - 110;
  document.image(barcode, margin, top, { width: inner, height: 70 });
  document.fontSize(12).text(label.trackingNumber, margin, top + 78, { width: inner, align: 'center' });
  document.end();
  await ended;
  return Buffer.concat(chunks);
}
