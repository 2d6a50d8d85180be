// The stock of a SKU and its movements, after every event that changes them.
import { describe, test } from '@jest/globals';
import type { StockEvent } from '@holdfast/inventory';
import { money, OrderId } from '@holdfast/kernel';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { stockLevel, type StockLevel, type StockMovement } from './stock-level.js';

const { given } = projectionSpecification(stockLevel);
const price = money.of(250, 'GBP');
const orderId = OrderId('o-1');

const log = (...events: readonly StockEvent[]) => {
  const record = recorder();
  return events.map((event) => record('stock-TEA', event));
};
const created: StockEvent = { type: 'ProductCreated', data: { name: 'Tea', price } };
const received: StockEvent = { type: 'StockReceived', data: { quantity: 10 } };
const reserved: StockEvent = { type: 'StockReserved', data: { orderId, quantity: 4 } };
const tea: StockLevel = { id: 'TEA', sku: 'TEA', name: 'Tea', price, onHand: 0, reserved: 0, available: 0 };

/** `after`: units on hand and reserved */
const movement = (
  n: number,
  rest: Pick<StockMovement, 'kind' | 'quantity' | 'orderId'>,
  [onHandAfter, reservedAfter]: readonly [number, number],
): StockMovement => ({
  id: `TEA:${n}`,
  sku: 'TEA',
  ...rest,
  onHandAfter,
  reservedAfter,
  at: `2026-01-01T00:00:0${n}.000Z`,
  position: n,
});
const receipt = movement(1, { kind: 'RECEIVED', quantity: 10, orderId: null }, [10, 0]);
const reservation = movement(2, { kind: 'RESERVED', quantity: 4, orderId }, [10, 4]);

describe('stock-level', () => {
  test('a new product has no stock and no movements', () => {
    given(log(created)).then([tea]).thenIn('stock-movements', []);
  });

  test('a changed price is the price, and no movement', () => {
    const changed = money.of(300, 'GBP');
    given(log(created, { type: 'PriceChanged', data: { price: changed } }))
      .then([{ ...tea, price: changed }])
      .thenIn('stock-movements', []);
  });

  test('received stock is on hand and available', () => {
    given(log(created, received))
      .then([{ ...tea, onHand: 10, available: 10 }])
      .thenIn('stock-movements', [receipt]);
  });

  test('a loss is an adjustment below zero', () => {
    given(log(created, received, { type: 'StockAdjusted', data: { delta: -3, reason: 'broken' } }))
      .then([{ ...tea, onHand: 7, available: 7 }])
      .thenIn('stock-movements', [
        receipt,
        movement(2, { kind: 'ADJUSTED', quantity: -3, orderId: null }, [7, 0]),
      ]);
  });

  test('reserved stock is on hand and not available', () => {
    given(log(created, received, reserved))
      .then([{ ...tea, onHand: 10, reserved: 4, available: 6 }])
      .thenIn('stock-movements', [receipt, reservation]);
  });

  test('released stock is available again', () => {
    given(log(created, received, reserved, { type: 'StockReleased', data: { orderId, quantity: 4 } }))
      .then([{ ...tea, onHand: 10, available: 10 }])
      .thenIn('stock-movements', [
        receipt,
        reservation,
        movement(3, { kind: 'RELEASED', quantity: 4, orderId }, [10, 0]),
      ]);
  });

  test('committed stock left the building, and returned stock came back', () => {
    given(
      log(
        created,
        received,
        reserved,
        { type: 'StockCommitted', data: { orderId, quantity: 4 } },
        { type: 'StockReturned', data: { orderId, quantity: 1 } },
      ),
    )
      .then([{ ...tea, onHand: 7, available: 7 }])
      .thenIn('stock-movements', [
        receipt,
        reservation,
        movement(3, { kind: 'COMMITTED', quantity: 4, orderId }, [6, 0]),
        movement(4, { kind: 'RETURNED', quantity: 1, orderId }, [7, 0]),
      ]);
  });

  test('a refusal, and a release without a reservation, change nothing, also without a product', () => {
    const nothing: readonly StockEvent[] = [
      { type: 'StockReservationRefused', data: { orderId, requested: 1, available: 0 } },
      { type: 'StockReleased', data: { orderId, quantity: 0 } },
    ];
    given(log(...nothing)).then([]);
    given(log(created, ...nothing))
      .then([tea])
      .thenIn('stock-movements', []);
  });
});
