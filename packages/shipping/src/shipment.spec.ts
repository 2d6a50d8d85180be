// The shipment of an order: each fact is recorded once, in any order of the reports.
import { describe, expect, test } from '@jest/globals';
import { fold, OrderId, Sku } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import fc from 'fast-check';
import { scanCode, shipment, shipmentStream, type ShipmentCommand, type ShipmentEvent } from './index.js';

const orderId = OrderId('o-1');
const at = '2026-01-05T10:00:00.000Z';
const parcel = {
  stock: [{ sku: Sku('TEA'), quantity: 2 }],
  shippingAddress: { name: 'Ada', line1: 'Main St 1', city: 'Graz', postalCode: '8010', country: 'AT' },
};
const scan = (scanId: string, code = 'IN_TRANSIT') => ({ scanId, code, location: 'Graz', at });

const create: ShipmentCommand = { type: 'CreateShipment', data: { orderId } };
const pack: ShipmentCommand = { type: 'RecordPacked', data: { orderId, ...parcel } };
const label = (trackingNumber = 'T-1'): ShipmentCommand => ({
  type: 'GenerateLabel',
  data: { orderId, carrier: 'simulated', trackingNumber },
});
const record = (scanId: string, code?: string): ShipmentCommand => ({
  type: 'RecordScan',
  data: { orderId, scan: scan(scanId, code) },
});
const cancel: ShipmentCommand = { type: 'CancelShipment', data: { orderId } };

const created: ShipmentEvent = { type: 'ShipmentCreated', data: {} };
const packed: ShipmentEvent = { type: 'ShipmentPacked', data: parcel };
const labelled: ShipmentEvent = {
  type: 'LabelGenerated',
  data: { carrier: 'simulated', trackingNumber: 'T-1' },
};
const scanned = (scanId: string, code?: string): ShipmentEvent => ({
  type: 'CarrierScanned',
  data: scan(scanId, code),
});
const delivered: ShipmentEvent = { type: 'ShipmentDelivered', data: { at } };
const cancelled: ShipmentEvent = { type: 'ShipmentCancelled', data: {} };

const { given } = deciderSpecification(shipment);
const isLabelled = [created, packed, labelled];

describe('when the warehouse works on a shipment', () => {
  test('it is created, packed and labelled, each once', () => {
    given([]).when(create).then([created]);
    given([created]).when(create).thenNothing();
    given([created]).when(pack).then([packed]);
    given([created, packed]).when(pack).thenNothing();
    given([created, packed]).when(label()).then([labelled]);
    given(isLabelled).when(label()).thenNothing();
  });
  test('a second label with another number is refused', () => {
    given(isLabelled).when(label('T-2')).thenRejected({ code: 'LabelExists', trackingNumber: 'T-1' });
  });
  test('a step that comes before its time is refused', () => {
    for (const command of [pack, label(), record('s1')])
      given([]).when(command).thenRejected('ShipmentNotFound');
    given([created]).when(label()).thenRejected('ShipmentNotPacked');
    given([created, packed]).when(record('s1')).thenRejected('LabelMissing');
  });
});

describe('when the carrier scans', () => {
  test('each scan counts once', () => {
    given(isLabelled)
      .when(record('s1'))
      .then([scanned('s1')]);
    given([...isLabelled, scanned('s1')])
      .when(record('s1'))
      .thenNothing();
    given([...isLabelled, scanned('s1')])
      .when(record('s2'))
      .then([scanned('s2')]);
  });
  test('the first DELIVERED says that it is delivered, and no other', () => {
    given(isLabelled)
      .when(record('s1', 'DELIVERED'))
      .then([scanned('s1', 'DELIVERED'), delivered]);
    given([...isLabelled, scanned('s1', 'DELIVERED'), delivered])
      .when(record('s2', 'DELIVERED'))
      .then([scanned('s2', 'DELIVERED')]);
  });
  test('a scan by staff has their reason', () => {
    const reason = 'the carrier rang us';
    given(isLabelled)
      .when({ type: 'RecordScan', data: { orderId, scan: scan('s1'), reason } })
      .then([{ type: 'CarrierScanned', data: { ...scan('s1'), reason } }]);
  });
  test('a scan on the way that comes after DELIVERED is recorded', () => {
    given([...isLabelled, scanned('s2', 'DELIVERED'), delivered])
      .when(record('s1'))
      .then([scanned('s1')]);
  });
  test.each(['', 'in transit', 'in_transit', 'A'.repeat(41), '7UP'])('a code of %j is refused', (code) => {
    given(isLabelled).when(record('s1', code)).thenRejected('InvalidScan');
  });
  test.each([
    ['in transit', 'IN_TRANSIT'],
    [' Delivered ', 'DELIVERED'],
    ['OUT-FOR-DELIVERY', 'OUT_FOR_DELIVERY'],
    ['', null],
    ['42', null],
    ['a'.repeat(41), null],
  ])('%j as carriers write it is %j', (text, code) => {
    expect(scanCode(text)).toBe(code);
  });
});

describe('when the order ends before its parcel is handed over', () => {
  test('the shipment is cancelled, once', () => {
    given(isLabelled).when(cancel).then([cancelled]);
    given([...isLabelled, cancelled])
      .when(cancel)
      .thenNothing();
  });
  test('it is neither packed nor labelled any more', () => {
    given([created, cancelled]).when(pack).thenRejected('ShipmentIsCancelled');
    given([created, packed, cancelled]).when(label()).thenNothing();
  });
  test('a shipment that is created after that stays cancelled', () => {
    given([]).when(cancel).then([cancelled]);
    given([cancelled]).when(create).thenNothing();
    given([cancelled]).when(pack).thenRejected('ShipmentIsCancelled');
  });
  test('a later scan by the carrier is still recorded', () => {
    given([...isLabelled, cancelled])
      .when(record('s1'))
      .then([scanned('s1')]);
  });
});

test('for any reports in any order, each scan is recorded once, and at most one delivery', () => {
  const command = fc.oneof(
    fc.constantFrom(create, pack, label(), label('T-2'), cancel),
    fc.tuple(fc.nat(4), fc.constantFrom('IN_TRANSIT', 'DELIVERED')).map(([n, code]) => record(`s${n}`, code)),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      const events: ShipmentEvent[] = [];
      for (const one of commands) {
        const state = fold(shipment, shipment.initialState, events);
        const decision = shipment.decide(one, state);
        if (!decision.ok) continue;
        events.push(...decision.value);
        const after = fold(shipment, state, decision.value);
        expect(shipment.decide(one, after)).toEqual({ ok: true, value: [] });
      }
      const of = (type: ShipmentEvent['type']) => events.filter((event) => event.type === type);
      for (const once of [
        'ShipmentCreated',
        'ShipmentPacked',
        'LabelGenerated',
        'ShipmentDelivered',
        'ShipmentCancelled',
      ] as const)
        expect(of(once).length).toBeLessThanOrEqual(1);
      const ids = events.flatMap((event) => (event.type === 'CarrierScanned' ? [event.data.scanId] : []));
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 500 },
  );
});

test('each order has one shipment', () => {
  expect(shipmentStream(orderId)).toBe('shipment-o-1');
  expect(shipment.stream(create)).toBe('shipment-o-1');
});
