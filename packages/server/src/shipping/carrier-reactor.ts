// Orders labels and their voids from the carrier, and records kept scans on their orders.
import type { Carrier } from '@holdfast/gateways';
import { OrderId, streamId, type RecordedEvent } from '@holdfast/kernel';
import type { Effect, Reactor } from '@holdfast/runtime';
import type { GenerateLabel, RecordScan, ShipmentPacked, TrackingEvent } from '@holdfast/shipping';

/** The outcome is unknown, or the carrier refuses. The request is repeated under the same key; in the end it is parked. */
export class NoLabel extends Error {
  override readonly name = 'NoLabel';
}

/** A carrier may be unavailable for an hour; after that a person gets an alarm. */
const carrierRetry = { baseMs: 500, limitMs: 5 * 60_000, attempts: 20 };

export const carrierReactor = (carrier: Carrier): Reactor => ({
  name: 'carrier',
  prefixes: ['shipment-'],
  retry: carrierRetry,
  react(event) {
    const orderId = OrderId(streamId(event.stream));
    switch (event.type) {
      case 'ShipmentPacked':
        return labelled(carrier, orderId, (event as RecordedEvent<ShipmentPacked>).data);
      case 'ShipmentCancelled':
        return voided(carrier, orderId);
      default:
        return null;
    }
  },
});

const labelled =
  (carrier: Carrier, orderId: OrderId, parcel: ShipmentPacked['data']): Effect =>
  async () => {
    const outcome = await carrier.makeLabel({ orderId, parcel });
    if (outcome.kind === 'refused') throw new NoLabel(`refused with ${outcome.code}`);
    if (outcome.kind === 'unavailable') throw new NoLabel(outcome.reason);
    // After a crash this event may come again behind the void of its label: the parcel is cancelled.
    if (outcome.kind === 'voided') return null;
    const { trackingNumber } = outcome;
    const data = { orderId, carrier: carrier.name, trackingNumber };
    return { type: 'GenerateLabel', data } satisfies GenerateLabel;
  };

const voided =
  (carrier: Carrier, orderId: OrderId): Effect =>
  async () => {
    const outcome = await carrier.voidLabel(orderId);
    if (outcome.kind === 'unavailable') throw new NoLabel(outcome.reason);
    // A refusal is final: the parcel is already under way, and its scans will show that.
    return null;
  };

/** Records scans that came before their tracking number was known, once it is. */
export const scansReactor: Reactor = {
  name: 'scans',
  prefixes: ['tracking-'],
  react(recorded) {
    const event = recorded as RecordedEvent<TrackingEvent>;
    if (event.type !== 'ScanMatched') return null;
    const { orderId, ...scan } = event.data;
    return () => ({ type: 'RecordScan', data: { orderId, scan } }) satisfies RecordScan;
  },
};
