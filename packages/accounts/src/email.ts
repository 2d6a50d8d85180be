// An e-mail address that is taken. The stream's id is a keyed digest of the address, so that the log alone does not
// reveal whether a given address is in it. The claim gives an address one permanent account id. A second append
// registers the account under that id. A crash between the two loses nothing: the next registration of the address
// finds the same id and registers it. Of two at the same time, one succeeds.
import { accepted, streamName, type Aggregate, type DomainCommand } from '@holdfast/kernel';
import type { EmailClaimed } from './account.events.js';

export const emailCategory = 'email';
export const emailStream = (digest: string): string => streamName(emailCategory, digest);

/** does nothing when the address has an account id; the state then has that id */
export type ClaimEmail = DomainCommand<'ClaimEmail', { readonly digest: string; readonly accountId: string }>;

export type EmailState =
  { readonly status: 'FREE' } | { readonly status: 'CLAIMED'; readonly accountId: string };

export const email: Aggregate<ClaimEmail, EmailClaimed, EmailState, never> = {
  category: emailCategory,
  commandTypes: ['ClaimEmail'],
  stream: ({ data }) => emailStream(data.digest),
  initialState: { status: 'FREE' },
  evolve: (_, event) => ({ status: 'CLAIMED', accountId: event.data.accountId }),
  decide: ({ data: { accountId } }, state) =>
    accepted(state.status === 'CLAIMED' ? [] : [{ type: 'EmailClaimed', data: { accountId } }]),
};
