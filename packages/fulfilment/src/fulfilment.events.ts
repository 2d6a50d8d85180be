// The decisions of the fulfilment of an order. Its state and its remaining work are derived from these alone.
import type { DomainEvent, OrderId, Position } from '@holdfast/kernel';
import type { OrderReturned, OrderShipped, Refunding, StockKeeper } from '@holdfast/ordering';
import type { Parcel } from '@holdfast/shipping';

/** Names of the steps of a fulfilment; `fulfilment-steps.ts` builds and parses them. */
export type FulfilmentStep =
  | 'create-shipment'
  | 'record-packed'
  | 'assign-tracking'
  | `commit:${string}`
  | 'mark-in-transit'
  | 'mark-delivered'
  | 'cancel-shipment'
  | `restock:${string}:${string}`
  | `refund:${string}`
  | `record-refund:${string}`
  | `refuse-refund:${string}`;

/** The order is confirmed: the warehouse gets the order. */
export type FulfilmentStarted = DomainEvent<
  'FulfilmentStarted',
  {
    readonly orderId: OrderId;
    readonly definitionVersion: number;
    /** absent: `OWN` */
    readonly stockKeeper?: StockKeeper;
  }
>;
export type ParcelPacked = DomainEvent<'ParcelPacked', Parcel>;
export type LabelReceived = DomainEvent<'LabelReceived', { readonly trackingNumber: string }>;
/** The carrier has the parcel: its stock is committed. */
export type ParcelHandedOver = DomainEvent<'ParcelHandedOver', Pick<OrderShipped['data'], 'stock'>>;
/** The carrier scanned the parcel for the first time, possibly before the hand-over is recorded. */
export type ParcelMoved = DomainEvent<'ParcelMoved', Record<string, never>>;
export type ParcelArrived = DomainEvent<'ParcelArrived', Record<string, never>>;
/** The order has ended before its parcel was handed over. */
export type FulfilmentCancelled = DomainEvent<'FulfilmentCancelled', Record<string, never>>;
/** The parcel is delivered, and all stock is committed. */
export type FulfilmentCompleted = DomainEvent<'FulfilmentCompleted', Record<string, never>>;

/** Goods came back: they go to stock, and their money to the customer. */
export type ReturnStarted = DomainEvent<
  'ReturnStarted',
  Pick<OrderReturned['data'], 'returnId' | 'stock' | 'refund'>
>;
export type RefundStarted = DomainEvent<'RefundStarted', Refunding>;
/** The payment gave the money back. */
export type RefundConfirmed = DomainEvent<'RefundConfirmed', { readonly refundId: string }>;
export type RefundDenied = DomainEvent<'RefundDenied', { readonly refundId: string; readonly code: string }>;

/** The effect of the step has happened. */
export type FulfilmentStepDone = DomainEvent<'FulfilmentStepDone', { readonly step: FulfilmentStep }>;
/** A command could not be carried out, or was rejected; it is sent again at `retryAt` (ISO 8601). */
export type FulfilmentAttemptFailed = DomainEvent<
  'FulfilmentAttemptFailed',
  {
    readonly step: FulfilmentStep;
    readonly attempt: number;
    readonly error: string;
    readonly retryAt: string;
  }
>;
/**
 * The outside keeper of the stock was asked to do the step by the event at `position`. Unless it has answered at `retryAt`
 * (ISO 8601), it is asked again.
 */
export type FulfilmentAnswerAwaited = DomainEvent<
  'FulfilmentAnswerAwaited',
  {
    readonly step: FulfilmentStep;
    readonly attempt: number;
    readonly retryAt: string;
    readonly position: Position;
  }
>;
/** A step has failed so often that a person should look. The step is still retried. */
export type FulfilmentStuck = DomainEvent<
  'FulfilmentStuck',
  { readonly step: FulfilmentStep; readonly attempts: number; readonly error: string }
>;

/** A person's request and its reason; `position` is that of the request. */
type ByPerson = {
  readonly step: FulfilmentStep;
  readonly actor: string;
  readonly reason: string;
  readonly position: Position;
};
/** A person has the step retried now, without its backoff. */
export type FulfilmentStepRetried = DomainEvent<'FulfilmentStepRetried', ByPerson>;
/** A person has done by hand what the step would have done. */
export type FulfilmentStepSettled = DomainEvent<'FulfilmentStepSettled', ByPerson>;

export type FulfilmentEvent =
  | FulfilmentStarted
  | ParcelPacked
  | LabelReceived
  | ParcelHandedOver
  | ParcelMoved
  | ParcelArrived
  | FulfilmentCancelled
  | FulfilmentCompleted
  | ReturnStarted
  | RefundStarted
  | RefundConfirmed
  | RefundDenied
  | FulfilmentStepDone
  | FulfilmentAttemptFailed
  | FulfilmentAnswerAwaited
  | FulfilmentStuck
  | FulfilmentStepRetried
  | FulfilmentStepSettled;
