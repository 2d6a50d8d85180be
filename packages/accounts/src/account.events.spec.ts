// What the stored events of accounts and sessions look like, in every version that was ever written.
import { test } from '@jest/globals';
import { assertGoldenEvents } from '@holdfast/testing';
import type { AccountEvent, SessionEvent } from './account.events.js';

test('every stored event of an account or a session can still be read', () => {
  const passwordHash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g';
  const tokenDigest = 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg';
  const expiresAt = '2026-01-31T00:00:00.000Z';
  assertGoldenEvents<AccountEvent | SessionEvent>(new URL('../test/golden/', import.meta.url), {
    AccountRegistered: { email: 'ada@example.org', name: 'Ada Lovelace', passwordHash, roles: ['CUSTOMER'] },
    ProfileChanged: { name: 'Ada King', preferences: { language: 'en' } },
    PasswordChanged: { passwordHash },
    RolesChanged: { roles: ['CUSTOMER', 'SUPPORT'] },
    SessionStarted: { accountId: 'a-1', tokenDigest, expiresAt },
    SessionRefreshed: { tokenDigest, expiresAt },
    SessionRevoked: { reason: 'token-reused' },
  });
});
