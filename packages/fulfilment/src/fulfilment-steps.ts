// The steps of a fulfilment: their names, the events that answer them, and their retry policies.
import type { AllocationCommand, AllocationEvent, StockCommand, StockEvent } from '@holdfast/inventory';
import { streamId, type RecordedEvent, type RetryPolicy, type Sku } from '@holdfast/kernel';
import type { OrderCommand, OrderEvent } from '@holdfast/ordering';
import type { PaymentCommand, PaymentEvent } from '@holdfast/payments';
import type { ShipmentCommand, ShipmentEvent, TrackingCommand, TrackingEvent } from '@holdfast/shipping';
import type { WalletCommand, WalletEvent } from '@holdfast/wallet';
import type { FulfilmentRequestEvent } from './fulfilment-requests.events.js';
import type { FulfilmentStep } from './fulfilment.events.js';

export type FulfilmentInput =
  | OrderEvent
  | StockEvent
  | AllocationEvent
  | WalletEvent
  | PaymentEvent
  | ShipmentEvent
  | TrackingEvent
  | FulfilmentRequestEvent;
export type FulfilmentCommand =
  | OrderCommand
  | StockCommand
  | AllocationCommand
  | WalletCommand
  | PaymentCommand
  | ShipmentCommand
  | TrackingCommand;

export const stepOf = {
  commit: (sku: Sku): FulfilmentStep => `commit:${sku}`,
  restock: (returnId: string, sku: Sku): FulfilmentStep => `restock:${returnId}:${sku}`,
  refund: (refundId: string): FulfilmentStep => `refund:${refundId}`,
  recordRefund: (refundId: string): FulfilmentStep => `record-refund:${refundId}`,
  refuseRefund: (refundId: string): FulfilmentStep => `refuse-refund:${refundId}`,
};

const refund = /^refund:(?<id>.+)$/;

/** The refund that a step asks the payment for; null for any other step. */
export const refundIdOf = (step: string): string | null => refund.exec(step)?.groups?.['id'] ?? null;

const names =
  /^(create-shipment|record-packed|assign-tracking|mark-in-transit|mark-delivered|cancel-shipment|commit:.+|restock:.+:.+|(record-|refuse-)?refund:.+)$/;

/** Whether a fulfilment may have a step of that name. */
export const isFulfilmentStep = (name: string): name is FulfilmentStep => names.test(name);

/** Whether a person can do the step outside the program: pay the money back another way, or count the goods back in. */
export const isByHand = (step: string): boolean => /^(refund|restock):/.test(step);

/** Every step of a confirmed order must happen in the end, so each is retried without limit. */
export const withoutEnd: RetryPolicy = { attempts: null, baseMs: 100, limitMs: 60_000 };

/** A rejected command may succeed after an event that has yet to arrive, so it is sent again. */
const rejected = { baseMs: 500, limitMs: 60_000 };

export const waitMs = (failures: number): number =>
  Math.min(rejected.limitMs, rejected.baseMs * 2 ** Math.min(failures, 30));

/** After this many failures of one step a person should look. */
export const stuckAfter = 6;

export type FulfilmentSettings = {
  /** how long an outside keeper of the stock may take for an answer; 60 s unless given */
  readonly stockAnswerMs?: number;
};

const defaultAnswerMs = 60_000;
const longestAnswerMs = 3_600_000;

/** How long to wait for the outside keeper of the stock after the n-th question, before the next one. */
export const answerMs = ({ stockAnswerMs = defaultAnswerMs }: FulfilmentSettings, attempt: number): number =>
  Math.min(Math.max(stockAnswerMs, longestAnswerMs), stockAnswerMs * 2 ** Math.min(attempt - 1, 10));

/** The step that an event completes; null for none. */
export function stepAnswered(event: RecordedEvent<FulfilmentInput>): FulfilmentStep | null {
  switch (event.type) {
    case 'ShipmentCreated':
      return 'create-shipment';
    case 'ShipmentPacked':
      return 'record-packed';
    case 'TrackingAssigned':
      return 'assign-tracking';
    case 'ShipmentCancelled':
      return 'cancel-shipment';
    case 'StockCommitted':
      return stepOf.commit(streamId(event.stream) as Sku);
    case 'StockReturned': {
      const { returnId } = event.data;
      return returnId === undefined ? null : stepOf.restock(returnId, streamId(event.stream) as Sku);
    }
    case 'AllocationCommitted':
      return stepOf.commit(event.data.sku);
    case 'AllocationReturned':
      return stepOf.restock(event.data.returnId, event.data.sku);
    case 'OrderInTransit':
      return 'mark-in-transit';
    case 'OrderDelivered':
      return 'mark-delivered';
    case 'OrderRefunded':
      return stepOf.recordRefund(event.data.refundId);
    case 'OrderRefundRefused':
      return stepOf.refuseRefund(event.data.refundId);
    default:
      return null;
  }
}
