// The record of a gateway's webhook in the log: one stream per event of the gateway.
import type { DomainEvent } from '@holdfast/kernel';
import type { PaymentId } from './payment-stream.js';

/** the gateway signed it; `payment` is null for a payment that is not ours */
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
