// Registration, sign-in and sessions. Accounts and sessions are read from the write side, so that a log-out or a change of
// roles applies from the next request on.
import { hasPasswordLength, isTooLong, passwordLength, type Role } from '@holdfast/accounts';
import { invariant, isIdentifier } from '@holdfast/kernel';
import type { CommandBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { staffActor } from '../commands/command-context.js';
import type { ApiDependencies } from '../dependencies.js';
import {
  badInput,
  graphQLError,
  invalidCredentials,
  invalidInput,
  notFound,
  rateLimited,
  validationError,
} from '../graphql/errors.js';
import { text } from '../graphql/inputs.js';
import { createAccessTokens } from './access-tokens.js';
import { Accounts } from './accounts.js';
import { Guests, guestSession } from './guests.js';
import { Emails, normalisedEmail } from './emails.js';
import { executeOn, type Execute } from './execute.js';
import { derivedKey } from './keys.js';
import { KnownPeople } from './known-people.js';
import { createPasswords, HashingBusy, isCommon, type Passwords } from './passwords.js';
import { profileInput } from './profile.js';
import { createRateLimits, type RateLimits } from './rate-limits.js';
import { Roles } from './roles.js';
import { Sessions, type Tokens } from './sessions.js';
import { noAccount, shown, type User, type Viewer } from './viewer.js';

const { min, max } = passwordLength;
const newPassword = z
  .string()
  .refine(hasPasswordLength, `has to be ${min} to ${max} characters long`)
  .refine((password) => !isCommon(password), 'is one of the most common');
const registration = z.object({
  email: z.email().max(254),
  name: z.string().trim().min(1).max(100),
  password: newPassword,
});
const passwordChange = z.object({ newPassword });
const roleChange = z.object({ roles: z.array(z.string()).min(1), reason: text(500) });

export class People {
  private constructor(
    private readonly execute: Execute,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly emails: Emails,
    private readonly sessions: Sessions,
    private readonly roles: Roles,
    readonly guests: Guests,
    private readonly limits: RateLimits,
    readonly known: KnownPeople,
  ) {}

  static async open(dependencies: ApiDependencies, commandBus: CommandBus): Promise<People> {
    const { commands, settings, store } = dependencies;
    const { clock, ids } = dependencies.environment;
    const execute = executeOn(commandBus, ids);
    const secret = settings.emailKey ?? settings.jwtSecret;
    const shared = settings.sharesLog ?? false;
    const emails = new Emails({ commands, store, execute, secret, shared });
    const secrets = [settings.jwtSecret, ...(settings.previousJwtSecrets ?? [])] as const;
    const tokens = await createAccessTokens(secrets, clock);
    const key = derivedKey(settings.jwtSecret, 'refresh tokens');
    const sessions = new Sessions({ commands, execute, tokens, key, ...dependencies.environment });
    const limits = createRateLimits(settings.limits);
    const roles = new Roles({ commands, store, execute });
    const guests = new Guests({ execute, sessions, limits, ids });
    const passwords = await createPasswords();
    const accounts = new Accounts(dependencies, execute, emails);
    const known = new KnownPeople(accounts, emails, passwords, roles, dependencies.logger);
    return new People(execute, accounts, passwords, emails, sessions, roles, guests, limits, known);
  }

  /** Call this once commands are accepted, before any other function. @throws AnotherEmailKey */
  start(): Promise<void> {
    return this.emails.settleKey();
  }

  /** A guest who registers keeps the orders of this guest session only: the address of other guest orders is unproven. */
  register(email: string, password: string, name: string, address: string, viewer: Viewer | null = null) {
    return unlessBusy(async () => {
      const retryAfterMs = await this.limits.registrationsPerAddress.exceeded(address);
      if (retryAfterMs !== null) return rateLimited(retryAfterMs);
      const input = registration.safeParse({ email, password, name });
      if (!input.success) return invalidInput(input.error);
      const taken = validationError('email: is registered already', ['email']);
      const claimed = await this.emails.find(email);
      if (claimed !== null && (await this.accounts.find(claimed)) !== null) return taken;
      const passwordHash = await this.passwords.hash(password);
      const accountId = await this.accounts.register(
        { email, passwordHash, name: input.data.name, roles: ['CUSTOMER'] },
        { guest: viewer?.isGuest === true ? viewer.id : null },
      );
      if (accountId === null) return taken;
      const generation = (await this.accounts.find(accountId))?.generation ?? 0;
      return this.#answer(await this.sessions.start(accountId, generation));
    });
  }

  async login(email: string, password: string, address: string) {
    const accountId = await this.emails.find(email);
    const attempts = `${accountId ?? normalisedEmail(email)} ${address}`;
    return unlessBusy(
      async () => {
        const retryAfterMs =
          (await this.limits.signInsPerAddress.exceeded(address)) ??
          (await this.limits.failedSignInsPerAccount.exceeded(attempts));
        if (retryAfterMs !== null) return rateLimited(retryAfterMs);
        if (isTooLong(password)) return invalidCredentials();
        const known = accountId === null ? null : await this.accounts.find(accountId);
        const verified = await this.passwords.verify(known?.passwordHash ?? null, password);
        if (verified === 'wrong' || accountId === null || known === null) return invalidCredentials();
        await this.limits.failedSignInsPerAccount.forget(attempts);
        if (verified === 'outdated')
          await this.accounts.rehash(accountId, known.passwordHash, await this.passwords.hash(password));
        return this.#answer(await this.sessions.start(accountId, known.generation));
      },
      () => this.limits.failedSignInsPerAccount.forgive(attempts),
    );
  }

  /** Exchanges a refresh token for the next one. A token that is presented again later ends its session. */
  async refresh(refreshToken: string, address: string) {
    const retryAfterMs = await this.limits.signInsPerAddress.exceeded(address);
    if (retryAfterMs !== null) return rateLimited(retryAfterMs);
    const tokens = await this.sessions.refresh(refreshToken);
    if (tokens === null) return invalidCredentials();
    return (await this.user(tokens.accountId)) === null ? guestSession(tokens) : this.#answer(tokens);
  }

  async logout({ sessionId, id }: Viewer): Promise<void> {
    await this.sessions.end(sessionId, id);
  }

  /** Ends every session of the caller, this one too, and starts a new one. */
  changePassword(viewer: Viewer, present: string, next: string, address: string) {
    const attempts = `${viewer.id} ${address}`;
    return unlessBusy(
      async () => {
        const retryAfterMs = await this.limits.failedSignInsPerAccount.exceeded(attempts);
        if (retryAfterMs !== null) return rateLimited(retryAfterMs);
        const input = passwordChange.safeParse({ newPassword: next });
        if (!input.success) return invalidInput(input.error);
        if (isTooLong(present)) return invalidCredentials();
        const known = await this.accounts.find(viewer.id);
        const verified = await this.passwords.verify(known?.passwordHash ?? null, present);
        if (verified === 'wrong') return invalidCredentials();
        await this.limits.failedSignInsPerAccount.forget(attempts);
        const data = { accountId: viewer.id, passwordHash: await this.passwords.hash(next) };
        const outcome = await this.execute({ type: 'ChangePassword', data }, viewer.id);
        invariant(outcome.ok, 'a viewer has an account');
        const changed = await this.accounts.find(viewer.id);
        return this.#answer(await this.sessions.start(viewer.id, changed?.generation ?? 0));
      },
      () => this.limits.failedSignInsPerAccount.forgive(attempts),
    );
  }

  /**
   * Ends every session of that person, unless they have these roles already.
   * @throws GraphQLError LAST_ADMIN when no account would be ADMIN any more
   */
  async setRoles(by: Viewer, userId: string, roles: readonly Role[], reason: string) {
    const input = roleChange.safeParse({ roles, reason });
    if (!input.success) return invalidInput(input.error);
    const change = { accountId: userId, roles: [...new Set(roles)], reason: input.data.reason };
    const known = isIdentifier(userId) ? await this.user(userId) : null;
    if (known === null) return notFound('user');
    const position = await this.roles.change(known.roles, change, staffActor(by));
    if (position === null)
      throw graphQLError('LAST_ADMIN', 'the last administrator stays one: make another person ADMIN first');
    return { ...known, roles: change.roles, position };
  }

  /**
   * Returns the account of this id or address, after recording that `by` looked at it. Null when there is no such account.
   * @throws GraphQLError BAD_USER_INPUT without a reason
   */
  async view(by: Viewer, customer: string, given: string) {
    const reason = text(500).safeParse(given);
    if (!reason.success) throw badInput('reason: 1 to 500 characters');
    const accountId = customer.includes('@') ? await this.emails.find(customer) : customer;
    const known = accountId !== null && isIdentifier(accountId) ? await this.user(accountId) : null;
    if (known === null) return null;
    const data = { accountId: known.id, reason: reason.data };
    const outcome = await this.execute({ type: 'ViewAccount', data }, staffActor(by));
    invariant(outcome.ok, 'a registered account can be viewed');
    return { customer: known, position: outcome.position };
  }

  async updateProfile(viewer: Viewer, given: { readonly name?: unknown; readonly preferences?: unknown }) {
    const input = profileInput.safeParse({
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
    await this.execute({ type: 'ChangeProfile', data }, viewer.id);
    const known = await this.user(viewer.id);
    invariant(known !== null, 'a viewer has an account');
    return known;
  }

  /** The viewer of `Bearer <token>`, or null. */
  async authenticate(authorization: unknown): Promise<Viewer | null> {
    if (typeof authorization !== 'string' || !/^Bearer \S+$/i.test(authorization)) return null;
    const found = await this.sessions.find(authorization.slice('Bearer '.length));
    if (found === null) return null;
    const { accountId, account: owner, sessionId } = found;
    return owner.status === 'GUEST'
      ? { ...shown(accountId, noAccount), sessionId, isGuest: true }
      : { ...shown(accountId, owner), sessionId };
  }

  async user(accountId: string): Promise<User | null> {
    const known = await this.accounts.find(accountId);
    return known === null ? null : shown(accountId, known);
  }

  /** Counts a mutation of this user. Returns null within the limit, or the ms to wait. */
  mutationExceeds(viewer: Viewer): Promise<number | null> {
    return this.limits.mutationsPerUser.exceeded(viewer.id);
  }

  async #answer({ accountId, ...tokens }: Tokens) {
    return { __typename: 'Session' as const, ...tokens, user: await this.user(accountId) };
  }
}

/** Returns the result, or RateLimitedError when too many passwords wait. `refused` takes back this attempt's counts. */
async function unlessBusy<T>(answer: () => Promise<T>, refused?: () => Promise<void>) {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof HashingBusy)) throw error;
    await refused?.();
    return rateLimited(error.retryAfterMs);
  }
}
