// What a gateway's webhook leaves in the log: one stream per event of the gateway.
import type { DomainEvent } from '@holdfast/kernel';
import type { PaymentId } from './payment-stream.js';

/** signed by the gateway; `payment` is null for a payment that is not one of ours */
export type WebhookReceived = DomainEvent<
  'WebhookReceived',
  {
    readonly gateway: string;
    readonly type: string;
    readonly transactionId: string;
    readonly payment: PaymentId | null;
  }
>;

export type WebhookEvent = WebhookReceived;
