// Placing an order: its lines, its prices, and requests that come again.
import { describe, test } from '@jest/globals';
import { money } from '@holdfast/kernel';
import { maxLines, maxQuantity, type OrderEvent } from './index.js';
import { orderId, line, request, placeOrder, placed, until, given } from './test/order.js';

describe('when an order is placed', () => {
  test('keeps its lines with the prices of the moment', () => {
    given([]).when(placeOrder()).then([placed]);
  });
  test('does nothing when the same request comes again', () => {
    given([placed]).when(placeOrder()).thenNothing();
    given(until.CANCELLED).when(placeOrder()).thenNothing();
  });
  test('does nothing when the same request comes again after the customer has ordered more', () => {
    const history = { earlierOrders: 0, ordersInLastHour: 0 };
    const checked: OrderEvent = { type: 'OrderPlaced', data: { ...request, customerHistory: history } };
    given([checked])
      .when({
        type: 'PlaceOrder',
        data: { orderId, ...request, customerHistory: { earlierOrders: 3, ordersInLastHour: 2 } },
      })
      .thenNothing();
  });
  test('keeps the address of the invoice and the history of the customer', () => {
    const data = {
      ...request,
      billingAddress: { ...request.shippingAddress, line1: 'Side St 2' },
      customerHistory: { earlierOrders: 3, ordersInLastHour: 2 },
    };
    given([])
      .when({ type: 'PlaceOrder', data: { orderId, ...data } })
      .then([{ type: 'OrderPlaced', data }]);
    given([{ type: 'OrderPlaced', data }])
      .when({ type: 'PlaceOrder', data: { orderId, ...data, billingAddress: request.shippingAddress } })
      .thenRejected('OrderAlreadyPlaced');
  });
  test('refuses another request under the same id', () => {
    given([placed])
      .when(placeOrder([line('TEA')]))
      .thenRejected('OrderAlreadyPlaced');
  });
  test('accepts the largest number of lines, and the largest quantity of one', () => {
    const lines = Array.from({ length: maxLines }, (_, n) => line(`S${n}`, n === 0 ? maxQuantity : 1, 1));
    given([])
      .when(placeOrder(lines))
      .then([{ type: 'OrderPlaced', data: { ...request, lines } }]);
  });
  test('accepts a total of exactly the largest amount', () => {
    const lines = [line('A', 1, money.maxMinor - 1), line('B', 1, 1)];
    given([])
      .when(placeOrder(lines))
      .then([{ type: 'OrderPlaced', data: { ...request, lines } }]);
  });
  test('refuses an order without lines', () => {
    given([]).when(placeOrder([])).thenRejected('NoLines');
  });
  test('refuses more lines than the limit', () => {
    const lines = Array.from({ length: maxLines + 1 }, (_, n) => line(`S${n}`));
    given([]).when(placeOrder(lines)).thenRejected({ code: 'TooManyLines', limit: maxLines });
  });
  test.each([0, -1, 1.5, NaN, maxQuantity + 1])(
    'refuses a quantity of %s and says in which line',
    (quantity) => {
      given([])
        .when(placeOrder([line('TEA'), line('MUG', quantity)]))
        .thenRejected({ code: 'InvalidQuantity', line: 1 });
    },
  );
  test.each([
    [-1, 'EUR'],
    [0.5, 'EUR'],
    [money.maxMinor + 1, 'EUR'],
    [1, 'euro'],
  ])('refuses a price of %s %s and says in which line', (minor, currency) => {
    given([])
      .when(placeOrder([line('MUG', 1, minor, currency)]))
      .thenRejected({ code: 'InvalidPrice', line: 0 });
  });
  test('refuses two currencies in one order', () => {
    given([])
      .when(placeOrder([line('TEA'), line('MUG', 1, 1, 'USD')]))
      .thenRejected('MixedCurrencies');
  });
  test.each([
    ['in one line', [line('A', maxQuantity, money.maxMinor)]],
    ['over all lines', [line('A', 1, money.maxMinor), line('B', 1, 1)]],
  ])('refuses a total above the largest amount, %s', (_where, lines) => {
    given([]).when(placeOrder(lines)).thenRejected('TotalTooLarge');
  });
});
