// Stored shipping events in every version that was ever written.
import { test } from '@jest/globals';
import { OrderId, Sku } from '@holdfast/kernel';
import { assertGoldenEvents } from '@holdfast/testing';
import type { ShipmentEvent, TrackingEvent } from './index.js';

test('every stored shipping event can still be read', () => {
  const at = '2026-01-05T10:00:00.000Z';
  const scan = { scanId: 'scan-1', code: 'IN_TRANSIT', location: 'Utrecht', at };
  assertGoldenEvents<ShipmentEvent | TrackingEvent>(new URL('../test/golden/', import.meta.url), {
    ShipmentCreated: {},
    ShipmentPacked: {
      stock: [{ sku: Sku('85123A'), quantity: 6 }],
      shippingAddress: {
        name: 'Ada Lovelace',
        line1: '12 St James Square',
        line2: 'Second floor',
        city: 'London',
        postalCode: 'SW1Y 4JH',
        country: 'GB',
      },
    },
    LabelGenerated: { carrier: 'simulated', trackingNumber: 'HF000000000017' },
    CarrierScanned: scan,
    ShipmentDelivered: { at },
    ShipmentCancelled: {},
    TrackingAssigned: { orderId: OrderId('o-1') },
    ScanKept: scan,
    ScanMatched: { ...scan, orderId: OrderId('o-1') },
  });
});
