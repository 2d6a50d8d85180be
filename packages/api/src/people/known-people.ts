// The people that the settings name, and those of the demo, whose passwords are public.
import { noPassword } from '@holdfast/accounts';
import type { ApiDependencies } from '../dependencies.js';
import type { Accounts } from './accounts.js';
import type { Emails } from './emails.js';
import type { Passwords } from './passwords.js';
import type { Roles } from './roles.js';
import type { NewPerson } from './viewer.js';

export class KnownPeople {
  constructor(
    private readonly accounts: Accounts,
    private readonly emails: Emails,
    private readonly passwords: Passwords,
    private readonly roles: Roles,
    private readonly logger: ApiDependencies['logger'],
  ) {}

  /**
   * Makes sure that a person whom the settings name can sign in with this password and has these roles. An account that
   * somebody else registered under the address is taken over: its password is replaced and its sessions end before it
   * gets the roles. Returns the account's id.
   */
  async ensure(person: NewPerson): Promise<string> {
    const { email, password, name, roles } = person;
    const accountId = await this.emails.find(email);
    const known = accountId === null ? null : await this.accounts.find(accountId);
    const { patient } = this.passwords;
    if (accountId === null || known === null) {
      const passwordHash = await patient.hash(password);
      // Another process that starts with the same settings may have been faster.
      const registered = await this.accounts.register({ email, passwordHash, name, roles }, { by: 'system' });
      if (registered === null) return this.ensure(person);
      if (roles.includes('ADMIN')) await this.roles.noteAdmin(registered);
      return registered;
    }
    if ((await patient.verify(known.passwordHash, password)) === 'wrong') {
      await this.accounts.replacePassword(accountId, await patient.hash(password));
      this.logger.warn(
        { accountId },
        'an account of the settings had another password: it has theirs now, and its sessions are ended',
      );
    }
    // Refused only while the last administrator of the log would lose that role: then the account keeps its roles.
    await this.roles.change(known.roles, { accountId, roles }, 'system');
    return accountId;
  }

  /** Ends the sign-in of a person with a publicly known password, as long as the person still has this password. */
  async disown({ email, password }: Pick<NewPerson, 'email' | 'password'>): Promise<void> {
    const accountId = await this.emails.find(email);
    const known = accountId === null ? null : await this.accounts.find(accountId);
    if (accountId === null || known === null || known.passwordHash === noPassword) return;
    if ((await this.passwords.patient.verify(known.passwordHash, password)) === 'wrong') return;
    await this.accounts.replacePassword(accountId, noPassword);
  }
}
