// The commands that the stream of an e-mail address accepts, and those of the stream of the key.
import { describe, test } from '@jest/globals';
import { deciderSpecification } from '@holdfast/testing';
import type { EmailClaimed, EmailKeyChosen } from './account.events.js';
import { emailKey, type ChooseEmailKey } from './email-key.js';
import { email, type ClaimEmail } from './email.js';

describe('an e-mail address', () => {
  const { given } = deciderSpecification(email);
  const claim = (accountId: string): ClaimEmail => ({
    type: 'ClaimEmail',
    data: { digest: 'd1', accountId },
  });
  const claimed: EmailClaimed = { type: 'EmailClaimed', data: { accountId: 'a1' } };

  test('that is free is claimed for an account id', () => {
    given([]).when(claim('a1')).then([claimed]);
  });

  test('keeps the account id that it was claimed for first', () => {
    given([claimed]).when(claim('a2')).thenNothing();
  });
});

describe('the key of the addresses', () => {
  const { given } = deciderSpecification(emailKey);
  const choose = (fingerprint: string, instead: string | null): ChooseEmailKey => ({
    type: 'ChooseEmailKey',
    data: { fingerprint, instead },
  });
  const chosen = (fingerprint: string): EmailKeyChosen => ({
    type: 'EmailKeyChosen',
    data: { fingerprint },
  });

  test('is the first that is chosen', () => {
    given([])
      .when(choose('k1', null))
      .then([chosen('k1')]);
  });

  test('does nothing when it is chosen again', () => {
    given([chosen('k1')])
      .when(choose('k1', null))
      .thenNothing();
  });

  test('is not replaced by a program that has not seen it', () => {
    given([chosen('k1')])
      .when(choose('k2', null))
      .thenRejected('AnotherEmailKey');
  });

  test('is replaced by a program that has', () => {
    given([chosen('k1')])
      .when(choose('k2', 'k1'))
      .then([chosen('k2')]);
  });
});
