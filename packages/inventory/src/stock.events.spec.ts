// Stored stock events in every version that was ever written.
import { test } from '@jest/globals';
import { OrderId, Sku } from '@holdfast/kernel';
import { assertGoldenEvents } from '@holdfast/testing';
import type { AllocationEvent, StockEvent } from './index.js';

test('every stored stock event can still be read', () => {
  const orderId = OrderId('o-1');
  const units = { orderId, sku: Sku('85123A'), quantity: 6 };
  const back = { ...units, quantity: 1, returnId: 'r-1' };
  assertGoldenEvents<StockEvent | AllocationEvent>(new URL('../test/golden/', import.meta.url), {
    ProductCreated: { name: 'Tea light holder', price: { minor: 255, currency: 'GBP' } },
    PriceChanged: { price: { minor: 295, currency: 'GBP' } },
    StockReceived: { quantity: 100 },
    StockAdjusted: { delta: -3, reason: 'Broken in the store' },
    StockReserved: { orderId, quantity: 6 },
    StockReservationRefused: { orderId, requested: 6, available: 2 },
    StockReleased: { orderId, quantity: 6 },
    StockCommitted: { orderId, quantity: 6 },
    StockReturned: { orderId, quantity: 1 },
    AllocationAsked: units,
    AllocationReserved: units,
    AllocationRefused: {
      ...{ orderId, sku: units.sku, requested: 6, available: 2 },
      reason: 'out_of_stock',
    },
    AllocationReleaseAsked: units,
    AllocationReleased: units,
    AllocationCommitAsked: units,
    AllocationCommitted: units,
    AllocationReturnAsked: back,
    AllocationReturned: back,
  });
});
