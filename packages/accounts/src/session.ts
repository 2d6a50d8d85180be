// The session: one sign-in and its chain of refresh tokens. Each token works once, or again within seconds, when two tabs
// present it together; a token that comes back later was stolen, so the whole session ends (RFC 9700, section 4.14.2).
import { accepted, assertNever, rejected, streamName, type Aggregate, type Result } from '@holdfast/kernel';
import type { SessionEvent, SessionRevoked } from './account.events.js';
import type { RefreshSession, SessionCommand } from './session.commands.js';

export const sessionCategory = 'session';
export const sessionStream = (sessionId: string): string => streamName(sessionCategory, sessionId);

/** For how long the last exchanged token may be exchanged again, for the same successor. */
export const refreshGraceMs = 5_000;

type Active = {
  readonly status: 'ACTIVE';
  readonly accountId: string;
  readonly generation: number;
  readonly tokenDigest: string;
  /** digests of the tokens that were exchanged for a newer one, oldest first */
  readonly usedDigests: readonly string[];
  /** when the last of them was exchanged */
  readonly refreshedAt: string | null;
  readonly expiresAt: string;
  readonly endsAt: string;
};

export type SessionState =
  | { readonly status: 'NOT_STARTED' }
  | Active
  | { readonly status: 'REVOKED'; readonly reason: SessionRevoked['data']['reason'] };

export type SessionRejection =
  | { readonly code: 'SessionAlreadyStarted' }
  /** never started, or revoked */
  | { readonly code: 'SessionNotActive' }
  | { readonly code: 'SessionExpired' }
  /** never was a token of this session: no reason to end it */
  | { readonly code: 'UnknownToken' };

type Decision = Result<readonly SessionEvent[], SessionRejection>;

const initialState: SessionState = { status: 'NOT_STARTED' };

function evolve(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case 'SessionStarted':
      return { status: 'ACTIVE', usedDigests: [], refreshedAt: null, ...event.data };
    case 'SessionRefreshed': {
      if (state.status !== 'ACTIVE') return state;
      const { at, tokenDigest, expiresAt } = event.data;
      const usedDigests = [...state.usedDigests, state.tokenDigest];
      return { ...state, tokenDigest, expiresAt, refreshedAt: at, usedDigests };
    }
    case 'SessionRevoked':
      return { status: 'REVOKED', reason: event.data.reason };
    default:
      return assertNever(event);
  }
}

function decide(command: SessionCommand, state: SessionState): Decision {
  switch (command.type) {
    case 'StartSession': {
      if (state.status !== 'NOT_STARTED') return rejected({ code: 'SessionAlreadyStarted' });
      const { accountId, generation, tokenDigest, expiresAt, endsAt } = command.data;
      const data = { accountId, generation, tokenDigest, expiresAt, endsAt };
      return accepted([{ type: 'SessionStarted', data }]);
    }
    case 'RefreshSession':
      return refresh(command, state);
    case 'RevokeSession':
      if (state.status !== 'ACTIVE') return accepted([]);
      return accepted([{ type: 'SessionRevoked', data: { reason: command.data.reason } }]);
    default:
      return assertNever(command);
  }
}

function refresh({ data }: RefreshSession, state: SessionState): Decision {
  if (state.status !== 'ACTIVE') return rejected({ code: 'SessionNotActive' });
  const { at, tokenDigest, presentedDigest } = data;
  if (at >= state.endsAt) return rejected({ code: 'SessionExpired' });
  if (state.usedDigests.includes(presentedDigest)) {
    if (isAgain(data, state)) return accepted([]);
    return accepted([{ type: 'SessionRevoked', data: { reason: 'token-reused' } }]);
  }
  if (presentedDigest !== state.tokenDigest) return rejected({ code: 'UnknownToken' });
  if (at >= state.expiresAt) return rejected({ code: 'SessionExpired' });
  const expiresAt = data.expiresAt < state.endsAt ? data.expiresAt : state.endsAt;
  return accepted([{ type: 'SessionRefreshed', data: { tokenDigest, expiresAt, at } }]);
}

/** Whether this token was exchanged moments ago, for the same successor. */
const isAgain = ({ at, tokenDigest, presentedDigest }: RefreshSession['data'], state: Active): boolean =>
  state.refreshedAt !== null &&
  presentedDigest === state.usedDigests.at(-1) &&
  tokenDigest === state.tokenDigest &&
  Date.parse(at) - Date.parse(state.refreshedAt) <= refreshGraceMs;

export const session: Aggregate<SessionCommand, SessionEvent, SessionState, SessionRejection> = {
  category: sessionCategory,
  commandTypes: ['StartSession', 'RefreshSession', 'RevokeSession'],
  stream: ({ data }) => sessionStream(data.sessionId),
  schemaVersions: { SessionStarted: 2, SessionRefreshed: 2 },
  initialState,
  evolve,
  decide,
};
