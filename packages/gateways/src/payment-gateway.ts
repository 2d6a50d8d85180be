// The port to a card gateway. Amounts are minor units by ISO 4217; an adapter converts them to the units of its gateway.
import type { Money } from '@holdfast/kernel';
import {
  paymentReference,
  type GatewayOperation,
  type GatewayReport,
  type PaymentId,
} from '@holdfast/payments';

type Of<Status extends GatewayReport['status']> = Extract<GatewayReport, { readonly status: Status }>;

/** The outcome of an operation. All but the last are final: the same operation again has the same outcome. */
export type GatewayOutcome =
  | { readonly kind: 'approved'; readonly report: GatewayReport }
  /** the gateway refused; `report` is what it has of the payment, where it has one */
  | { readonly kind: 'declined'; readonly code: string; readonly report: GatewayReport | null }
  /** to be known later: the customer has to pay on a page, or the gateway is processing */
  | { readonly kind: 'pending'; readonly report: Of<'pending'> }
  /** the outcome is unknown: it may have taken effect */
  | { readonly kind: 'unavailable'; readonly reason: string };

export type LookedUp =
  | { readonly kind: 'found'; readonly report: GatewayReport }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** A payment in the gateway's books. */
export type BookedAtGateway = {
  /** null: the payment is not one of ours */
  readonly payment: PaymentId | null;
  readonly transactionId: string;
  readonly captured: Money;
  readonly refunded: Money;
};

/** `next`: the argument for the next page; null after the last page. */
export type ListedPayments =
  | { readonly kind: 'page'; readonly payments: readonly BookedAtGateway[]; readonly next: string | null }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** A webhook reports a change of a payment. The change itself is looked up. */
export type WebhookNotice = {
  /** the gateway's id of the event; a repeated delivery has the same id */
  readonly id: string;
  readonly type: string;
  readonly transactionId: string;
  /** null: the payment is not one of ours */
  readonly payment: PaymentId | null;
};

export type ReadWebhook =
  | { readonly kind: 'notice'; readonly notice: WebhookNotice }
  /** signed, and about nothing that concerns a payment */
  | { readonly kind: 'irrelevant' }
  | { readonly kind: 'refused'; readonly reason: string };

/** `transactionId` is null while the gateway's id of the payment is not known. */
type OnPayment = { readonly payment: PaymentId; readonly transactionId: string | null };

/** What a gateway says about the account of its key. */
export type Identified =
  | { readonly kind: 'known' }
  /** the key works, and may not read its account */
  | { readonly kind: 'unnamed'; readonly reason: string }
  /** the gateway does not know the key */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

/**
 * Every operation can be sent again: it carries a key of ours that never changes, and takes effect once. No promise
 * rejects because the gateway is unavailable.
 */
export type PaymentGateway = {
  /** The account is part of it as soon as it is known. */
  readonly name: string;
  /** Asks for the account of the key, in bounded time; absent where the name is complete from the start. */
  identify?(this: void): Promise<Identified>;
  /** Sets the amount aside. Without a card the customer pays on a page of the gateway, which sends them to `returnUrl`. */
  authorize(request: {
    readonly payment: PaymentId;
    readonly amount: Money;
    readonly card: string | null;
    readonly returnUrl: string | null;
  }): Promise<GatewayOutcome>;
  /** Takes the authorized amount or less; the rest is released. */
  capture(
    request: OnPayment & { readonly transactionId: string; readonly amount: Money },
  ): Promise<GatewayOutcome>;
  /**
   * Ends a payment that is not captured, also one that the gateway does not know yet: it can then no longer be
   * authorized.
   */
  void(request: OnPayment & { readonly amount: Money }): Promise<GatewayOutcome>;
  refund(
    request: OnPayment & {
      readonly transactionId: string;
      readonly refundId: string;
      readonly amount: Money;
    },
  ): Promise<GatewayOutcome>;
  lookUp(request: OnPayment): Promise<LookedUp>;
  /** All payments of the gateway, one page at a time; `after` is null for the first page. */
  list(after: string | null): Promise<ListedPayments>;
  /** `body` is the received body, byte for byte. */
  readWebhook(
    body: Uint8Array,
    headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  ): ReadWebhook;
};

/** The key of an operation: order, attempt, operation, and for a refund the id of its request. */
export const idempotencyKey = (payment: PaymentId, operation: GatewayOperation): string =>
  [
    paymentReference(payment),
    operation.kind,
    ...(operation.kind === 'refund' ? [operation.refundId] : []),
  ].join('.');
