// What persons, the warehouse and the carrier did after the fork, read from the events that came of it: a fork repeats it at
// the same time, so that only the one change makes the difference.
import {
  streamCategory,
  streamId,
  type DomainCommand,
  type OrderId,
  type RecordedEvent,
} from '@holdfast/kernel';
import type { OrderEvent } from '@holdfast/ordering';
import type { ShipmentEvent } from '@holdfast/shipping';
import type { FromOutside } from './fork.js';

/** `past` and `later`: the order's events before and after the fork. */
export function doneLater(
  past: readonly RecordedEvent[],
  later: readonly RecordedEvent[],
  byMs: number,
): readonly FromOutside[] {
  const all = [...past, ...later];
  return later.flatMap((event) => {
    const command = commandBehind(event, all);
    if (command === null) return [];
    const { at, actor } = event.metadata;
    return [{ atMs: Date.parse(at) + byMs, command, actor }];
  });
}

const isOfPerson = ({ metadata: { actor } }: RecordedEvent): boolean => /^(customer|staff):/.test(actor);

/** Null for an event that a process manager asked for, or that came with another one. */
function commandBehind(event: RecordedEvent, all: readonly RecordedEvent[]): DomainCommand | null {
  const orderId = streamId(event.stream) as OrderId;
  switch (streamCategory(event.stream)) {
    case 'order':
      return isOfPerson(event) ? ofPerson(event as RecordedEvent<OrderEvent>, orderId, all) : null;
    case 'shipment':
      return ofCarrier(event as RecordedEvent<ShipmentEvent>, orderId);
    default:
      return null;
  }
}

function ofPerson(
  event: RecordedEvent<OrderEvent>,
  orderId: OrderId,
  all: readonly RecordedEvent[],
): DomainCommand | null {
  switch (event.type) {
    case 'OrderPaymentStarted': {
      const { method, attempt, cardToken, returnUrl } = event.data;
      const card = { ...(cardToken !== null && { cardToken }), ...(returnUrl !== null && { returnUrl }) };
      return { type: 'StartPayment', data: { orderId, method, attempt, ...card } };
    }
    case 'OrderReservationExtended': {
      const before = all.findLast((one) => one.type === 'OrderReserved' && one.position < event.position);
      const { expiresAt } = (before?.data ?? {}) as { readonly expiresAt?: string | null };
      const byMs = Date.parse(event.data.expiresAt) - Date.parse(expiresAt ?? event.data.expiresAt);
      return { type: 'ExtendReservation', data: { orderId, at: event.metadata.at, byMs } };
    }
    case 'OrderReviewed':
      return { type: 'Review', data: { orderId, ...event.data } };
    case 'OrderCancelled':
      return { type: 'Cancel', data: { orderId, ...event.data } };
    case 'OrderPacked':
      return { type: 'MarkPacked', data: { orderId } };
    case 'OrderShipped': {
      const { carrier, trackingNumber } = event.data;
      return { type: 'MarkShipped', data: { orderId, carrier, trackingNumber } };
    }
    case 'OrderRefundRequested': {
      const { refundId, amount, reason, by, at } = event.data;
      return { type: 'RequestRefund', data: { orderId, refundId, amount, reason, by, at } };
    }
    case 'OrderReturned': {
      const { returnId, stock: lines, reason } = event.data;
      return { type: 'AcceptReturn', data: { orderId, returnId, lines, reason } };
    }
    default:
      return null;
  }
}

function ofCarrier(event: RecordedEvent<ShipmentEvent>, orderId: OrderId): DomainCommand | null {
  switch (event.type) {
    case 'LabelGenerated':
      return { type: 'GenerateLabel', data: { orderId, ...event.data } };
    case 'CarrierScanned':
      return { type: 'RecordScan', data: { orderId, scan: event.data } };
    default:
      return null;
  }
}
