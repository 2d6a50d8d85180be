// The page on which a customer pays: plain HTML and one form, so that it works without a script.
import type { BookedPayment } from './books.js';
import { toWire } from './wire.js';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 10vh auto; padding: 0 1rem; }
.amount { font-size: 2rem; }
button { font: inherit; display: block; width: 100%; padding: .7rem; margin: .7rem 0; border-radius: .4rem; border: 1px solid #555; }
button[value=pay] { background: #14532d; color: #fff; }
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>
`;

export function paymentPage(payment: BookedPayment): string {
  const { value, currency } = toWire(payment.amount);
  return page(
    'Pay by card',
    `<p>Simulated gateway: no money moves.</p>
<p>Order payment ${escaped(payment.reference)}</p>
<p class="amount">${escaped(value)} ${escaped(currency)}</p>
<form method="post">
<button name="choice" value="pay">Pay</button>
<button name="choice" value="decline">Have the card declined</button>
<button name="choice" value="leave">Walk away</button>
</form>`,
  );
}

/** The page for a customer without a return address, or with nothing left to pay. */
export const closedPage = (payment: BookedPayment): string =>
  page(`This payment is ${payment.status}`, '<p>You may close this page.</p>');
