// The actions of persons, the warehouse and the carrier after the fork, read from the events that they caused. A fork
// repeats them at the same times, so that only the one change makes a difference.
import {
  reasonOf,
  streamCategory,
  streamId,
  type DomainCommand,
  type OrderId,
  type RecordedEvent,
} from '@holdfast/kernel';
import type { OrderEvent } from '@holdfast/ordering';
import type { ShipmentEvent } from '@holdfast/shipping';
import { commandOfOrder } from '../history/commands-behind.js';
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

/** Returns null for an event that a process manager's command caused, or that was appended together with another one. */
function commandBehind(event: RecordedEvent, all: readonly RecordedEvent[]): DomainCommand | null {
  const orderId = streamId(event.stream) as OrderId;
  switch (streamCategory(event.stream)) {
    case 'order':
      return isOfPerson(event)
        ? commandOfOrder(
            event as RecordedEvent<OrderEvent>,
            all.filter(({ position }) => position < event.position),
          )
        : null;
    case 'shipment':
      return ofCarrier(event as RecordedEvent<ShipmentEvent>, orderId);
    default:
      return null;
  }
}

function ofCarrier(event: RecordedEvent<ShipmentEvent>, orderId: OrderId): DomainCommand | null {
  switch (event.type) {
    case 'LabelGenerated':
      return { type: 'GenerateLabel', data: { orderId, ...event.data } };
    case 'CarrierScanned':
      return { type: 'RecordScan', data: { orderId, scan: event.data, ...reasonOf(event.data) } };
    default:
      return null;
  }
}
