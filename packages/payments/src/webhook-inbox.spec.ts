// The inbox keeps each event of the gateway once.
import { expect, test } from '@jest/globals';
import { OrderId } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import { webhookInbox, type ReceiveWebhook, type WebhookEvent } from './index.js';

const { given } = deciderSpecification(webhookInbox);
const data = {
  gateway: 'stripe',
  type: 'payment_intent.succeeded',
  transactionId: 'pi_1',
  payment: { orderId: OrderId('o-1'), attempt: 1 },
};
const receive: ReceiveWebhook = { type: 'ReceiveWebhook', data: { ...data, id: 'evt_1' } };
const received: WebhookEvent = { type: 'WebhookReceived', data };

test('row 7: a webhook that is delivered again is received once', () => {
  given([]).when(receive).then([received]);
  given([received]).when(receive).thenNothing();
});

test('each event of the gateway has a stream of its own', () => {
  expect(webhookInbox.stream(receive)).toBe('webhook-evt_1');
});
