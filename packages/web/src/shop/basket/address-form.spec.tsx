// The address form: a postal code is asked for by the country that is chosen.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { chosenLocale } from '../words/words.js';
import { AddressFields, useAddressForm } from './address-form.js';

let sent: object[];
beforeEach(() => {
  sent = [];
  sessionStorage.clear();
  chosenLocale.set('en');
});
afterEach(() => {
  cleanup();
  chosenLocale.set('en');
});

function Page() {
  const form = useAddressForm('Ada');
  const submit = form.submit((values) => {
    sent.push(values);
    return Promise.resolve(undefined);
  });
  return (
    <form ref={form.ref} onSubmit={submit}>
      <AddressFields form={form} isGuest={false} />
      <button type="submit">Send</button>
    </form>
  );
}

const type = (label: string, value: string): void => {
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
};
function filledFor(country: string): void {
  render(<Page />);
  type('Street and number', '1 Main St');
  type('City', 'Town');
  type('Country', country);
}
const send = (): void => {
  fireEvent.click(screen.getByText('Send'));
};

test('to a country without postal codes, the code is optional and the address is sent without one', async () => {
  filledFor('HK');
  expect(screen.getByLabelText('Postal code (optional)')).toBeTruthy();
  send();
  await waitFor(() => expect(sent).toMatchObject([{ postalCode: '', country: 'HK' }]));
});

test('to a country with postal codes, an address without one is not sent, and the field has the error', async () => {
  filledFor('GB');
  send();
  const field = screen.getByLabelText('Postal code');
  await waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('true'));
  expect(sent).toEqual([]);
});

test('the error of the postal code goes when another country needs none', async () => {
  filledFor('GB');
  send();
  await waitFor(() => expect(screen.getByLabelText('Postal code').getAttribute('aria-invalid')).toBe('true'));
  type('Country', 'AE');
  expect(screen.getByLabelText('Postal code (optional)').getAttribute('aria-invalid')).not.toBe('true');
});

test('the label says so in Dutch too', () => {
  chosenLocale.set('nl');
  render(<Page />);
  type('Land', 'QA');
  expect(screen.getByLabelText('Postcode (niet verplicht)')).toBeTruthy();
});
