// The content of an invoice, and its form as a page and as a PDF.
import { describe, expect, test } from '@jest/globals';
import { CustomerId, money, OrderId, Sku, type Money } from '@holdfast/kernel';
import { orderStream, type Address, type OrderEvent, type OrderLine } from '@holdfast/ordering';
import { recorder } from '@holdfast/testing';
import { pdfText } from '../test/pdf-text.js';
import { invoiceHtml } from './invoice-html.js';
import { invoicePdf } from './invoice-pdf.js';
import { invoiceOf, type Invoice } from './invoice.js';

const stream = orderStream(OrderId('o-1'));
const address: Address = {
  name: 'Ada Lovelace',
  line1: '12 St James Square',
  city: 'London',
  postalCode: 'SW1Y 4JH',
  country: 'GB',
};
const line = (unitPrice: Money, quantity = 2, name = 'Tea light holder'): OrderLine => ({
  sku: Sku('85123A'),
  name,
  quantity,
  unitPrice,
});
const placed = (lines: readonly OrderLine[], more: object = {}): OrderEvent => ({
  type: 'OrderPlaced',
  data: {
    customerId: CustomerId('c-1'),
    lines,
    paymentMethod: 'WALLET',
    paymentMode: 'AUTOMATIC',
    coordination: 'ORCHESTRATION',
    shippingAddress: address,
    ...more,
  },
});
const confirmed: OrderEvent = { type: 'OrderConfirmed', data: { invoiceNumber: 'INV-2026-000017' } };
const refunded = (refundId: string, amount: Money): OrderEvent => ({
  type: 'OrderRefunded',
  data: { refundId, amount },
});
const eur = (minor: number) => money.of(minor, 'EUR');

function made(...events: readonly OrderEvent[]): Invoice {
  const record = recorder();
  const invoice = invoiceOf(events.map((event) => record(stream, event, { at: '2026-03-01T10:00:00.000Z' })));
  if (invoice === null) throw new Error('no invoice');
  return invoice;
}
const turn = (): Promise<void> => Promise.resolve();
const pdfOf = (invoice: Invoice) => invoicePdf(invoice, 'The Shop\nMain St 1', turn);

describe('the invoice of an order', () => {
  test('has the lines, the total, the number and the day of the confirmation', () => {
    expect(made(placed([line(eur(2_55)), line(eur(10_00), 1)]), confirmed)).toMatchObject({
      number: 'INV-2026-000017',
      issuedAt: '2026-03-01T10:00:00.000Z',
      orderId: 'o-1',
      customerId: 'c-1',
      billTo: address,
      shipTo: address,
      total: eur(15_10),
      credits: [],
      balance: eur(15_10),
    });
  });

  test('goes to the billing address', () => {
    const billingAddress = { ...address, name: 'The office' };
    expect(made(placed([line(eur(1))], { billingAddress }), confirmed)).toMatchObject({
      billTo: billingAddress,
      shipTo: address,
    });
  });

  test('is none before the confirmation', () => {
    const record = recorder();
    expect(invoiceOf([record(stream, placed([line(eur(1))]))])).toBeNull();
    expect(invoiceOf([])).toBeNull();
  });

  test('shows refunds, and after a cancellation the rest', () => {
    const refund = { refundId: 'r-1', amount: eur(1_00), customerId: CustomerId('c-1') };
    const returned: OrderEvent = {
      type: 'OrderReturned',
      data: {
        returnId: 'r-1',
        stock: [],
        reason: 'broken',
        refund: { ...refund, method: 'WALLET', attempt: 1 },
      },
    };
    const invoice = made(
      placed([line(eur(5_00))]),
      confirmed,
      returned,
      refunded('r-1', eur(1_00)),
      refunded('r-2', eur(2_00)),
      { type: 'OrderCancelled', data: { reason: 'CUSTOMER_CANCELLED' } },
    );
    expect(invoice.credits.map(({ reason, amount }) => [reason, amount.minor])).toEqual([
      ['Goods returned', 1_00],
      ['Refund', 2_00],
      ['Order cancelled', 7_00],
    ]);
    expect(invoice.balance).toEqual(eur(0));
  });
});

describe('an invoice as a page', () => {
  test.each([
    ['EUR', 1_234_56, '1,234.56 EUR', '2,469.12 EUR'],
    ['JPY', 1_234, '1,234 JPY', '2,468 JPY'],
    ['KWD', 1_234_567, '1,234.567 KWD', '2,469.134 KWD'],
  ])('in %s, has amounts with the decimal places of the currency', (currency, minor, price, total) => {
    const page = invoiceHtml(made(placed([line(money.of(minor, currency))]), confirmed), 'The Shop');
    expect(page).toContain(`>${price}<`);
    expect(page).toContain(`>${total}<`);
  });

  test('when names hold markup › shows it as text', () => {
    const evil = `<script>alert("x")</script>'&`;
    const order = placed([line(eur(1), 1, evil)], {
      shippingAddress: { ...address, name: evil, city: '<img src=x onerror=alert(1)>' },
    });
    const page = invoiceHtml(made(order, confirmed), '<b>Shop</b>');
    expect(page).not.toMatch(/<script|<img|<b>/);
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;');
  });
});

describe('an invoice as a PDF', () => {
  test('has the lines and the sums', async () => {
    const invoice = made(
      placed([line(money.of(1_234_567, 'KWD'))]),
      confirmed,
      refunded('r-1', money.of(1, 'KWD')),
    );
    const text = pdfText(await pdfOf(invoice));
    for (const part of [
      'The Shop',
      'Invoice INV-2026-000017',
      'Issued 2026-03-01',
      'Ada Lovelace',
      'SW1Y 4JH London',
      'Tea light holder',
      '1,234.567 KWD',
      '2,469.134 KWD',
      '-0.001 KWD',
      '2,469.133 KWD',
    ])
      expect(text).toContain(part);
  });

  test.each([
    ['Greek, Cyrillic and Polish', 'Φως Лампа żółć'],
    ['Arabic and Hebrew', 'مصباح מנורה'],
    ['Japanese, Chinese and Thai', 'ランプ 灯 โคมไฟ'],
    ['emoji and control characters', '🕯️\u0000\u202e\n\t'],
  ])('when names are in %s › is made all the same', async (_, name) => {
    const order = placed([line(eur(1), 1, name)], { shippingAddress: { ...address, name } });
    expect((await pdfOf(made(order, confirmed))).subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('of the same invoice has the same bytes', async () => {
    const invoice = made(placed([line(eur(1))]), confirmed);
    expect((await pdfOf(invoice)).equals(await pdfOf(invoice))).toBe(true);
  });

  test('of 2,000 lines has many pages, and lets other work run in between', async () => {
    const lines = Array.from({ length: 2_000 }, (_, n) => line(eur(n + 1), 1, `Article ${n + 1}`));
    let turns = 0;
    const counted = (): Promise<void> => ((turns += 1), Promise.resolve());
    const pdf = await invoicePdf(made(placed(lines), confirmed), 'The Shop', counted);
    expect(turns).toBeGreaterThanOrEqual(90);
    const text = pdfText(pdf);
    for (const part of ['Article 1', 'Article 2000', '20,010.00 EUR']) expect(text).toContain(part);
  });
});
