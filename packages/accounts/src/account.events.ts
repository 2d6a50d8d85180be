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
/** A guest orders without an account. The orders stay under this id, also when the guest registers later. */
export type GuestAdmitted = DomainEvent<'GuestAdmitted', Record<string, never>>;
export type ProfileChanged = DomainEvent<
  'ProfileChanged',
  { readonly name?: string; readonly preferences?: { readonly [key: string]: Json } }
>;
export type PasswordChanged = DomainEvent<'PasswordChanged', { readonly passwordHash: string }>;
/** `reason` is absent when a setting, not a person, gave the roles. */
export type RolesChanged = DomainEvent<
  'RolesChanged',
  { readonly roles: readonly Role[]; readonly reason?: string }
>;
/** A member of staff, the actor, looked at the shop as this person sees it. */
export type AccountViewed = DomainEvent<'AccountViewed', { readonly reason: string }>;
/** ends every session of this account that began before */
export type SessionsEnded = DomainEvent<
  'SessionsEnded',
  { readonly reason: 'password-changed' | 'roles-changed' }
>;

export type AccountEvent =
  | AccountRegistered
  | GuestAdmitted
  | ProfileChanged
  | PasswordChanged
  | RolesChanged
  | AccountViewed
  | SessionsEnded;

/** The administrators found in a log that had no such list yet. */
export type AdminsCounted = DomainEvent<'AdminsCounted', { readonly accountIds: readonly string[] }>;
export type AdminAdded = DomainEvent<'AdminAdded', { readonly accountId: string }>;
export type AdminRemoved = DomainEvent<'AdminRemoved', { readonly accountId: string }>;

export type AdminsEvent = AdminsCounted | AdminAdded | AdminRemoved;

/** In the stream of an e-mail address: the account that owns the address, permanently. */
export type EmailClaimed = DomainEvent<'EmailClaimed', { readonly accountId: string }>;
/** From here on, addresses are looked up with this key. `fingerprint` identifies a key without revealing it. */
export type EmailKeyChosen = DomainEvent<'EmailKeyChosen', { readonly fingerprint: string }>;

/**
 * Digests are SHA-256, base64url: the log never holds a refresh token. `expiresAt` is the end of the token. `endsAt` is
 * the end of the session; refreshing does not move it. `generation` is that of the account at sign-in.
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
