// The parcel of an order, from the warehouse to its customer.
import { test } from '@jest/globals';
import { Sku, type DomainEvent } from '@holdfast/kernel';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { shipments, type Shipment } from './shipments.js';

const { given } = projectionSpecification(shipments);
const at = (seconds: number) => `2026-01-01T00:00:0${seconds}.000Z`;
const stock = [{ sku: Sku('TEA'), quantity: 1 }];

const log = (...events: readonly DomainEvent[]) => {
  const record = recorder();
  return events.map((event) => record(event.type.startsWith('Order') ? 'order-o-1' : 'shipment-o-1', event));
};
const created: DomainEvent = { type: 'ShipmentCreated', data: {} };
const packed: DomainEvent = { type: 'ShipmentPacked', data: { stock } };
const label = { carrier: 'simulated', trackingNumber: 'T-1' };
const labelled: DomainEvent = { type: 'LabelGenerated', data: label };
const shipped: DomainEvent = { type: 'OrderShipped', data: { ...label, stock } };
const scan = (code: string, second: number) => ({ code, location: 'Graz', at: at(second) });
const scanned = (code: string, second: number): DomainEvent => ({
  type: 'CarrierScanned',
  data: { scanId: `${code}-${second}`, ...scan(code, second) },
});
const delivered: DomainEvent = { type: 'ShipmentDelivered', data: { at: at(9) } };
const cancelled: DomainEvent = { type: 'ShipmentCancelled', data: {} };

const toPack: Shipment = {
  ...{ id: 'o-1', orderId: 'o-1', stage: 'TO_PACK', createdAt: at(0) },
  ...{ carrier: null, trackingNumber: null, scans: [], createdPosition: 0 },
};

test('a confirmed order waits to be packed, then to be handed over', () => {
  given(log(created)).then([toPack]);
  given(log(created, packed)).then([{ ...toPack, stage: 'TO_SHIP' }]);
  given(log(created, packed, labelled)).then([{ ...toPack, stage: 'TO_SHIP', ...label }]);
  given(log(created, packed, labelled, shipped)).then([{ ...toPack, stage: 'SHIPPED', ...label }]);
});

test('its scans are in the order of their time, also when they arrive in another order', () => {
  const way = [created, packed, labelled, shipped, scanned('DELIVERED', 9), delivered];
  given(log(...way, scanned('IN_TRANSIT', 7))).then([
    { ...toPack, ...label, stage: 'DELIVERED', scans: [scan('IN_TRANSIT', 7), scan('DELIVERED', 9)] },
  ]);
});

test('a delivery that was scanned before the hand-over was recorded stays a delivery', () => {
  given(log(created, packed, labelled, scanned('DELIVERED', 9), delivered, shipped)).then([
    { ...toPack, ...label, stage: 'DELIVERED', scans: [scan('DELIVERED', 9)] },
  ]);
});

test('an ended order leaves the warehouse, also when it ended before its shipment was created', () => {
  given(log(created, packed, cancelled)).then([{ ...toPack, stage: 'CANCELLED' }]);
  given(log(cancelled)).then([]);
});
