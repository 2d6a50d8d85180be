// The commands that an account accepts and refuses.
import { describe, expect, test } from '@jest/globals';
import { fold } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import { account } from './account.js';
import type { AccountCommand } from './account.commands.js';
import type { AccountEvent } from './account.events.js';

const { given } = deciderSpecification(account);
const accountId = 'a1';
const ada = {
  email: 'ada@example.com',
  name: 'Ada',
  passwordHash: '$argon2id$1',
  roles: ['CUSTOMER'],
} as const;
const registered: AccountEvent = { type: 'AccountRegistered', data: ada };
const ended = (reason: 'password-changed' | 'roles-changed'): AccountEvent => ({
  type: 'SessionsEnded',
  data: { reason },
});
const changeRoles = (roles: readonly ('CUSTOMER' | 'SUPPORT')[]): AccountCommand => ({
  type: 'ChangeRoles',
  data: { accountId, roles },
});

describe('an account that is not registered', () => {
  test('can be registered', () => {
    given([])
      .when({ type: 'Register', data: { accountId, ...ada } })
      .then([registered]);
  });

  test('is refused without a role', () => {
    given([])
      .when({ type: 'Register', data: { accountId, ...ada, roles: [] } })
      .thenRejected('NoRoles');
  });

  test('has no profile, password or roles to change', () => {
    const profile: AccountCommand = { type: 'ChangeProfile', data: { accountId, name: 'Eve' } };
    const password: AccountCommand = { type: 'ChangePassword', data: { accountId, passwordHash: 'x' } };
    for (const command of [profile, password, changeRoles(['SUPPORT'])]) {
      given([]).when(command).thenRejected('AccountNotFound');
    }
  });
});

describe('a guest', () => {
  const guest: AccountEvent = { type: 'GuestAdmitted', data: {} };
  const admit: AccountCommand = { type: 'AdmitGuest', data: { accountId } };

  test('is admitted once, and refused under the id of an account', () => {
    given([]).when(admit).then([guest]);
    given([guest]).when(admit).thenNothing();
    given([registered]).when(admit).thenRejected('AlreadyRegistered');
  });

  test('can register', () => {
    given([guest])
      .when({ type: 'Register', data: { accountId, ...ada } })
      .then([registered]);
  });

  test('registering ends the sessions of before', () => {
    expect(fold(account, account.initialState, [guest, registered])).toMatchObject({ generation: 1 });
    expect(fold(account, account.initialState, [registered])).toMatchObject({ generation: 0 });
  });

  test('has no profile, password or roles to change', () => {
    const profile: AccountCommand = { type: 'ChangeProfile', data: { accountId, name: 'Eve' } };
    for (const command of [profile, changeRoles(['SUPPORT'])])
      given([guest]).when(command).thenRejected('AccountNotFound');
  });
});

describe('a registered account', () => {
  test('refuses a second registration', () => {
    given([registered])
      .when({ type: 'Register', data: { accountId, ...ada, name: 'Eve' } })
      .thenRejected('EmailTaken');
  });

  test('takes a new name and preferences', () => {
    given([registered])
      .when({ type: 'ChangeProfile', data: { accountId, name: 'Ada L.', preferences: { theme: 'dark' } } })
      .then([{ type: 'ProfileChanged', data: { name: 'Ada L.', preferences: { theme: 'dark' } } }]);
  });

  test('does nothing when it already has that name', () => {
    given([registered])
      .when({ type: 'ChangeProfile', data: { accountId, name: 'Ada' } })
      .thenNothing();
  });

  test('takes a new password, which ends its sessions', () => {
    given([registered])
      .when({ type: 'ChangePassword', data: { accountId, passwordHash: '$argon2id$2' } })
      .then([{ type: 'PasswordChanged', data: { passwordHash: '$argon2id$2' } }, ended('password-changed')]);
  });

  test('takes another hash of the same password, which ends no session', () => {
    given([registered])
      .when({
        type: 'RehashPassword',
        data: { accountId, replaces: ada.passwordHash, passwordHash: '$argon2id$2' },
      })
      .then([{ type: 'PasswordChanged', data: { passwordHash: '$argon2id$2' } }]);
  });

  test('keeps a password that was changed while the previous one was being hashed again', () => {
    given([registered, { type: 'PasswordChanged', data: { passwordHash: '$argon2id$new' } }])
      .when({
        type: 'RehashPassword',
        data: { accountId, replaces: ada.passwordHash, passwordHash: '$argon2id$2' },
      })
      .thenNothing();
  });

  test('takes new roles with a reason, which end its sessions', () => {
    given([registered])
      .when({
        type: 'ChangeRoles',
        data: { accountId, roles: ['CUSTOMER', 'SUPPORT'], reason: 'joined the team' },
      })
      .then([
        { type: 'RolesChanged', data: { roles: ['CUSTOMER', 'SUPPORT'], reason: 'joined the team' } },
        ended('roles-changed'),
      ]);
  });

  test('has each look of staff on record, with the reason, and stays as it is', () => {
    const viewed: AccountEvent = { type: 'AccountViewed', data: { reason: 'asks about the parcel' } };
    given([registered, viewed])
      .when({ type: 'ViewAccount', data: { accountId, reason: 'asks about the parcel' } })
      .then([viewed]);
  });

  test('does nothing when it already has those roles', () => {
    given([registered])
      .when(changeRoles(['CUSTOMER']))
      .thenNothing();
  });

  test('cannot lose every role', () => {
    given([registered]).when(changeRoles([])).thenRejected('NoRoles');
  });
});
