// Accounts for listing and looking up. Never a password hash.
import type { Role } from '@holdfast/accounts';
import type { Document, Json } from '@holdfast/kernel';

/** `id` is the account's. */
export type Account = Document & {
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly preferences: { readonly [key: string]: Json };
  readonly registeredAt: string;
};
