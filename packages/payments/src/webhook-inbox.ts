// The inbox of webhooks: each event of the gateway is recorded once, also when it is delivered several times.
import { accepted, streamName, type Aggregate, type DomainCommand } from '@holdfast/kernel';
import type { WebhookEvent, WebhookReceived } from './webhook.events.js';

/** `id` is the gateway's id of the event, and has to be an identifier. */
export type ReceiveWebhook = DomainCommand<
  'ReceiveWebhook',
  WebhookReceived['data'] & { readonly id: string }
>;

type InboxState = { readonly isReceived: boolean };

export const webhookCategory = 'webhook';
export const webhookStream = (id: string): string => streamName(webhookCategory, id);

export const webhookInbox: Aggregate<ReceiveWebhook, WebhookEvent, InboxState, never> = {
  category: webhookCategory,
  commandTypes: ['ReceiveWebhook'],
  stream: ({ data }) => webhookStream(data.id),
  isSettled: ({ isReceived }) => isReceived,
  initialState: { isReceived: false },
  evolve: () => ({ isReceived: true }),
  decide({ data: { gateway, type, transactionId, payment } }, { isReceived }) {
    const received: WebhookReceived = {
      type: 'WebhookReceived',
      data: { gateway, type, transactionId, payment },
    };
    return accepted(isReceived ? [] : [received]);
  },
};
