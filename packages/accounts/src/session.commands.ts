// The commands to a session. Tokens arrive as digests, times as inputs.
import type { DomainCommand } from '@holdfast/kernel';
import type { SessionRefreshed, SessionRevoked, SessionStarted } from './account.events.js';

type ForSession<Type extends string, Data> = DomainCommand<Type, { readonly sessionId: string } & Data>;

export type StartSession = ForSession<'StartSession', SessionStarted['data']>;
/**
 * `presentedDigest` is that of the token the caller has, `tokenDigest` that of the one to be given; `at` is now. A token
 * has one successor: the same one presented twice asks for the same `tokenDigest`.
 */
export type RefreshSession = ForSession<
  'RefreshSession',
  SessionRefreshed['data'] & { readonly presentedDigest: string }
>;
export type RevokeSession = ForSession<'RevokeSession', SessionRevoked['data']>;

export type SessionCommand = StartSession | RefreshSession | RevokeSession;
