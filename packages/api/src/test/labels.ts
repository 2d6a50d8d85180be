// A carrier of the specs: gives every packed parcel a label, as the carrier of the whole program does over HTTP.
import { OrderId, streamId } from '@holdfast/kernel';
import type { Reactor } from '@holdfast/runtime';
import type { GenerateLabel } from '@holdfast/shipping';

export const trackingNumberOf = (orderId: string): string => `TRACK-${orderId.slice(0, 20)}`;

export const labels: Reactor = {
  name: 'carrier',
  prefixes: ['shipment-'],
  react({ type, stream }) {
    const orderId = OrderId(streamId(stream));
    const label = { orderId, carrier: 'specs', trackingNumber: trackingNumberOf(orderId) };
    const command: GenerateLabel = { type: 'GenerateLabel', data: label };
    return type === 'ShipmentPacked' ? () => command : null;
  },
};
