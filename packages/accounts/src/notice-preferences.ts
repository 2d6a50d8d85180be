// What a person chose about notices, among the preferences that clients store: read leniently, since older ones were stored
// before anything was checked.
import type { Json } from '@holdfast/kernel';

export type Preferences = { readonly [key: string]: Json };

/** Languages that notices are written in; the first one unless a person chose another. */
export const locales = ['en', 'de'] as const;
export type Locale = (typeof locales)[number];

/** `preferences.locale` */
export const localeOf = ({ locale }: Preferences): Locale =>
  locales.find((known) => known === locale) ?? locales[0];

/** Every kind is mailed unless `preferences.emailNotices` says false, for all of them or for this kind. */
export function wantsMail({ emailNotices }: Preferences, kind: string): boolean {
  if (emailNotices === false) return false;
  if (typeof emailNotices !== 'object' || emailNotices === null) return true;
  const chosen: unknown = Object.entries(emailNotices).find(([name]) => name === kind)?.[1];
  return chosen !== false;
}
