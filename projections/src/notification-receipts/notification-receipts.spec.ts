// The data of a notification that is shown beside its text.
import { describe, test } from '@jest/globals';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { notificationReceipts } from './notification-receipts.js';

const { given } = projectionSpecification(notificationReceipts);
const of = { notification: 'o-1:4' };

describe('the receipts of a notification', () => {
  test('have the times at which it was read and mailed', () => {
    const record = recorder();
    given([
      record('notification-o-1', { type: 'NotificationMailed', data: { ...of, messageId: '<m>' } }),
      record('notification-o-1', { type: 'NotificationRead', data: { ...of, customerId: 'ann' } }),
    ]).then([
      {
        id: 'o-1:4',
        customerId: 'ann',
        mailedAt: '2026-01-01T00:00:00.000Z',
        readAt: '2026-01-01T00:00:01.000Z',
      },
    ]);
  });

  test('have the reason when it will never be mailed', () => {
    const failed = { type: 'NotificationMailFailed', data: { ...of, reason: '550 no such user' } };
    given([recorder()('notification-o-1', failed)]).then([{ id: 'o-1:4', mailFailure: '550 no such user' }]);
  });
});
