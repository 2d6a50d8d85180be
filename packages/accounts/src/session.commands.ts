// The commands to a session. Tokens arrive as digests, times as inputs.
import type { DomainCommand } from '@holdfast/kernel';
import type { SessionRefreshed, SessionRevoked, SessionStarted } from './account.events.js';

type ForSession<Type extends string, Data> = DomainCommand<Type, { readonly sessionId: string } & Data>;

export type StartSession = ForSession<'StartSession', SessionStarted['data']>;
/**
 * `presentedDigest` is of the token that the caller has, `tokenDigest` of the new token; `at` is the present time. A
 * token has one successor: presenting the same token twice must ask for the same `tokenDigest`.
 */
export type RefreshSession = ForSession<
  'RefreshSession',
  SessionRefreshed['data'] & { readonly presentedDigest: string }
>;
export type RevokeSession = ForSession<'RevokeSession', SessionRevoked['data']>;

export type SessionCommand = StartSession | RefreshSession | RevokeSession;
