// What can happen to an account and to its sessions. Stored type strings are permanent.
import type { DomainEvent, Json } from '@holdfast/kernel';

export type Role = 'CUSTOMER' | 'SUPPORT' | 'WAREHOUSE' | 'CATALOG' | 'OPERATOR' | 'ADMIN';

/** `passwordHash` is a PHC string (argon2id). The stream name carries the account's id, derived from the e-mail. */
export type AccountRegistered = DomainEvent<
  'AccountRegistered',
  {
    readonly email: string;
    readonly name: string;
    readonly passwordHash: string;
    readonly roles: readonly Role[];
  }
>;
export type ProfileChanged = DomainEvent<
  'ProfileChanged',
  { readonly name?: string; readonly preferences?: { readonly [key: string]: Json } }
>;
export type PasswordChanged = DomainEvent<'PasswordChanged', { readonly passwordHash: string }>;
export type RolesChanged = DomainEvent<'RolesChanged', { readonly roles: readonly Role[] }>;

export type AccountEvent = AccountRegistered | ProfileChanged | PasswordChanged | RolesChanged;

/** Digests are SHA-256, base64url: the log never holds a refresh token. */
export type SessionStarted = DomainEvent<
  'SessionStarted',
  { readonly accountId: string; readonly tokenDigest: string; readonly expiresAt: string }
>;
export type SessionRefreshed = DomainEvent<
  'SessionRefreshed',
  { readonly tokenDigest: string; readonly expiresAt: string }
>;
export type SessionRevoked = DomainEvent<
  'SessionRevoked',
  { readonly reason: 'logged-out' | 'token-reused' | 'roles-changed' }
>;

export type SessionEvent = SessionStarted | SessionRefreshed | SessionRevoked;
