// The account: a person who signs in. Its id is random, or the number that an imported customer had in the other
// system. The stream of an e-mail address (email.ts) names the one account of that address.
import {
  accepted,
  assertNever,
  rejected,
  streamName,
  type Aggregate,
  type Json,
  type Result,
} from '@holdfast/kernel';
import type { AccountCommand, ChangeProfile, ChangeRoles, Register } from './account.commands.js';
import type { AccountEvent, Role } from './account.events.js';

export const accountCategory = 'account';
export const accountStream = (accountId: string): string => streamName(accountCategory, accountId);

/** Stored instead of a hash: no password matches it. */
export const noPassword = '!';

type Registered = {
  readonly status: 'REGISTERED';
  /** how often all sessions were ended; a session is valid only under the number that it began with */
  readonly generation: number;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly roles: readonly Role[];
  readonly preferences: { readonly [key: string]: Json };
};

/** `generation` has the same meaning as in an account */
type Guest = { readonly status: 'GUEST'; readonly generation: number };

export type AccountState = { readonly status: 'NOT_REGISTERED' } | Guest | Registered;

export type AccountRejection =
  | { readonly code: 'EmailTaken' | 'AlreadyRegistered' }
  | { readonly code: 'AccountNotFound' }
  | { readonly code: 'NoRoles' };

type Decision = Result<readonly AccountEvent[], AccountRejection>;

const initialState: AccountState = { status: 'NOT_REGISTERED' };

function evolve(state: AccountState, event: AccountEvent): AccountState {
  if (event.type === 'GuestAdmitted') return { status: 'GUEST', generation: 0 };
  if (event.type === 'AccountRegistered') {
    // A guest signs in without a password, so registering ends the guest's sessions.
    const generation = state.status === 'GUEST' ? state.generation + 1 : 0;
    return { status: 'REGISTERED', generation, preferences: {}, ...event.data };
  }
  if (state.status !== 'REGISTERED') return state;
  switch (event.type) {
    case 'ProfileChanged':
    case 'PasswordChanged':
      return { ...state, ...event.data };
    case 'AccountViewed':
      return state;
    case 'RolesChanged':
      return { ...state, roles: event.data.roles };
    case 'SessionsEnded':
      return { ...state, generation: state.generation + 1 };
    default:
      return assertNever(event);
  }
}

function decide(command: AccountCommand, state: AccountState): Decision {
  if (command.type === 'AdmitGuest') return admitGuest(state);
  if (command.type === 'Register') return register(command, state);
  if (state.status !== 'REGISTERED') return rejected({ code: 'AccountNotFound' });
  switch (command.type) {
    case 'ChangeProfile':
      return changeProfile(command, state);
    case 'ChangePassword':
      return accepted([
        { type: 'PasswordChanged', data: { passwordHash: command.data.passwordHash } },
        { type: 'SessionsEnded', data: { reason: 'password-changed' } },
      ]);
    case 'RehashPassword':
      if (command.data.replaces !== state.passwordHash) return accepted([]);
      return accepted([{ type: 'PasswordChanged', data: { passwordHash: command.data.passwordHash } }]);
    case 'ChangeRoles':
      return changeRoles(command, state);
    case 'ViewAccount':
      return accepted([{ type: 'AccountViewed', data: { reason: command.data.reason } }]);
    default:
      return assertNever(command);
  }
}

function admitGuest(state: AccountState): Decision {
  if (state.status === 'REGISTERED') return rejected({ code: 'AlreadyRegistered' });
  return accepted(state.status === 'GUEST' ? [] : [{ type: 'GuestAdmitted', data: {} }]);
}

function register({ data }: Register, state: AccountState): Decision {
  if (state.status === 'REGISTERED') return rejected({ code: 'EmailTaken' });
  if (data.roles.length === 0) return rejected({ code: 'NoRoles' });
  const { email, name, passwordHash, roles } = data;
  return accepted([{ type: 'AccountRegistered', data: { email, name, passwordHash, roles } }]);
}

function changeProfile({ data }: ChangeProfile, state: Registered): Decision {
  const name = data.name === state.name ? undefined : data.name;
  if (name === undefined && data.preferences === undefined) return accepted([]);
  return accepted([
    {
      type: 'ProfileChanged',
      data: {
        ...(name !== undefined && { name }),
        ...(data.preferences !== undefined && { preferences: data.preferences }),
      },
    },
  ]);
}

function changeRoles({ data: { roles, reason } }: ChangeRoles, state: Registered): Decision {
  if (roles.length === 0) return rejected({ code: 'NoRoles' });
  if (sameRoles(roles, state.roles)) return accepted([]);
  return accepted([
    { type: 'RolesChanged', data: { roles, ...(reason !== undefined && { reason }) } },
    { type: 'SessionsEnded', data: { reason: 'roles-changed' } },
  ]);
}

const sameRoles = (some: readonly Role[], others: readonly Role[]): boolean =>
  some.length === others.length && some.every((role) => others.includes(role));

export const account: Aggregate<AccountCommand, AccountEvent, AccountState, AccountRejection> = {
  category: accountCategory,
  commandTypes: [
    'AdmitGuest',
    'Register',
    'ChangeProfile',
    'ChangePassword',
    'RehashPassword',
    'ChangeRoles',
    'ViewAccount',
  ],
  stream: ({ data }) => accountStream(data.accountId),
  initialState,
  evolve,
  decide,
};
