// The commands to an account. Passwords arrive as hashes: a command never has a plain password.
import type { DomainCommand } from '@holdfast/kernel';
import type {
  AccountRegistered,
  AccountViewed,
  PasswordChanged,
  ProfileChanged,
  RolesChanged,
} from './account.events.js';

type ForAccount<Type extends string, Data> = DomainCommand<Type, { readonly accountId: string } & Data>;

/** A guest can register later, which ends the guest's sessions. */
export type AdmitGuest = ForAccount<'AdmitGuest', object>;
export type Register = ForAccount<'Register', AccountRegistered['data']>;
export type ChangeProfile = ForAccount<'ChangeProfile', ProfileChanged['data']>;
/** ends every session of the account */
export type ChangePassword = ForAccount<'ChangePassword', PasswordChanged['data']>;
/** The same password under today's parameters; does nothing unless `replaces` is still the account's hash. */
export type RehashPassword = ForAccount<
  'RehashPassword',
  PasswordChanged['data'] & { readonly replaces: string }
>;
/** ends every session of the account */
export type ChangeRoles = ForAccount<'ChangeRoles', RolesChanged['data']>;

/** Records that a member of staff looks at the shop as this person sees it. */
export type ViewAccount = ForAccount<'ViewAccount', AccountViewed['data']>;

export type AccountCommand =
  ViewAccount | AdmitGuest | Register | ChangeProfile | ChangePassword | RehashPassword | ChangeRoles;
