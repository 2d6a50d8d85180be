// Makes an e-mail, as plain text and as HTML, from the catalogue of texts. Customers choose their names, so a name is only
// in the body, never in a header.
import type { Locale } from '@holdfast/accounts';
import type { Email } from '@holdfast/gateways';
import type { NotificationKind } from '@holdfast/projections';
import { catalogues } from './wording.js';

export type About = {
  readonly kind: NotificationKind;
  /** the code or the id of the order */
  readonly order: string;
  /** null for a guest, who has no name */
  readonly name: string | null;
  readonly locale: Locale;
};

export type Content = Pick<Email, 'subject' | 'text' | 'html' | 'language'>;

export function contentOf({ kind, order, name, locale }: About): Content {
  const { greeting, strangerGreeting, closing, why, kinds } = catalogues[locale];
  const fill = (text: string): string => text.replaceAll('{order}', order);
  const { subject, text } = kinds[kind];
  const known = name === null ? '' : oneLine(name);
  const hello = known === '' ? strangerGreeting : greeting.replace('{name}', () => known);
  const paragraphs = [hello, fill(text), closing, fill(why)];
  return {
    subject: fill(subject),
    text: `${paragraphs.join('\n\n')}\n`,
    html: htmlOf(locale, paragraphs),
    language: locale,
  };
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\s]+/gu, ' ').trim();

const htmlOf = (locale: Locale, paragraphs: readonly string[]): string =>
  [
    '<!doctype html>',
    `<html lang="${locale}"><body>`,
    ...paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`),
    '</body></html>',
    '',
  ].join('\n');

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
