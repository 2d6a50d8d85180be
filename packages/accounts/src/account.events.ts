// The events of an account and of its sessions. Stored type strings are permanent.
import type { DomainEvent, Json } from '@holdfast/kernel';

export type Role = 'CUSTOMER' | 'SUPPORT' | 'WAREHOUSE' | 'CATALOG' | 'OPERATOR' | 'ADMIN';

/** `passwordHash` is a PHC string (argon2id), or `noPassword`. The stream name carries the account's id. */
export type AccountRegistered = DomainEvent<
  'AccountRegistered',
  {
    readonly email: string;
    readonly name: string;
    readonly passwordHash: string;
    readonly roles: readonly Role[];
  }
>;
/** Somebody orders without an account. Their orders are under this id, also when they register later. */
export type GuestAdmitted = DomainEvent<'GuestAdmitted', Record<string, never>>;
export type ProfileChanged = DomainEvent<
  'ProfileChanged',
  { readonly name?: string; readonly preferences?: { readonly [key: string]: Json } }
>;
export type PasswordChanged = DomainEvent<'PasswordChanged', { readonly passwordHash: string }>;
/** `reason` is absent where settings gave the roles, and not a person. */
export type RolesChanged = DomainEvent<
  'RolesChanged',
  { readonly roles: readonly Role[]; readonly reason?: string }
>;
/** every session of this account that began before */
export type SessionsEnded = DomainEvent<
  'SessionsEnded',
  { readonly reason: 'password-changed' | 'roles-changed' }
>;

export type AccountEvent =
  AccountRegistered | GuestAdmitted | ProfileChanged | PasswordChanged | RolesChanged | SessionsEnded;

/** The administrators as they were counted in a log that has no such list yet. */
export type AdminsCounted = DomainEvent<'AdminsCounted', { readonly accountIds: readonly string[] }>;
export type AdminAdded = DomainEvent<'AdminAdded', { readonly accountId: string }>;
export type AdminRemoved = DomainEvent<'AdminRemoved', { readonly accountId: string }>;

export type AdminsEvent = AdminsCounted | AdminAdded | AdminRemoved;

/** In the stream of an e-mail address: the account that the address belongs to, for ever. */
export type EmailClaimed = DomainEvent<'EmailClaimed', { readonly accountId: string }>;
/** The key under which addresses are found from here on. `fingerprint` tells keys apart and reveals none. */
export type EmailKeyChosen = DomainEvent<'EmailKeyChosen', { readonly fingerprint: string }>;

/**
 * Digests are SHA-256, base64url: the log never holds a refresh token. `expiresAt` is the token's end, `endsAt` that of
 * the session, however often it is refreshed. `generation` is the account's at the start.
 */
export type SessionStarted = DomainEvent<
  'SessionStarted',
  {
    readonly accountId: string;
    readonly generation: number;
    readonly tokenDigest: string;
    readonly expiresAt: string;
    readonly endsAt: string;
  }
>;
export type SessionRefreshed = DomainEvent<
  'SessionRefreshed',
  { readonly tokenDigest: string; readonly expiresAt: string; readonly at: string }
>;
export type SessionRevoked = DomainEvent<
  'SessionRevoked',
  { readonly reason: 'logged-out' | 'token-reused' | 'roles-changed' }
>;

export type SessionEvent = SessionStarted | SessionRefreshed | SessionRevoked;
