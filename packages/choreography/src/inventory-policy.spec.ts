// Inventory's policy secures all stock of an order or states that it can't, and releases it when the order ends.
import { describe, test } from '@jest/globals';
import type { Step } from '@holdfast/checkout';
import type { Sku } from '@holdfast/kernel';
import type { InventoryPolicyEvent } from './index.js';
import {
  inventory,
  tea,
  cup,
  placed,
  began,
  stock,
  ofStock,
  stated,
  ended,
  undone,
  added,
} from './test/policies.js';

describe('inventory’s policy', () => {
  const { given } = inventory;
  const isStarted: InventoryPolicyEvent = { type: 'InventoryPolicyStarted', data: { ...began, stock } };
  const has = (sku: Sku): InventoryPolicyEvent => ({ type: 'StockSecured', data: { sku } });
  const all: InventoryPolicyEvent = { type: 'AllStockSecured', data: {} };
  const releasing = (...undo: Step[]): InventoryPolicyEvent => ({
    type: 'StockReleaseStarted',
    data: { undo },
  });

  test('when an order is placed › reserves every SKU, and states once that it has all', () => {
    given([]).when(placed('AUTOMATIC')).then([isStarted]).thenPending('reserve:TEA', 'reserve:CUP');
    const last = ofStock(cup, 'StockReserved');
    given([isStarted, has(tea)])
      .when(last, last)
      .then([has(cup), all])
      .thenPending();
  });

  test('when a SKU is refused › states it after the last answer, and releases what was reserved', () => {
    const refused = ofStock(cup, 'StockReservationRefused', { requested: 1, available: 0 });
    const denied: InventoryPolicyEvent = {
      type: 'StockDenied',
      data: { sku: cup, requested: 1, available: 0 },
    };
    const message = 'Out of stock: CUP (0 of 1)';
    given([isStarted, has(tea)])
      .when(refused)
      .then([
        denied,
        { type: 'StockUnavailable', data: { reason: 'OUT_OF_STOCK', message } },
        releasing('release:TEA'),
      ])
      .thenPending('release:TEA');
  });

  test.each([
    ['payment fails', stated('paymentpolicy', 'PaymentFailed', { reason: 'PAYMENT_TIMEOUT', message: '' })],
    ['the order ends', ended],
  ])('when %s › releases every SKU, once', (_, input) => {
    given([isStarted, has(tea), has(cup), all])
      .when(input, input)
      .then([releasing('release:TEA', 'release:CUP')])
      .thenPending('release:TEA', 'release:CUP');
  });

  test('when a reservation succeeds after its release › releases it again', () => {
    const [gone, late] = [ofStock(tea, 'StockReleased'), ofStock(tea, 'StockReserved')];
    given([isStarted, releasing('release:TEA')])
      .when(gone, late)
      .then([undone('release:TEA', gone), added('release:TEA', late)]);
  });
});
