// The administrators of a log, in one stream, so that two of them can't remove each other at the same moment and leave none.
// The roles of an account are in its own stream; this list only shows whether another administrator is left.
import { accepted, assertNever, rejected, type Aggregate, type DomainCommand } from '@holdfast/kernel';
import type { AdminsEvent } from './account.events.js';

export const adminsCategory = 'admins';
export const adminsStream = `${adminsCategory}-all`;

type ForAdmin<Type extends string> = DomainCommand<Type, { readonly accountId: string }>;

/** Does nothing when the list exists. */
export type CountAdmins = DomainCommand<'CountAdmins', { readonly accountIds: readonly string[] }>;
/** Appended after the account has the role: a crash in between leaves a list that is too short, which is safe. */
export type AddAdmin = ForAdmin<'AddAdmin'>;
/** Appended before the account loses the role, for the same reason. */
export type RemoveAdmin = ForAdmin<'RemoveAdmin'>;

export type AdminsCommand = CountAdmins | AddAdmin | RemoveAdmin;

/** null: the list does not exist yet */
export type AdminsState = ReadonlySet<string> | null;

export type AdminsRejection = { readonly code: 'LastAdmin' };

const without = (state: AdminsState, accountId: string): ReadonlySet<string> =>
  new Set([...(state ?? [])].filter((id) => id !== accountId));

export const admins: Aggregate<AdminsCommand, AdminsEvent, AdminsState, AdminsRejection> = {
  category: adminsCategory,
  commandTypes: ['CountAdmins', 'AddAdmin', 'RemoveAdmin'],
  stream: () => adminsStream,
  initialState: null,
  evolve: (state, event) => {
    switch (event.type) {
      case 'AdminsCounted':
        return new Set(event.data.accountIds);
      case 'AdminAdded':
        return new Set([...(state ?? []), event.data.accountId]);
      case 'AdminRemoved':
        return without(state, event.data.accountId);
      default:
        return assertNever(event);
    }
  },
  decide: (command, state) => {
    switch (command.type) {
      case 'CountAdmins': {
        const accountIds = [...new Set(command.data.accountIds)];
        return accepted(state === null ? [{ type: 'AdminsCounted', data: { accountIds } }] : []);
      }
      case 'AddAdmin': {
        const { accountId } = command.data;
        return accepted(state?.has(accountId) === true ? [] : [{ type: 'AdminAdded', data: { accountId } }]);
      }
      case 'RemoveAdmin': {
        const { accountId } = command.data;
        if (without(state, accountId).size === 0) return rejected({ code: 'LastAdmin' });
        return accepted(
          state?.has(accountId) === true ? [{ type: 'AdminRemoved', data: { accountId } }] : [],
        );
      }
      default:
        return assertNever(command);
    }
  },
};
