// Accounts for listing and looking up, without their password hashes.
import type { AccountEvent, Role } from '@holdfast/accounts';
import {
  assertNever,
  invariant,
  streamId,
  type Document,
  type Json,
  type Projection,
  type RecordedEvent,
} from '@holdfast/kernel';

/** `id` is the account's. */
export type Account = Document & {
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly preferences: { readonly [key: string]: Json };
  readonly registeredAt: string;
};

/** A changed password, a look and ended sessions change nothing here, and a guest has no account. */
type Input = Exclude<
  AccountEvent,
  { type: 'PasswordChanged' | 'AccountViewed' | 'SessionsEnded' | 'GuestAdmitted' }
>;

const handled: ReadonlySet<string> = new Set<Input['type']>([
  'AccountRegistered',
  'ProfileChanged',
  'RolesChanged',
]);

export const accounts: Projection<Account> = {
  name: 'accounts',
  version: 1,
  prefixes: ['account-'],
  indexes: { email: ['email'] },
  key: (event) => (handled.has(event.type) ? streamId(event.stream) : null),
  project: (event, account) => [{ document: after(event as RecordedEvent<Input>, account) }],
};

function after(event: RecordedEvent<Input>, account: Account | null): Account {
  if (event.type === 'AccountRegistered') {
    const { email, name, roles } = event.data;
    return {
      id: streamId(event.stream),
      email,
      name,
      roles,
      preferences: {},
      registeredAt: event.metadata.at,
    };
  }
  invariant(account !== null, `${event.type} of an account that was never registered`);
  switch (event.type) {
    case 'ProfileChanged': {
      const { name = account.name, preferences = account.preferences } = event.data;
      return { ...account, name, preferences };
    }
    case 'RolesChanged':
      return { ...account, roles: event.data.roles };
    default:
      return assertNever(event);
  }
}
