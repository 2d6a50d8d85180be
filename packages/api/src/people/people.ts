// Who is calling: registration, sign-in, sessions. Accounts and sessions are read from the write side, so that a log-out
// or a change of roles holds from the next request on.
import { randomBytes } from 'node:crypto';
import {
  account,
  accountStream,
  session,
  sessionStream,
  type AccountCommand,
  type AccountState,
  type Role,
  type SessionCommand,
} from '@holdfast/accounts';
import { invariant, isIdentifier, type Json } from '@holdfast/kernel';
import type { CommandContext } from '@holdfast/runtime';
import type { CommandBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { AccountsCommand } from '../command-bus.js';
import type { ApiDependencies } from '../dependencies.js';
import { accountIdOf, tokenDigestOf } from '../derivations.js';
import { invalidCredentials, invalidInput, rateLimited, validationError } from '../errors.js';
import { createAccessTokens, type AccessTokens } from './access-tokens.js';
import { createPasswords, isCommon, passwordLength, type Passwords } from './passwords.js';
import { createRateLimits, type RateLimits } from './rate-limits.js';

/** An account as it is shown: never its password hash. */
export type User = {
  readonly __typename: 'User';
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly preferences: { readonly [key: string]: Json };
};

/** The caller of an operation, as the log knows them now. */
export type Viewer = User & { readonly sessionId: string };

export type NewPerson = {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly roles: readonly Role[];
};

const refreshTokenLifeMs = 30 * 24 * 60 * 60 * 1000;

const registration = z.object({
  email: z.email().max(254),
  name: z.string().trim().min(1).max(100),
  password: z.string().min(passwordLength.min).max(passwordLength.max),
});
const preferences = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/), z.json())
  .refine((given) => JSON.stringify(given).length <= 8192, 'at most 8192 characters of JSON');
const profile = z.object({
  name: z.string().trim().min(1).max(100).optional(),
  preferences: preferences.optional(),
});

export class People {
  private constructor(
    private readonly dependencies: ApiDependencies,
    private readonly commandBus: CommandBus,
    private readonly passwords: Passwords,
    private readonly tokens: AccessTokens,
    private readonly limits: RateLimits,
  ) {}

  static async open(dependencies: ApiDependencies, commandBus: CommandBus): Promise<People> {
    const { settings, environment } = dependencies;
    const tokens = await createAccessTokens(settings.jwtSecret, environment.clock);
    const limits = createRateLimits(settings.limits);
    return new People(dependencies, commandBus, await createPasswords(), tokens, limits);
  }

