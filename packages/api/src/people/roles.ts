// Gives and takes roles so that a log with an administrator always has one.
import {
  accountCategory,
  admins,
  adminsStream,
  type AccountRegistered,
  type Role,
  type RolesChanged,
} from '@holdfast/accounts';
import type { EventStore } from '@holdfast/event-store';
import { invariant, streamId, type Position } from '@holdfast/kernel';
import type { CommandHandler } from '@holdfast/runtime';
import type { Execute } from './execute.js';

export type RolesOptions = {
  readonly commands: CommandHandler;
  readonly store: EventStore;
  readonly execute: Execute;
};

export type RoleChange = {
  readonly accountId: string;
  readonly roles: readonly Role[];
  readonly reason?: string;
};

const pageOfEvents = 500;

export class Roles {
  constructor(private readonly options: RolesOptions) {}

  /**
   * Changes the roles of a registered account that has `before`. Returns the log position of the change; null when no
   * account would be ADMIN any more.
   */
  async change(before: readonly Role[], change: RoleChange, by: string): Promise<Position | null> {
    const { execute } = this.options;
    const { accountId, roles } = change;
    const [had, gets] = [before.includes('ADMIN'), roles.includes('ADMIN')];
    if (had || gets) await this.#count();
    if (had && !gets) {
      const removed = await execute({ type: 'RemoveAdmin', data: { accountId } }, 'system');
      if (!removed.ok) return null;
    }
    const outcome = await execute({ type: 'ChangeRoles', data: change }, by);
    invariant(outcome.ok, 'an account takes roles');
    if (gets) await this.noteAdmin(accountId);
    return outcome.position;
  }

  /** Records an account that has the role ADMIN already in the list of administrators. */
  async noteAdmin(accountId: string): Promise<void> {
    await this.#count();
    await this.options.execute({ type: 'AddAdmin', data: { accountId } }, 'system');
  }

  /** Makes the list of administrators, once for each log: earlier versions kept none. */
  async #count(): Promise<void> {
    const { commands, execute } = this.options;
    const { state } = await commands.load(admins, adminsStream);
    if (state !== null) return;
    const accountIds = await this.#found();
    await execute({ type: 'CountAdmins', data: { accountIds } }, 'system');
  }

  async #found(): Promise<readonly string[]> {
    const found = new Set<string>();
    const filter = { streamPrefixes: [`${accountCategory}-`] };
    for (let after: Position | undefined; ;) {
      const page = await this.options.store.readAll({
        filter,
        limit: pageOfEvents,
        ...(after !== undefined && { after }),
      });
      for (const { type, stream, data } of page) {
        if (type !== 'AccountRegistered' && type !== 'RolesChanged') continue;
        const { roles } = data as (AccountRegistered | RolesChanged)['data'];
        if (roles.includes('ADMIN')) found.add(streamId(stream));
        else found.delete(streamId(stream));
      }
      if (page.length < pageOfEvents) return [...found];
      after = page.at(-1)?.position;
    }
  }
}
