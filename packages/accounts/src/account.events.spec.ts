// Stored events of accounts and sessions in every version that was ever written.
import { test } from '@jest/globals';
import { assertGoldenEvents, type Examples } from '@holdfast/testing';
import type {
  AccountEvent,
  AdminsEvent,
  EmailClaimed,
  EmailKeyChosen,
  SessionEvent,
} from './account.events.js';
import type { AuditActionChained } from './audit-chain.js';
import type { NotificationEvent } from './notification.events.js';
import { upcasters } from './accounts.upcasters.js';

type Stored =
  | AccountEvent
  | AdminsEvent
  | SessionEvent
  | EmailClaimed
  | EmailKeyChosen
  | NotificationEvent
  | AuditActionChained;

test('every stored event of an account, an address, a session or a notification can still be read', () => {
  const passwordHash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g';
  const tokenDigest = 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg';
  const expiresAt = '2026-01-31T00:00:00.000Z';
  const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
  const ofNotification = { notification: 'o-1:4' };
  const examples: Examples<Stored> = {
    AccountRegistered: { email: 'ada@example.org', name: 'Ada Lovelace', passwordHash, roles: ['CUSTOMER'] },
    GuestAdmitted: {},
    ProfileChanged: { name: 'Ada King', preferences: { language: 'en' } },
    PasswordChanged: { passwordHash },
    RolesChanged: { roles: ['CUSTOMER', 'SUPPORT'] },
    AccountViewed: { reason: 'asks where the parcel is' },
    SessionsEnded: { reason: 'password-changed' },
    AdminsCounted: { accountIds: ['a-1'] },
    AdminAdded: { accountId: 'a-1' },
    AdminRemoved: { accountId: 'a-1' },
    EmailClaimed: { accountId: 'a-1' },
    EmailKeyChosen: { fingerprint: tokenDigest },
    SessionStarted: {
      accountId: 'a-1',
      generation: 0,
      tokenDigest,
      expiresAt,
      endsAt: '2026-04-01T00:00:00.000Z',
    },
    SessionRefreshed: { tokenDigest, expiresAt, at: '2026-01-01T00:00:00.000Z' },
    SessionRevoked: { reason: 'token-reused' },
    AuditActionChained: {
      ...{ entry: 'stock-TEA:3', position: 17, previous: null },
      ...{ digest: sha256, dataDigest: sha256, dataVersion: 1, link: sha256 },
    },
    NotificationRead: { ...ofNotification, customerId: 'a-1' },
    NotificationMailed: {
      ...ofNotification,
      messageId: '<00000000-0000-4000-8000-000000000004@shop.example>',
    },
    NotificationMailFailed: { ...ofNotification, reason: '550 5.1.1 no such mailbox' },
  };
  assertGoldenEvents<Stored>(new URL('../test/golden/', import.meta.url), examples, upcasters);
});
