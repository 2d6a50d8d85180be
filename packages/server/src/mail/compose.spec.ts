// Every e-mail exists in every language, and text from customers stays text.
import { describe, expect, test } from '@jest/globals';
import { locales } from '@holdfast/accounts';
import { notificationKinds } from '@holdfast/projections';
import { contentOf } from './compose.js';

describe.each(locales)('in %s', (locale) => {
  test.each(notificationKinds)('%s has a subject on one line, a text, and the same as HTML', (kind) => {
    const { subject, text, html, language } = contentOf({ kind, order: 'K7QF-2M9D', name: 'Ann', locale });
    expect(language).toBe(locale);
    expect(subject).toContain('K7QF-2M9D');
    expect(subject).not.toMatch(/[\r\n{}]/);
    expect(text).toContain('Ann,');
    expect(text).toContain('K7QF-2M9D');
    expect(html).toContain('K7QF-2M9D');
    expect(`${text}${html}`).not.toMatch(/[{}]/);
  });
});

test('the two languages have different texts', () => {
  const texts = locales.flatMap((locale) =>
    notificationKinds.map((kind) => contentOf({ kind, order: 'o', name: null, locale }).text),
  );
  expect(new Set(texts).size).toBe(locales.length * notificationKinds.length);
});

test('a name with mark-up, line breaks and patterns of a replacement is text on one line', () => {
  const name = '<b>Ann</b>\r\n\r\n$& "Buy\u2028now"';
  const { text, html } = contentOf({ kind: 'ORDER_CONFIRMED', order: 'o', name, locale: 'en' });
  expect(text.split('\n')[0]).toBe('Dear <b>Ann</b> $& "Buy now",');
  expect(html).toContain('<p>Dear &lt;b&gt;Ann&lt;/b&gt; $&amp; &quot;Buy now&quot;,</p>');
});

test('a guest is greeted without a name', () => {
  expect(contentOf({ kind: 'ORDER_CONFIRMED', order: 'o', name: null, locale: 'en' }).text).toMatch(
    /^Hello,/,
  );
});