  async register(email: string, password: string, name: string, address: string) {
    const retryAfterMs = await this.limits.registrationsPerAddress.exceeded(address);
    if (retryAfterMs !== null) return rateLimited(retryAfterMs);
    const input = registration.safeParse({ email, password, name });
    if (!input.success) return invalidInput(input.error);
    if (isCommon(password)) return validationError('password: is one of the most common', ['password']);
    const accountId = accountIdOf(email);
    const outcome = await this.#execute(
      {
        type: 'Register',
        data: {
          accountId,
          email: email.trim().toLowerCase(),
          name: input.data.name,
          passwordHash: await this.passwords.hash(password),
          roles: ['CUSTOMER'],
        },
      },
      accountId,
    );
    if (!outcome.ok) return validationError('email: is registered already', ['email']);
    return this.#startSession(accountId);
  }

  async login(email: string, password: string, address: string) {
    const accountId = accountIdOf(email);
    const attempts = `${accountId} ${address}`;
    const retryAfterMs =
      (await this.limits.signInsPerAddress.exceeded(address)) ??
      (await this.limits.failedSignInsPerAccount.exceeded(attempts));
    if (retryAfterMs !== null) return rateLimited(retryAfterMs);
    if (password.length > passwordLength.max) return invalidCredentials();
    const known = await this.#account(accountId);
    const hashed = known?.passwordHash ?? null;
    if (!(await this.passwords.verify(hashed, password)) || hashed === null) return invalidCredentials();
    await this.limits.failedSignInsPerAccount.forget(attempts);
    if (this.passwords.isOutdated(hashed)) {
      const passwordHash = await this.passwords.hash(password);
      await this.#execute({ type: 'ChangePassword', data: { accountId, passwordHash } }, accountId);
    }
    return this.#startSession(accountId);
  }

  /** Exchanges a refresh token, once; when it comes back a second time, its session ends. */
  async refresh(refreshToken: string, address: string) {
    const retryAfterMs = await this.limits.signInsPerAddress.exceeded(address);
    if (retryAfterMs !== null) return rateLimited(retryAfterMs);
    const [sessionId = '', secret] = refreshToken.split('.');
    if (!isIdentifier(sessionId) || secret === undefined) return invalidCredentials();
    const next = this.#newRefreshToken(sessionId);
    const outcome = await this.#execute(
      {
        type: 'RefreshSession',
        data: {
          sessionId,
          presentedDigest: tokenDigestOf(refreshToken),
          tokenDigest: tokenDigestOf(next.token),
          expiresAt: next.expiresAt,
          at: this.#time(0),
        },
      },
      sessionId,
    );
    const state = await this.#session(sessionId);
    if (!outcome.ok || state.status !== 'ACTIVE') return invalidCredentials();
    return this.#answer(state.accountId, sessionId, next.token);
  }

  async logout(viewer: Viewer): Promise<void> {
    const { sessionId, id } = viewer;
    await this.#execute({ type: 'RevokeSession', data: { sessionId, reason: 'logged-out' } }, id);
  }

  async updateProfile(viewer: Viewer, given: { readonly name?: unknown; readonly preferences?: unknown }) {
    const input = profile.safeParse({
      name: given.name ?? undefined,
      preferences: given.preferences ?? undefined,
    });
    if (!input.success) return invalidInput(input.error);
    const { name, preferences: changed } = input.data;
    const data = {
      accountId: viewer.id,
      ...(name !== undefined && { name }),
      ...(changed !== undefined && { preferences: changed }),
    };
    await this.#execute({ type: 'ChangeProfile', data }, viewer.id);
    const known = await this.user(viewer.id);
    invariant(known !== null, 'a viewer has an account');
    return known;
  }

  /** Who `Bearer <token>` is, or null. */
  async authenticate(authorization: unknown): Promise<Viewer | null> {
    if (typeof authorization !== 'string' || !/^Bearer \S+$/i.test(authorization)) return null;
    const claims = await this.tokens.verify(authorization.slice('Bearer '.length));
    if (claims === null) return null;
    const state = await this.#session(claims.sessionId);
    if (state.status !== 'ACTIVE' || state.accountId !== claims.accountId) return null;
    const user = await this.user(claims.accountId);
    return user === null ? null : { ...user, sessionId: claims.sessionId };
  }

  async user(accountId: string): Promise<User | null> {
    const known = await this.#account(accountId);
    if (known === null) return null;
    const { email, name, roles, preferences: chosen } = known;
    return { __typename: 'User', id: accountId, email, name, roles, preferences: chosen };
  }

  /** Counts a mutation of this user; null when it is within the limit, or how long to wait in ms. */
  mutationExceeds(viewer: Viewer): Promise<number | null> {
    return this.limits.mutationsPerUser.exceeded(viewer.id);
  }

  /**
   * Sees to it that someone whom the settings name can sign in with this password and has these roles. Answers the
   * account's id.
   */
  async ensure(person: NewPerson): Promise<string> {
    const { email, password, name, roles } = person;
    const accountId = accountIdOf(email);
    const execute = async (command: AccountCommand): Promise<void> => {
      const outcome = await this.#execute(command, 'system');
      invariant(outcome.ok, `${command.type} is accepted for ${email}`);
    };
    const known = await this.#account(accountId);
    if (known === null) {
      const passwordHash = await this.passwords.hash(password);
      const data = { accountId, email: email.trim().toLowerCase(), name, passwordHash, roles };
      const outcome = await this.#execute({ type: 'Register', data }, 'system');
      // Another process that starts with the same settings may have been faster.
      return outcome.ok ? accountId : this.ensure(person);
    }
    // Before the roles: whoever took this e-mail first must not get them with a password of their own.
    if (!(await this.passwords.verify(known.passwordHash, password))) {
      const passwordHash = await this.passwords.hash(password);
      await execute({ type: 'ChangePassword', data: { accountId, passwordHash } });
    }
    await execute({ type: 'ChangeRoles', data: { accountId, roles } });
    return accountId;
  }

  async #startSession(accountId: string) {
    const sessionId = this.dependencies.environment.ids.next();
    const { token, expiresAt } = this.#newRefreshToken(sessionId);
    const tokenDigest = tokenDigestOf(token);
    const data = { sessionId, accountId, tokenDigest, expiresAt };
    const outcome = await this.#execute({ type: 'StartSession', data }, accountId);
    invariant(outcome.ok, 'a new session starts');
    return this.#answer(accountId, sessionId, token);
  }

  async #answer(accountId: string, sessionId: string, refreshToken: string) {
    const { token, expiresAt } = await this.tokens.sign(accountId, sessionId);
    return {
      __typename: 'Session' as const,
      accessToken: token,
      refreshToken,
      expiresAt,
      user: await this.user(accountId),
    };
  }

  /** The session's id comes first, so that the token is found without an index of tokens. */
  #newRefreshToken(sessionId: string): { readonly token: string; readonly expiresAt: string } {
    const secret = randomBytes(32).toString('base64url');
    return { token: `${sessionId}.${secret}`, expiresAt: this.#time(refreshTokenLifeMs) };
  }

  #time(afterMs: number): string {
    return new Date(this.dependencies.environment.clock.now() + afterMs).toISOString();
  }

  async #account(accountId: string): Promise<Extract<AccountState, { status: 'REGISTERED' }> | null> {
    const { state } = await this.dependencies.commands.load(account, accountStream(accountId));
    return state.status === 'REGISTERED' ? state : null;
  }

  async #session(sessionId: string) {
    const { state } = await this.dependencies.commands.load(session, sessionStream(sessionId));
    return state;
  }

  #execute(command: AccountCommand | SessionCommand, by: string) {
    const commandId = this.dependencies.environment.ids.next();
    const context: CommandContext = {
      commandId,
      correlationId: commandId,
      causationId: commandId,
      actor: by === 'system' ? by : `customer:${by}`,
    };
    return this.commandBus.execute(new AccountsCommand(command, context));
  }
}
