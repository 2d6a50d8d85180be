// The choices of a person about notices, read from the preferences that clients store. Read leniently: older
// preferences were stored unchecked.
import type { Json } from '@holdfast/kernel';

export type Preferences = { readonly [key: string]: Json };

/** Languages of notices; a person gets the first one unless they chose another. */
export const locales = ['en', 'de'] as const;
export type Locale = (typeof locales)[number];

/** `preferences.locale` */
export const localeOf = ({ locale }: Preferences): Locale =>
  locales.find((known) => known === locale) ?? locales[0];

/** Every kind is mailed unless `preferences.emailNotices` is false, for all kinds or for this one. */
export function wantsMail({ emailNotices }: Preferences, kind: string): boolean {
  if (emailNotices === false) return false;
  if (typeof emailNotices !== 'object' || emailNotices === null) return true;
  const chosen: unknown = Object.entries(emailNotices).find(([name]) => name === kind)?.[1];
  return chosen !== false;
}
