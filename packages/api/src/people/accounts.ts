// Accounts on the write side: registering an address, finding an account by its id, and changing its password.
import { account, accountStream } from '@holdfast/accounts';
import { invariant } from '@holdfast/kernel';
import type { ApiDependencies } from '../dependencies.js';
import { normalisedEmail, type Emails } from './emails.js';
import type { Execute } from './execute.js';
import type { Registered } from './sessions.js';
import type { NewPerson } from './viewer.js';

export class Accounts {
  constructor(
    private readonly dependencies: Pick<ApiDependencies, 'commands' | 'environment'>,
    private readonly execute: Execute,
    private readonly emails: Emails,
  ) {}

  async find(accountId: string): Promise<Registered | null> {
    const { state } = await this.dependencies.commands.load(account, accountStream(accountId));
    return state.status === 'REGISTERED' ? state : null;
  }

  /** Returns the id of the new account; null when the address was registered meanwhile. */
  async register(
    { email, ...person }: Omit<NewPerson, 'password'> & { readonly passwordHash: string },
    { by, guest = null }: { readonly by?: 'system'; readonly guest?: string | null },
  ): Promise<string | null> {
    const accountId = await this.emails.claim(email, guest ?? this.dependencies.environment.ids.next());
    const data = { accountId, email: normalisedEmail(email), ...person };
    const outcome = await this.execute({ type: 'Register', data }, by ?? accountId);
    return outcome.ok ? accountId : null;
  }

  async replacePassword(accountId: string, passwordHash: string): Promise<void> {
    const data = { accountId, passwordHash };
    const outcome = await this.execute({ type: 'ChangePassword', data }, 'system');
    invariant(outcome.ok, 'a registered account takes a password');
  }

  /** Stores a new hash of the same password, unless the password was changed meanwhile. */
  async rehash(accountId: string, replaces: string, passwordHash: string): Promise<void> {
    await this.execute({ type: 'RehashPassword', data: { accountId, replaces, passwordHash } }, accountId);
  }
}
