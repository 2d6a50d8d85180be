// An invoice as a page. Every text in it is escaped, and the page may load and run nothing.
import { hash } from 'node:crypto';
import { money } from '@holdfast/kernel';
import { linesOfAddress } from '../shipping/address-lines.js';
import { dayOf, type Invoice } from './invoice.js';

const style = `body{font:14px/1.5 system-ui,sans-serif;color:#1c1c1c;max-width:48rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}.seller{white-space:pre-line;color:#555}
.parties{display:flex;gap:3rem;margin:1.5rem 0}.parties p{white-space:pre-line;margin:0}
table{border-collapse:collapse;width:100%}th,td{padding:.35rem .5rem;text-align:left;vertical-align:top}
th{border-bottom:1px solid #1c1c1c}td{border-bottom:1px solid #ddd}.n{text-align:right;white-space:nowrap}
tfoot td{border:0;font-weight:600}tfoot .credit td{font-weight:400}`;

/** For the header content-security-policy: the style of the page, and nothing else. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; frame-ancestors 'none'`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

const row = (kind: string, cells: readonly (readonly [string, string])[]): string =>
  `<tr${kind === '' ? '' : ` class="${kind}"`}>${cells
    .map(([of, text]) => `<td${of === '' ? '' : ` ${of}`}>${escaped(text)}</td>`)
    .join('')}</tr>`;

const amountRow = (label: string, amount: string, kind = ''): string =>
  row(kind, [
    ['colspan="4"', label],
    ['class="n"', amount],
  ]);

/** `seller`: name and address of the shop, a line each. */
export function invoiceHtml(invoice: Invoice, seller: string): string {
  const { number, issuedAt, orderId, lines, total, credits, balance } = invoice;
  const party = (title: string, address: Invoice['billTo']): string =>
    `<div><strong>${title}</strong><p>${escaped(linesOfAddress(address).join('\n'))}</p></div>`;
  const items = lines.map(({ sku, name, quantity, unitPrice }) =>
    row('', [
      ['', sku],
      ['', name],
      ['class="n"', String(quantity)],
      ['class="n"', money.format(unitPrice)],
      ['class="n"', money.format(money.multiply(unitPrice, quantity))],
    ]),
  );
  const sums = [
    amountRow('Total', money.format(total)),
    ...credits.map(({ at, reason, amount }) =>
      amountRow(`${reason}, ${dayOf(at)}`, `-${money.format(amount)}`, 'credit'),
    ),
    ...(credits.length === 0 ? [] : [amountRow('Total after credits', money.format(balance))]),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Invoice ${escaped(number)}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>${style}</style></head>
<body><p class="seller">${escaped(seller)}</p>
<h1>Invoice ${escaped(number)}</h1>
<p>Issued ${dayOf(issuedAt)}, paid. Order ${escaped(orderId)}</p>
<div class="parties">${party('Invoice to', invoice.billTo)}${party('Delivery to', invoice.shipTo)}</div>
<table><thead><tr><th>Article</th><th>Name</th><th class="n">Quantity</th><th class="n">Unit price</th><th class="n">Amount</th></tr></thead>
<tbody>${items.join('\n')}</tbody>
<tfoot>${sums.join('\n')}</tfoot></table></body></html>
`;
}
