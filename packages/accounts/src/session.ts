// The session: one sign-in and its chain of refresh tokens. Each token works once; one that comes back a second time
// has been stolen from one of its two users, so the whole session ends (RFC 9700, section 4.14.2).
import { accepted, assertNever, rejected, streamName, type Aggregate, type Result } from '@holdfast/kernel';
import type { SessionEvent, SessionRevoked } from './account.events.js';
import type { RefreshSession, SessionCommand } from './session.commands.js';

export const sessionCategory = 'session';
export const sessionStream = (sessionId: string): string => streamName(sessionCategory, sessionId);

type Active = {
  readonly status: 'ACTIVE';
  readonly accountId: string;
  readonly tokenDigest: string;
  /** of the tokens that were exchanged for a newer one */
  readonly usedDigests: readonly string[];
  readonly expiresAt: string;
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
      return { status: 'ACTIVE', usedDigests: [], ...event.data };
    case 'SessionRefreshed':
      if (state.status !== 'ACTIVE') return state;
      return { ...state, ...event.data, usedDigests: [...state.usedDigests, state.tokenDigest] };
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
      const { accountId, tokenDigest, expiresAt } = command.data;
      return accepted([{ type: 'SessionStarted', data: { accountId, tokenDigest, expiresAt } }]);
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
  if (state.usedDigests.includes(data.presentedDigest)) {
    return accepted([{ type: 'SessionRevoked', data: { reason: 'token-reused' } }]);
  }
  if (data.presentedDigest !== state.tokenDigest) return rejected({ code: 'UnknownToken' });
  if (data.at >= state.expiresAt) return rejected({ code: 'SessionExpired' });
  const { tokenDigest, expiresAt } = data;
  return accepted([{ type: 'SessionRefreshed', data: { tokenDigest, expiresAt } }]);
}

export const session: Aggregate<SessionCommand, SessionEvent, SessionState, SessionRejection> = {
  category: sessionCategory,
  commandTypes: ['StartSession', 'RefreshSession', 'RevokeSession'],
  stream: ({ data }) => sessionStream(data.sessionId),
  initialState,
  evolve,
  decide,
};
