// A log with an administrator always keeps one.
import { describe, test } from '@jest/globals';
import { deciderSpecification } from '@holdfast/testing';
import type { AdminsEvent } from './account.events.js';
import { admins, type AdminsCommand } from './admins.js';

const { given } = deciderSpecification(admins);

const counted = (...accountIds: readonly string[]): AdminsEvent => ({
  type: 'AdminsCounted',
  data: { accountIds },
});
const added = (accountId: string): AdminsEvent => ({ type: 'AdminAdded', data: { accountId } });
const removed = (accountId: string): AdminsEvent => ({ type: 'AdminRemoved', data: { accountId } });
const count = (...accountIds: readonly string[]): AdminsCommand => ({
  type: 'CountAdmins',
  data: { accountIds },
});
const add = (accountId: string): AdminsCommand => ({ type: 'AddAdmin', data: { accountId } });
const remove = (accountId: string): AdminsCommand => ({ type: 'RemoveAdmin', data: { accountId } });

describe('the administrators', () => {
  test('are counted once', () => {
    given([])
      .when(count('ada', 'bob', 'ada'))
      .then([counted('ada', 'bob')]);
    given([counted('ada')])
      .when(count('bob'))
      .thenNothing();
  });

  test('when one is added › are one more, however often that is asked', () => {
    given([counted()])
      .when(add('ada'))
      .then([added('ada')]);
    given([counted(), added('ada')])
      .when(add('ada'))
      .thenNothing();
  });

  test('when one of two is removed › are one less', () => {
    given([counted('ada'), added('bob')])
      .when(remove('ada'))
      .then([removed('ada')]);
    given([counted('ada', 'bob'), removed('ada')])
      .when(remove('ada'))
      .thenNothing();
  });

  test('keep the last one', () => {
    given([counted('ada')])
      .when(remove('ada'))
      .thenRejected('LastAdmin');
    given([counted('ada', 'bob'), removed('ada')])
      .when(remove('bob'))
      .thenRejected('LastAdmin');
  });

  test('when one that is not in the list is removed › keep the last one too', () => {
    given([]).when(remove('ada')).thenRejected('LastAdmin');
    given([counted('bob')])
      .when(remove('ada'))
      .thenNothing();
  });
});
