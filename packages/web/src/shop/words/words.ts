// The catalogue of the language that the customer reads, and how that language writes dates and money.
import { createStoredStore, useStore } from '../../shared/store.js';
import { formatMoney, type Money } from '../../shared/money.js';
import { en, type Words } from './en.js';
import { nl } from './nl.js';

export type Locale = 'en' | 'nl';
export const locales: readonly { readonly locale: Locale; readonly name: string }[] = [
  { locale: 'en', name: 'English' },
  { locale: 'nl', name: 'Nederlands' },
];

const catalogues: Readonly<Record<Locale, Words>> = { en, nl };

const preferred = (): Locale =>
  navigator.languages
    .map((language) => locales.find(({ locale }) => language.toLowerCase().startsWith(locale))?.locale)
    .find((locale) => locale !== undefined) ?? 'en';

export const chosenLocale = createStoredStore<Locale>(
  'holdfast.locale',
  (stored) => locales.find(({ locale }) => locale === stored)?.locale ?? preferred(),
);

/** English as the shop's country writes it. */
const tags: Readonly<Record<Locale, string>> = { en: 'en-GB', nl: 'nl-NL' };

export type Speech = {
  readonly words: Words;
  readonly locale: Locale;
  readonly money: (money: Money) => string;
  readonly date: (at: string) => string;
  readonly dateTime: (at: string) => string;
  readonly countries: readonly { readonly code: string; readonly name: string }[];
};

const speechOf = (locale: Locale): Speech => {
  const tag = tags[locale];
  const day = new Intl.DateTimeFormat(tag, { dateStyle: 'medium' });
  const moment = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' });
  let countries: Speech['countries'] | null = null;
  return {
    words: catalogues[locale],
    locale,
    money: (money) => formatMoney(money, tag),
    date: (at) => day.format(new Date(at)),
    dateTime: (at) => moment.format(new Date(at)),
    get countries() {
      return (countries ??= countriesIn(tag));
    },
  };
};

const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
/** Codes with a name that are no country: unions, currencies' areas, test codes. */
const noCountry = ['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ'];

function countriesIn(tag: string): Speech['countries'] {
  const names = new Intl.DisplayNames(tag, { type: 'region', fallback: 'none' });
  return letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter(
      (code) => !noCountry.includes(code) && Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`,
    )
    .flatMap((code) => {
      const name = names.of(code);
      return name === undefined ? [] : [{ code, name }];
    })
    .sort((a, b) => a.name.localeCompare(b.name, tag));
}

const speeches = new Map<Locale, Speech>();

export function useSpeech(): Speech {
  const locale = useStore(chosenLocale);
  const known = speeches.get(locale) ?? speechOf(locale);
  speeches.set(locale, known);
  return known;
}
