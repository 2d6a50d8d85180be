// The accounts that staff can list.
import { describe, test } from '@jest/globals';
import type { AccountEvent } from '@holdfast/accounts';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { accounts, type Account } from './accounts.js';

const { given } = projectionSpecification(accounts);

const log = (...events: readonly AccountEvent[]) => {
  const record = recorder();
  return events.map((event) => record('account-a1', event));
};
const registered: AccountEvent = {
  type: 'AccountRegistered',
  data: { email: 'ann@example.org', name: 'Ann', passwordHash: '$argon2id$secret', roles: ['CUSTOMER'] },
};
const ann: Account = {
  id: 'a1',
  email: 'ann@example.org',
  name: 'Ann',
  roles: ['CUSTOMER'],
  preferences: {},
  registeredAt: '2026-01-01T00:00:00.000Z',
};

describe('accounts', () => {
  test('a registered account is listed without its password', () => {
    given(log(registered)).then([ann]);
  });

  test('a changed profile keeps the fields that it does not mention', () => {
    given(log(registered, { type: 'ProfileChanged', data: { name: 'Ann B.' } })).then([
      { ...ann, name: 'Ann B.' },
    ]);
    given(log(registered, { type: 'ProfileChanged', data: { preferences: { theme: 'dark' } } })).then([
      { ...ann, preferences: { theme: 'dark' } },
    ]);
  });

  test('changed roles are the roles', () => {
    given(log(registered, { type: 'RolesChanged', data: { roles: ['SUPPORT'] } })).then([
      { ...ann, roles: ['SUPPORT'] },
    ]);
  });

  test('a changed password changes nothing', () => {
    given(log(registered, { type: 'PasswordChanged', data: { passwordHash: '$argon2id$other' } })).then([
      ann,
    ]);
  });
});
