// What a session accepts and refuses: above all, that a refresh token works once.
import { describe, test } from '@jest/globals';
import { deciderSpecification } from '@holdfast/testing';
import type { SessionEvent } from './account.events.js';
import type { SessionCommand } from './session.commands.js';
import { session } from './session.js';

const { given } = deciderSpecification(session);
const sessionId = 's1';
const expiresAt = '2030-01-31T00:00:00.000Z';
const later = '2030-02-01T00:00:00.000Z';
const started: SessionEvent = {
  type: 'SessionStarted',
  data: { accountId: 'a1', tokenDigest: 'first', expiresAt },
};
const refreshed: SessionEvent = {
  type: 'SessionRefreshed',
  data: { tokenDigest: 'second', expiresAt: later },
};
const revoked: SessionEvent = { type: 'SessionRevoked', data: { reason: 'logged-out' } };
const refresh = (
  presentedDigest: string,
  tokenDigest: string,
  at = '2030-01-01T00:00:00.000Z',
): SessionCommand => ({
  type: 'RefreshSession',
  data: { sessionId, presentedDigest, tokenDigest, expiresAt: later, at },
});
const revoke: SessionCommand = { type: 'RevokeSession', data: { sessionId, reason: 'logged-out' } };

describe('a session that has not begun', () => {
  test('starts', () => {
    given([])
      .when({ type: 'StartSession', data: { sessionId, accountId: 'a1', tokenDigest: 'first', expiresAt } })
      .then([started]);
  });

  test('cannot be refreshed', () => {
    given([]).when(refresh('first', 'second')).thenRejected('SessionNotActive');
  });

  test('has nothing to revoke', () => {
    given([]).when(revoke).thenNothing();
  });
});

describe('an active session', () => {
  test('is not started again', () => {
    given([started])
      .when({ type: 'StartSession', data: { sessionId, accountId: 'a2', tokenDigest: 'x', expiresAt } })
      .thenRejected('SessionAlreadyStarted');
  });

  test('exchanges its token for a new one', () => {
    given([started]).when(refresh('first', 'second')).then([refreshed]);
  });

  test('exchanges the new token as well', () => {
    given([started, refreshed])
      .when(refresh('second', 'third'))
      .then([{ type: 'SessionRefreshed', data: { tokenDigest: 'third', expiresAt: later } }]);
  });

  test('ends when a token comes back a second time', () => {
    given([started, refreshed])
      .when(refresh('first', 'third'))
      .then([{ type: 'SessionRevoked', data: { reason: 'token-reused' } }]);
  });

  test('survives a token that never was its own', () => {
    given([started]).when(refresh('guessed', 'second')).thenRejected('UnknownToken');
  });

  test('is over at its time', () => {
    given([started])
      .when(refresh('first', 'second', expiresAt))
      .thenRejected('SessionExpired');
  });

  test('ends on log-out', () => {
    given([started]).when(revoke).then([revoked]);
  });
});

describe('a revoked session', () => {
  test('cannot be refreshed', () => {
    given([started, revoked]).when(refresh('first', 'second')).thenRejected('SessionNotActive');
  });

  test('is not revoked twice', () => {
    given([started, revoked]).when(revoke).thenNothing();
  });
});
