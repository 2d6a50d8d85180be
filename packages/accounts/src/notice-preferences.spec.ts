// The notices that a person gets by e-mail, and their language.
import { describe, expect, test } from '@jest/globals';
import { localeOf, wantsMail, type Preferences } from './notice-preferences.js';

describe('a person', () => {
  test.each<[string, Preferences, boolean]>([
    ['has chosen nothing', {}, true],
    ['wants none', { emailNotices: false }, false],
    ['wants all', { emailNotices: true }, true],
    ['does not want this kind', { emailNotices: { ORDER_SHIPPED: false } }, false],
    ['does not want another kind', { emailNotices: { ORDER_CONFIRMED: false } }, true],
    ['has stored a list there', { emailNotices: ['ORDER_SHIPPED'] }, true],
    ['has stored nothing there', { emailNotices: null }, true],
  ])('that %s › wants mail: %j › %s', (_, preferences, wanted) => {
    expect(wantsMail(preferences, 'ORDER_SHIPPED')).toBe(wanted);
  });

  test('is written to in the language that was chosen, or in English', () => {
    expect(localeOf({ locale: 'de' })).toBe('de');
    expect(localeOf({})).toBe('en');
    expect(localeOf({ locale: 'xx' })).toBe('en');
    expect(localeOf({ locale: 5 })).toBe('en');
  });
});
