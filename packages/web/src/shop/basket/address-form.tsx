// The form for the address of an order. Its draft outlives a reload.
import { Field } from '../../shared/ui/ui.js';
import { useForm, type Errors, type Form } from '../../shared/ui/form.js';
import { countriesWithoutPostalCodes } from '../generated/postal-codes.js';
import { useSpeech } from '../words/words.js';
import type { Words } from '../words/en.js';
import styles from './address-form.module.css';

const empty = { guestEmail: '', name: '', line1: '', line2: '', postalCode: '', city: '', country: '' };
export type AddressField = keyof typeof empty;
export const addressFields = Object.keys(empty) as AddressField[];

const needsPostalCode = (country: string): boolean => !countriesWithoutPostalCodes.includes(country);

type Values = Readonly<Record<AddressField, string>>;
const isNeeded = (field: AddressField, { country }: Values, isGuest: boolean): boolean => {
  if (field === 'guestEmail') return isGuest;
  if (field === 'postalCode') return needsPostalCode(country);
  return field !== 'line2';
};

const check =
  (words: Words, isGuest: boolean) =>
  (values: Values): Errors<AddressField> => {
    const errors: Errors<AddressField> = {};
    for (const field of addressFields)
      if (values[field].trim() === '' && isNeeded(field, values, isGuest))
        errors[field] = words.refused.required;
    if (isGuest && values.guestEmail !== '' && !looksLikeEmail(values.guestEmail))
      errors.guestEmail = words.refused.email;
    return errors;
  };

export const looksLikeEmail = (text: string): boolean => /^\S+@\S+\.\S+$/.test(text.trim());

/** `name` is that of the person; null for a guest, who gives an e-mail address with the order. */
export function useAddressForm(name: string | null): Form<AddressField> {
  const { words, locale } = useSpeech();
  return useForm({
    initial: { ...empty, name: name ?? '', country: locale === 'nl' ? 'NL' : 'GB' },
    check: check(words, name === null),
    draft: 'holdfast.address',
  });
}

type FieldsProps = { readonly form: Form<AddressField>; readonly isGuest: boolean };

export function AddressFields({ form, isGuest }: FieldsProps) {
  const { words, countries } = useSpeech();
  const country = form.field('country');
  return (
    <div className={styles.fields}>
      {isGuest && (
        <Field
          label={words.account.email}
          type="email"
          autoComplete="email"
          className={styles.wide}
          hint={words.basket.emailHint}
          {...form.field('guestEmail')}
        />
      )}
      <Field label={words.basket.name} autoComplete="name" className={styles.wide} {...form.field('name')} />
      <Field
        label={words.basket.line1}
        autoComplete="address-line1"
        className={styles.wide}
        {...form.field('line1')}
      />
      <Field
        label={words.basket.line2}
        autoComplete="address-line2"
        className={styles.wide}
        {...form.field('line2')}
      />
      <Field
        label={needsPostalCode(country.value) ? words.basket.postalCode : words.basket.postalCodeOptional}
        autoComplete="postal-code"
        {...form.field('postalCode')}
      />
      <Field label={words.basket.city} autoComplete="address-level2" {...form.field('city')} />
      <Field
        label={words.basket.country}
        error={country.error}
        className={styles.wide}
        control={(tied) => (
          <select
            {...tied}
            name={country.name}
            value={country.value}
            autoComplete="country"
            onChange={country.onChange}
            onBlur={country.onBlur}
          >
            {countries.map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        )}
      />
    </div>
  );
}
