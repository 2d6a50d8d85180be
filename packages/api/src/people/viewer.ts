// The types of callers and accounts in the API.
import type { Role } from '@holdfast/accounts';
import type { Json } from '@holdfast/kernel';
import type { Registered } from './sessions.js';

/** An account as callers see it, without its password hash. */
export type User = {
  readonly __typename: 'User';
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly preferences: { readonly [key: string]: Json };
};

/** The caller of an operation, with the roles that the log has now. A guest has no account: no address, name or roles. */
export type Viewer = User & { readonly sessionId: string; readonly isGuest?: boolean };

export type NewPerson = {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly roles: readonly Role[];
};

type Shown = Pick<Registered, 'email' | 'name' | 'roles' | 'preferences'>;

/** The fields of a guest, who has no account. */
export const noAccount = { email: '', name: '', roles: [], preferences: {} } as const;

export const shown = (id: string, { email, name, roles, preferences: chosen }: Shown): User => ({
  __typename: 'User',
  id,
  email,
  name,
  roles,
  preferences: chosen,
});
