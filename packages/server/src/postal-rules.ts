// Countries by ISO 3166-1, and the forms of their postal codes, from libraries that follow both.
import { createRequire } from 'node:module';
import type { PostalRules } from '@holdfast/checkout';
import countries from 'i18n-iso-countries/index.js';
import type { LocaleData } from 'i18n-iso-countries';
import { postcodeValidator, postcodeValidatorExistsForCountry } from 'postcode-validator';

const require = createRequire(import.meta.url);
countries.registerLocale(require('i18n-iso-countries/langs/en.json') as LocaleData);

function countryCode(country: string): string | null {
  const name = country.trim();
  const code = name.toUpperCase();
  if (countries.isValid(code)) return code.length === 2 ? code : (countries.toAlpha2(code) ?? null);
  return countries.getAlpha2Code(name, 'en') ?? null;
}

/** `withPostalCodes`: whether the form of postal codes is looked at; a country without a known form takes any. */
export const postalRules = ({ withPostalCodes }: { readonly withPostalCodes: boolean }): PostalRules => ({
  countryCode,
  hasForm: (postalCode, code) =>
    !withPostalCodes ||
    !postcodeValidatorExistsForCountry(code) ||
    postcodeValidator(postalCode.trim().toUpperCase(), code),
});
