// The commands that a session accepts and refuses. Most important: a refresh token works once.
import { describe, test } from '@jest/globals';
import { deciderSpecification } from '@holdfast/testing';
import type { SessionEvent } from './account.events.js';
import type { SessionCommand } from './session.commands.js';
import { refreshGraceMs, session } from './session.js';

const { given } = deciderSpecification(session);
const sessionId = 's1';
const expiresAt = '2030-01-31T00:00:00.000Z';
const later = '2030-02-01T00:00:00.000Z';
const endsAt = '2030-03-01T00:00:00.000Z';
const now = '2030-01-01T00:00:00.000Z';
const afterMs = (ms: number): string => new Date(Date.parse(now) + ms).toISOString();
const beginning = { accountId: 'a1', generation: 0, tokenDigest: 'first', expiresAt, endsAt };
const started: SessionEvent = { type: 'SessionStarted', data: beginning };
const refreshed: SessionEvent = {
  type: 'SessionRefreshed',
  data: { tokenDigest: 'second', expiresAt: later, at: now },
};
const reused: SessionEvent = { type: 'SessionRevoked', data: { reason: 'token-reused' } };
const revoked: SessionEvent = { type: 'SessionRevoked', data: { reason: 'logged-out' } };
const refresh = (presentedDigest: string, tokenDigest: string, at = now): SessionCommand => ({
  type: 'RefreshSession',
  data: { sessionId, presentedDigest, tokenDigest, expiresAt: later, at },
});
const revoke: SessionCommand = { type: 'RevokeSession', data: { sessionId, reason: 'logged-out' } };

describe('a session that has not begun', () => {
  test('starts', () => {
    given([])
      .when({ type: 'StartSession', data: { sessionId, ...beginning } })
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
      .when({ type: 'StartSession', data: { sessionId, ...beginning, accountId: 'a2' } })
      .thenRejected('SessionAlreadyStarted');
  });

  test('exchanges its token for a new one', () => {
    given([started]).when(refresh('first', 'second')).then([refreshed]);
  });

  test('exchanges the new token as well', () => {
    given([started, refreshed])
      .when(refresh('second', 'third'))
      .then([{ type: 'SessionRefreshed', data: { tokenDigest: 'third', expiresAt: later, at: now } }]);
  });

  test('returns the same successor when a token comes back within seconds', () => {
    given([started, refreshed])
      .when(refresh('first', 'second', afterMs(refreshGraceMs)))
      .thenNothing();
  });

  test('ends when a token comes back later', () => {
    given([started, refreshed])
      .when(refresh('first', 'second', afterMs(refreshGraceMs + 1)))
      .then([reused]);
  });

  test('ends when a token comes back within seconds, but its successor was exchanged already', () => {
    given([
      started,
      refreshed,
      { type: 'SessionRefreshed', data: { tokenDigest: 'third', expiresAt: later, at: now } },
    ])
      .when(refresh('first', 'second'))
      .then([reused]);
  });

  test('ends when a second successor is requested for a token', () => {
    given([started, refreshed]).when(refresh('first', 'another')).then([reused]);
  });

  test('gives its new token an end no later than its own', () => {
    given([{ type: 'SessionStarted', data: { ...beginning, endsAt: expiresAt } }])
      .when(refresh('first', 'second'))
      .then([{ type: 'SessionRefreshed', data: { tokenDigest: 'second', expiresAt, at: now } }]);
  });

  test('is over at its end, however often it was refreshed', () => {
    given([
      started,
      {
        type: 'SessionRefreshed',
        data: { tokenDigest: 'second', expiresAt: '2031-01-01T00:00:00.000Z', at: now },
      },
    ])
      .when(refresh('second', 'third', endsAt))
      .thenRejected('SessionExpired');
  });

  test('continues when a token is presented that was never its own', () => {
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
