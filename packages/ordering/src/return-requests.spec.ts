// Requests of customers to send goods back: at most what they have, each once, open until the goods are back or staff decline.
import { describe, expect, test } from '@jest/globals';
import { Sku } from '@holdfast/kernel';
import { withUnitsBack, type OrderCommand, type OrderEvent, type Units } from './index.js';
import { given, handedOver, orderId, statuses, until } from './test/order.js';

type Unit = readonly [sku: string, quantity: number];
const unitsOf = (units: readonly Unit[]): readonly Units[] =>
  units.map(([sku, quantity]) => ({ sku: Sku(sku), quantity }));

const ask = (requestId: string, ...units: readonly Unit[]): OrderCommand => ({
  type: 'RequestReturn',
  data: { orderId, requestId, lines: unitsOf(units), reason: 'too small' },
});
const asked = (requestId: string, ...units: readonly Unit[]): OrderEvent => ({
  type: 'ReturnRequested',
  data: { requestId, stock: unitsOf(units), reason: 'too small' },
});
const decline = (requestId: string): OrderCommand => ({
  type: 'DeclineReturn',
  data: { orderId, requestId, reason: 'worn' },
});
const declined = (requestId: string): OrderEvent => ({
  type: 'ReturnDeclined',
  data: { requestId, reason: 'worn' },
});
const cameBack = (returnId: string, ...units: readonly Unit[]): OrderEvent => ({
  type: 'OrderReturned',
  data: { returnId, stock: unitsOf(units), reason: 'too small', refund: null },
});

/** 3 mugs in two lines, and 1 tea. */
const delivered = until.DELIVERED;

describe('when a customer asks to send goods back', () => {
  test.each(handedOver)('an order that is %s has the request, with every SKU once', (status) => {
    given(until[status])
      .when(ask('q1', ['MUG', 1], ['TEA', 1], ['MUG', 2]))
      .then([asked('q1', ['MUG', 3], ['TEA', 1])]);
  });
  test.each(statuses.filter((status) => !handedOver.includes(status)))(
    'an order that is %s refuses, because its goods were not handed over',
    (status) => {
      given(until[status])
        .when(ask('q1', ['MUG', 1]))
        .thenRejected({ code: 'OrderNotReturnable', status });
    },
  );
  test('an order that does not exist refuses', () => {
    given([])
      .when(ask('q1', ['MUG', 1]))
      .thenRejected('OrderNotFound');
  });
  test('the same request again does nothing, also after it was declined', () => {
    given([...delivered, asked('q1', ['MUG', 3])])
      .when(ask('q1', ['MUG', 3]))
      .thenNothing();
    given([...delivered, asked('q1', ['MUG', 3]), declined('q1')])
      .when(ask('q1', ['MUG', 3]))
      .thenNothing();
  });
  test('more units than were shipped are refused, over all lines of the request', () => {
    given(delivered)
      .when(ask('q1', ['MUG', 2], ['MUG', 2]))
      .thenRejected({ code: 'ReturnRequestExceedsLeft', sku: Sku('MUG'), left: 3 });
    given(delivered)
      .when(ask('q1', ['CUP', 1]))
      .thenRejected({ code: 'ReturnRequestExceedsLeft', sku: Sku('CUP'), left: 0 });
  });
  test('units that came back or are asked for already are not asked for again', () => {
    const earlier = [...delivered, cameBack('b1', ['MUG', 1]), asked('q1', ['MUG', 1])];
    given(earlier)
      .when(ask('q2', ['MUG', 2]))
      .thenRejected({ code: 'ReturnRequestExceedsLeft', sku: Sku('MUG'), left: 1 });
    given(earlier)
      .when(ask('q2', ['MUG', 1]))
      .then([asked('q2', ['MUG', 1])]);
  });
  test('units that were declined can be asked for again', () => {
    given([...delivered, asked('q1', ['MUG', 3]), declined('q1')])
      .when(ask('q2', ['MUG', 3]))
      .then([asked('q2', ['MUG', 3])]);
  });
  test.each([0, -1, 1.5])('a quantity of %s is refused, and the refusal names its line', (quantity) => {
    given(delivered)
      .when(ask('q1', ['TEA', 1], ['MUG', quantity]))
      .thenRejected({ code: 'InvalidQuantity', line: 1 });
  });
  test('a request without lines is refused', () => {
    given(delivered).when(ask('q1')).thenRejected({ code: 'InvalidQuantity', line: 0 });
  });
});

describe('when goods come back', () => {
  test('their units are no longer asked for: the rest of the order can be', () => {
    given([...delivered, asked('q1', ['MUG', 2]), cameBack('b1', ['MUG', 2])])
      .when(ask('q2', ['MUG', 1]))
      .then([asked('q2', ['MUG', 1])]);
    given([...delivered, asked('q1', ['MUG', 2]), cameBack('b1', ['MUG', 2])])
      .when(ask('q2', ['MUG', 2]))
      .thenRejected({ code: 'ReturnRequestExceedsLeft', sku: Sku('MUG'), left: 1 });
  });
  test('they count for the oldest open request first, and units that nobody asked for change nothing', () => {
    const requests = [
      { id: 'q1', open: unitsOf([['MUG', 1]]) },
      {
        id: 'q2',
        open: unitsOf([
          ['MUG', 2],
          ['TEA', 1],
        ]),
      },
    ];
    expect(withUnitsBack(requests, unitsOf([['MUG', 2]]))).toEqual([
      { id: 'q1', open: [] },
      {
        id: 'q2',
        open: unitsOf([
          ['MUG', 1],
          ['TEA', 1],
        ]),
      },
    ]);
    expect(withUnitsBack(requests, unitsOf([['CUP', 2]]))).toEqual(requests);
  });
});

describe('when staff decline a request', () => {
  test('its open units are declined with the reason', () => {
    given([...delivered, asked('q1', ['MUG', 2])])
      .when(decline('q1'))
      .then([declined('q1')]);
    given([...delivered, asked('q1', ['MUG', 2]), cameBack('b1', ['MUG', 1])])
      .when(decline('q1'))
      .then([declined('q1')]);
  });
  test('declining it again does nothing', () => {
    given([...delivered, asked('q1', ['MUG', 2]), declined('q1')])
      .when(decline('q1'))
      .thenNothing();
  });
  test('a request whose goods are all back is not declined', () => {
    given([...delivered, asked('q1', ['MUG', 2]), cameBack('b1', ['MUG', 3])])
      .when(decline('q1'))
      .thenRejected('ReturnRequestFulfilled');
  });
  test('an unknown request is refused', () => {
    given(delivered).when(decline('q1')).thenRejected('ReturnRequestNotFound');
    given(until.CREATED).when(decline('q1')).thenRejected('ReturnRequestNotFound');
    given([]).when(decline('q1')).thenRejected('OrderNotFound');
  });
});
