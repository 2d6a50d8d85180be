// The profile that a person may store: a name, and preferences. Preferences are any small JSON, except for those that
// the shop reads.
import { locales } from '@holdfast/accounts';
import { notificationKinds } from '@holdfast/projections';
import type { Json } from '@holdfast/kernel';
import { z } from 'zod';
import { text } from '../graphql/inputs.js';

const longestJson = 8_192;
const deepestJson = 6;

const isWithin = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((part) => isWithin(part, levels - 1)));

/** for all kinds of notices together, or for each */
const emailNotices = z.union(
  [z.boolean(), z.partialRecord(z.enum(notificationKinds as [string, ...string[]]), z.boolean())],
  { error: `is true, false, or one of both for each of ${notificationKinds.join(', ')}` },
);

const preferences = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/), z.custom<Json>(), {
    error: 'is an object of names and values',
  })
  .refine((given) => isWithin(given, deepestJson), {
    error: `is nested deeper than ${deepestJson}`,
    abort: true,
  })
  .refine((given) => JSON.stringify(given).length <= longestJson, `has at most ${longestJson} characters`)
  .superRefine((given, context) => {
    const { locale, emailNotices: notices } = given;
    const issue = (key: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [key], message });
    };
    if (locale !== undefined && !locales.some((known) => known === locale))
      issue('locale', `is one of ${locales.join(', ')}`);
    const chosen = notices === undefined ? null : emailNotices.safeParse(notices);
    if (chosen?.success === false) issue('emailNotices', chosen.error.issues[0]?.message ?? 'is not valid');
  });

export const profileInput = z.object({ name: text(100).optional(), preferences: preferences.optional() });
