// Sessions and their tokens: short-lived access tokens, and refresh tokens. Each refresh token is exchanged for the next
// one.
import {
  account,
  accountStream,
  session,
  sessionStream,
  type AccountState,
  type SessionState,
} from '@holdfast/accounts';
import { invariant, isIdentifier, type Clock, type Ids, type Secrets } from '@holdfast/kernel';
import type { CommandHandler } from '@holdfast/runtime';
import { tokenDigestOf } from '../commands/derivations.js';
import type { AccessTokens } from './access-tokens.js';
import type { Execute } from './execute.js';
import { keyedDigest, type Key } from './keys.js';

/** how long a refresh token can wait for its use */
export const refreshTokenLifeMs = 30 * 24 * 60 * 60 * 1000;
/** how long a session can last, however often it is refreshed */
const sessionLifeMs = 90 * 24 * 60 * 60 * 1000;

export type Registered = Extract<AccountState, { status: 'REGISTERED' }>;
/** The owners of sessions: people with an account, and guests. */
export type Owner = Exclude<AccountState, { status: 'NOT_REGISTERED' }>;
type Active = Extract<SessionState, { status: 'ACTIVE' }>;

export type Tokens = {
  readonly accountId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** of the access token */
  readonly expiresAt: string;
};

export type SessionsOptions = {
  readonly commands: CommandHandler;
  readonly execute: Execute;
  readonly tokens: AccessTokens;
  /** makes a refresh token's successor */
  readonly key: Key;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secrets: Secrets;
};

export class Sessions {
  constructor(private readonly options: SessionsOptions) {}

  /** `generation` is that of the account when the caller proved to own it. */
  async start(accountId: string, generation: number): Promise<Tokens> {
    const sessionId = this.options.ids.next();
    const refreshToken = refreshTokenOf(
      sessionId,
      Buffer.from(this.options.secrets.bytes(32)).toString('base64url'),
    );
    const data = {
      sessionId,
      accountId,
      generation,
      tokenDigest: tokenDigestOf(refreshToken),
      expiresAt: this.#time(refreshTokenLifeMs),
      endsAt: this.#time(sessionLifeMs),
    };
    const outcome = await this.options.execute({ type: 'StartSession', data }, accountId);
    invariant(outcome.ok, 'a new session starts');
    return this.#tokens(accountId, sessionId, refreshToken);
  }

  /** Returns the next pair of tokens; null for a refresh token that is not, or no longer, valid. */
  async refresh(presented: string): Promise<Tokens | null> {
    const [sessionId = '', secret] = presented.split('.');
    if (!isIdentifier(sessionId) || secret === undefined) return null;
    const before = await this.#active(sessionId);
    if (before === null) return null;
    // Derived from the previous token, so that two tabs that present that token at once get the same one.
    const next = refreshTokenOf(sessionId, keyedDigest(this.options.key, presented));
    const data = {
      sessionId,
      presentedDigest: tokenDigestOf(presented),
      tokenDigest: tokenDigestOf(next),
      expiresAt: this.#time(refreshTokenLifeMs),
      at: this.#time(0),
    };
    const outcome = await this.options.execute({ type: 'RefreshSession', data }, before.accountId);
    if (!outcome.ok || (await this.#active(sessionId)) === null) return null;
    return this.#tokens(before.accountId, sessionId, next);
  }

  async end(sessionId: string, accountId: string): Promise<void> {
    const data = { sessionId, reason: 'logged-out' } as const;
    await this.options.execute({ type: 'RevokeSession', data }, accountId);
  }

  /** The account and session of an access token, or null when the token or its session has ended. */
  async find(accessToken: string): Promise<{
    readonly accountId: string;
    readonly sessionId: string;
    readonly account: Owner;
  } | null> {
    const claims = await this.options.tokens.verify(accessToken);
    if (claims === null) return null;
    const { accountId, sessionId } = claims;
    const found = await this.#active(sessionId, 'known');
    return found?.accountId === accountId ? { accountId, sessionId, account: found.account } : null;
  }

  /**
   * Returns the session unless a log-out, a change of its account, or its age has ended it. It reads the state in memory
   * (`known`), because every request calls it. A log-out through another process reaches that state within milliseconds.
   */
  async #active(
    sessionId: string,
    as: 'latest' | 'known' = 'latest',
  ): Promise<(Active & { readonly account: Owner }) | null> {
    const { commands, clock } = this.options;
    const { state } = await commands.load(session, sessionStream(sessionId), as);
    if (state.status !== 'ACTIVE' || clock.now() >= Date.parse(state.endsAt)) return null;
    const { state: owner } = await commands.load(account, accountStream(state.accountId), as);
    if (owner.status === 'NOT_REGISTERED' || owner.generation !== state.generation) return null;
    return { ...state, account: owner };
  }

  async #tokens(accountId: string, sessionId: string, refreshToken: string): Promise<Tokens> {
    const { token, expiresAt } = await this.options.tokens.sign(accountId, sessionId);
    return { accountId, accessToken: token, refreshToken, expiresAt };
  }

  #time(afterMs: number): string {
    return new Date(this.options.clock.now() + afterMs).toISOString();
  }
}

/** The session's id comes first, so that the token is found without an index of tokens. */
const refreshTokenOf = (sessionId: string, secret: string): string => `${sessionId}.${secret}`;
