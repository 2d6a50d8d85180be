// The key that the digests of e-mail addresses are made with. One stream records it for the whole log, so that a
// program with another key notices this before it registers an address a second time.
import { accepted, rejected, type Aggregate, type DomainCommand } from '@holdfast/kernel';
import type { EmailKeyChosen } from './account.events.js';

export const emailKeyCategory = 'emailkey';
export const emailKeyStream = `${emailKeyCategory}-present`;

/** `instead`: the fingerprint of the key that this one replaces; null for the first */
export type ChooseEmailKey = DomainCommand<
  'ChooseEmailKey',
  { readonly fingerprint: string; readonly instead: string | null }
>;

/** `fingerprint` null: no key was chosen yet */
export type EmailKeyState = { readonly fingerprint: string | null };

export type EmailKeyRejection = { readonly code: 'AnotherEmailKey' };

export const emailKey: Aggregate<ChooseEmailKey, EmailKeyChosen, EmailKeyState, EmailKeyRejection> = {
  category: emailKeyCategory,
  commandTypes: ['ChooseEmailKey'],
  stream: () => emailKeyStream,
  initialState: { fingerprint: null },
  evolve: (_, event) => event.data,
  decide: ({ data: { fingerprint, instead } }, state) => {
    if (state.fingerprint === fingerprint) return accepted([]);
    if (state.fingerprint !== instead) return rejected({ code: 'AnotherEmailKey' });
    return accepted([{ type: 'EmailKeyChosen', data: { fingerprint } }]);
  },
};
