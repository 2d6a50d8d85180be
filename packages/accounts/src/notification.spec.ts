// The facts about a notification that are stored beside the order's own events, each once.
import { describe, test } from '@jest/globals';
import { OrderId } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import type { NotificationEvent } from './notification.events.js';
import { notification, type NotificationCommand } from './notification.js';

const { given } = deciderSpecification(notification);

const orderId = OrderId('o-1');
const customerId = 'ann';
const [first, second] = ['o-1:1', 'o-1:4'];
const readAll = (...notifications: readonly string[]): NotificationCommand => ({
  type: 'ReadNotifications',
  data: { orderId, customerId, notifications },
});
const wasRead = (id: string): NotificationEvent => ({
  type: 'NotificationRead',
  data: { notification: id, customerId },
});
const mailed: NotificationEvent = {
  type: 'NotificationMailed',
  data: { notification: first, messageId: '<e-1@shop>' },
};
const mailFailed: NotificationEvent = {
  type: 'NotificationMailFailed',
  data: { notification: first, reason: '550 no such user' },
};
const recordMailed: NotificationCommand = {
  type: 'RecordMailed',
  data: { orderId, ...mailed.data, messageId: '<e-1@shop>' },
};
const recordMailFailed: NotificationCommand = {
  type: 'RecordMailFailed',
  data: { orderId, ...mailFailed.data, reason: '550 no such user' },
};

describe('notifications', () => {
  test('when they are read › each is read once', () => {
    given([])
      .when(readAll(first, second, first))
      .then([wasRead(first), wasRead(second)]);
    given([wasRead(first)])
      .when(readAll(first, second))
      .then([wasRead(second)]);
    given([wasRead(first)])
      .when(readAll(first))
      .thenNothing();
  });

  test('when an e-mail was taken or given up › the first outcome is kept', () => {
    given([]).when(recordMailed).then([mailed]);
    given([]).when(recordMailFailed).then([mailFailed]);
    for (const before of [mailed, mailFailed]) {
      given([before]).when(recordMailed).thenNothing();
      given([before]).when(recordMailFailed).thenNothing();
    }
  });
});
