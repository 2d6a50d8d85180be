// The parcel of each order: the work of the warehouse, and the scans of the carrier.
import {
  assertNever,
  invariant,
  streamCategory,
  streamId,
  type Document,
  type Position,
  type Projection,
  type RecordedEvent,
} from '@holdfast/kernel';
import type { OrderShipped } from '@holdfast/ordering';
import { shipmentCategory, type ShipmentEvent } from '@holdfast/shipping';

/** TO_SHIP: packed, with or without a label. */
export type ShipmentStage = 'TO_PACK' | 'TO_SHIP' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED';

export type ShipmentScan = {
  readonly code: string;
  readonly location: string | null;
  /** time of the scan, ISO 8601 */
  readonly at: string;
};

/** `id` is the order's. */
export type Shipment = Document & {
  readonly orderId: string;
  readonly stage: ShipmentStage;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly carrier: string | null;
  /** null until the carrier has made a label */
  readonly trackingNumber: string | null;
  /** in the order of their time */
  readonly scans: readonly ShipmentScan[];
  /** position of the event that created it: the warehouse works in this order */
  readonly createdPosition: Position;
};

type Input = ShipmentEvent | OrderShipped;

/** A shipment that is cancelled before it was created has nothing to show. */
function project(recorded: RecordedEvent, shipment: Shipment | null): Shipment | null {
  const event = recorded as RecordedEvent<Input>;
  if (event.type === 'ShipmentCreated') return created(event);
  if (shipment === null) {
    invariant(event.type === 'ShipmentCancelled', `${event.type} in a shipment that was never created`);
    return null;
  }
  switch (event.type) {
    case 'ShipmentPacked':
      return { ...shipment, stage: 'TO_SHIP' };
    case 'LabelGenerated':
      return { ...shipment, ...event.data };
    case 'OrderShipped':
      return shipment.stage === 'DELIVERED' ? shipment : { ...shipment, stage: 'SHIPPED' };
    case 'CarrierScanned': {
      const { code, location, at } = event.data;
      const scans = [...shipment.scans, { code, location, at }];
      return { ...shipment, scans: scans.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)) };
    }
    case 'ShipmentDelivered':
      return { ...shipment, stage: 'DELIVERED' };
    case 'ShipmentCancelled':
      return { ...shipment, stage: 'CANCELLED' };
    default:
      return assertNever(event);
  }
}

const created = ({ stream, metadata, position }: RecordedEvent): Shipment => ({
  id: streamId(stream),
  orderId: streamId(stream),
  stage: 'TO_PACK',
  createdAt: metadata.at,
  carrier: null,
  trackingNumber: null,
  scans: [],
  createdPosition: position,
});

export const shipments: Projection<Shipment> = {
  name: 'shipments',
  version: 1,
  prefixes: ['shipment-', 'order-'],
  indexes: { stage: ['stage', 'createdPosition'] },
  key: ({ type, stream }) =>
    type === 'OrderShipped' || streamCategory(stream) === shipmentCategory ? streamId(stream) : null,
  project(event, shipment) {
    const after = project(event, shipment);
    return after === null ? [] : [{ document: after }];
  },
};
