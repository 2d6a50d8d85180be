// The port of card payments for the API. Only the composition root knows the gateway behind it.
import type { Money } from '@holdfast/kernel';
import type { PaymentId } from '@holdfast/payments';
import type { WebhookDoor } from '../http/webhooks.js';
import { errorResult, validationError } from '../graphql/errors.js';

/** A page of the gateway's books. `next`: the argument for the next page; null after the last. */
export type GatewayBooks =
  | {
      readonly kind: 'page';
      readonly payments: readonly {
        /** null: the payment is not one of ours */
        readonly payment: PaymentId | null;
        readonly captured: Money;
        readonly refunded: Money;
      }[];
      readonly next: string | null;
    }
  | { readonly kind: 'unavailable'; readonly reason: string };

export type Cards = {
  readonly receiveWebhook: WebhookDoor;
  /** Looks a payment up at the gateway and records its state. Rejects while the gateway is unavailable. */
  lookAgain(
    this: void,
    payment: PaymentId,
    request: { readonly id: string; readonly actor: string },
  ): Promise<void>;
  /** The books of every gateway that is configured. */
  books(this: void, after: string | null): Promise<GatewayBooks>;
  /** The names of the gateways that are configured, as payments record them. */
  readonly gateways: readonly string[];
};

const messages: Readonly<Record<string, string>> = {
  insufficient_funds: 'the card has too little money',
  expired_card: 'the card has expired',
  expired: 'the time to pay is over',
  timeout: 'the card was not charged in time',
  gateway_unavailable: 'cards can not be charged at the moment',
};

export const declineMessage = (code: string): string => messages[code] ?? 'the card was declined';

/** The refusal of a card where cards are not accepted. `field` is the part of the input that names the card. */
export const cardsNotTaken = (field: string) =>
  validationError(`${field}: cards are not taken here`, [field]);

/** The card of a deposit was not charged. */
export const cardDeclined = (declineCode: string, retryable = false) => ({
  ...errorResult('CardDeclinedError', 'CARD_DECLINED', declineMessage(declineCode), retryable),
  declineCode,
});
