// The stock of a SKU: every outcome and refusal, and the rules that hold for any commands in any order.
import { describe, expect, test } from '@jest/globals';
import { money } from '@holdfast/kernel';
import { maxOnHand, stock, stockStream, type StockEvent } from './index.js';
import {
  sku,
  other,
  createProduct,
  changePrice,
  receive,
  adjust,
  reserve,
  release,
  commit,
  takeBack,
  created,
  received,
  adjusted,
  reserved,
  refused,
  released,
  committed,
  returned,
  given,
  five,
} from './test/stock.js';

describe('when a product is created', () => {
  test('it is there, with its name and price', () => {
    given([]).when(createProduct()).then([created]);
  });
  test('does nothing when it exists with the same name and price', () => {
    given([created]).when(createProduct()).thenNothing();
  });
  test('refuses another name or price under the same SKU', () => {
    given([created]).when(createProduct('Cup')).thenRejected('ProductExists');
    given([created]).when(createProduct('Mug', 1)).thenRejected('ProductExists');
  });
  test('an order that was refused before stays refused', () => {
    given([refused(1, 0), created, received(5)])
      .when(reserve(1))
      .thenNothing();
  });
  test.each([-1, 0.5, money.maxMinor + 1])('refuses a price of %s', (minor) => {
    given([]).when(createProduct('Mug', minor)).thenRejected('InvalidPrice');
    given([created]).when(changePrice(minor)).thenRejected('InvalidPrice');
  });
});

describe('when the price changes', () => {
  test('keeps the new one, and does nothing when it is the same', () => {
    const changed: StockEvent = {
      type: 'PriceChanged',
      data: { price: money.of(1500, 'EUR'), reason: 'season' },
    };
    given([created]).when(changePrice(1500)).then([changed]);
    given([created, changed]).when(changePrice(1500)).thenNothing();
  });
});

describe('when staff receive or correct units', () => {
  test('received units can be reserved', () => {
    given([created])
      .when(receive(5))
      .then([received(5)]);
    given(five)
      .when(reserve(5))
      .then([reserved(5)]);
  });
  test('a reason is kept with received units and with a new product', () => {
    const reason = 'delivery 4711';
    given([created])
      .when({ type: 'ReceiveStock', data: { sku, quantity: 5, reason } })
      .then([{ type: 'StockReceived', data: { quantity: 5, reason } }]);
    const { data } = created as Extract<StockEvent, { type: 'ProductCreated' }>;
    given([])
      .when({ type: 'CreateProduct', data: { sku, ...data, reason } })
      .then([{ type: 'ProductCreated', data: { ...data, reason } }]);
  });
  test('found and lost units are added and taken', () => {
    given(five)
      .when(adjust(2))
      .then([adjusted(2)]);
    given([...five, adjusted(2)])
      .when(reserve(7))
      .then([reserved(7)]);
    given([...five, adjusted(-2)])
      .when(reserve(4))
      .then([refused(4, 3)]);
  });
  test('reserved units cannot be adjusted away', () => {
    given([...five, reserved(3)])
      .when(adjust(-2))
      .then([adjusted(-2)]);
    given([...five, reserved(3)])
      .when(adjust(-3))
      .thenRejected({ code: 'AdjustmentBelowReserved', onHand: 5, reserved: 3 });
  });
  test.each([0, 1.5, NaN, maxOnHand + 1])('refuses a quantity of %s', (quantity) => {
    for (const command of [receive(quantity), adjust(quantity), takeBack(quantity), reserve(quantity)]) {
      given(five).when(command).thenRejected('InvalidQuantity');
    }
  });
  test('refuses more units than can be shown', () => {
    const full = [created, received(maxOnHand - 1)];
    given(full)
      .when(receive(1))
      .then([received(1)]);
    given(full).when(receive(2)).thenRejected({ code: 'StockTooLarge', limit: maxOnHand });
    given(full).when(adjust(2)).thenRejected('StockTooLarge');
    given([...full, reserved(2), committed(2), received(1)])
      .when(takeBack(2))
      .then([returned(2)]);
    given([...full, reserved(2), committed(2), received(2)])
      .when(takeBack(2))
      .thenRejected('StockTooLarge');
  });
  test('refuses a product that was never created', () => {
    for (const command of [changePrice(1), receive(1), adjust(1), commit(), takeBack(1)]) {
      given([]).when(command).thenRejected('UnknownProduct');
    }
  });
});

describe('when an order reserves', () => {
  test('the last unit goes to the first order, and the refusal of the next names the rest', () => {
    given(five)
      .when(reserve(5))
      .then([reserved(5)]);
    given([...five, reserved(5)])
      .when(reserve(1, other))
      .then([refused(1, 0, other)]);
  });
  test('a product that does not exist is refused by an event, so that the checkout can react', () => {
    given([])
      .when(reserve(1))
      .then([refused(1, 0)]);
  });
  test('the same request again does nothing, after a reservation and after a refusal', () => {
    given([...five, reserved(2)])
      .when(reserve(2))
      .thenNothing();
    given([...five, refused(9, 5), received(10)])
      .when(reserve(9))
      .thenNothing();
    given([...five, reserved(2), committed(2)])
      .when(reserve(2))
      .thenNothing();
  });
});

describe('when an order releases', () => {
  test('its units can be reserved by others', () => {
    given([...five, reserved(5)])
      .when(release())
      .then([released(5)]);
    given([...five, reserved(5), released(5)])
      .when(reserve(5, other))
      .then([reserved(5, other)]);
  });
  test('releasing again does nothing', () => {
    given([...five, reserved(2), released(2)])
      .when(release())
      .thenNothing();
    given([...five, released(0), refused(2, 5)])
      .when(release())
      .thenNothing();
  });
  test('releasing a refused reservation records 0 units', () => {
    given([...five, refused(6, 5)])
      .when(release())
      .then([released(0)]);
  });
  test('a reservation that comes after its release is refused, once', () => {
    given(five)
      .when(release())
      .then([released(0)]);
    given([...five, released(0)])
      .when(reserve(2))
      .then([refused(2, 5)]);
    given([...five, released(0), refused(2, 5)])
      .when(reserve(2))
      .thenNothing();
    given([...five, reserved(2), released(2)])
      .when(reserve(2))
      .then([refused(2, 5)]);
  });
  test('a product that does not exist refuses a reservation after its release too', () => {
    given([])
      .when(release())
      .then([released(0)]);
    given([released(0), ...five])
      .when(reserve(2))
      .then([refused(2, 5)]);
  });
  test('committed units cannot be released', () => {
    given([...five, reserved(2), committed(2)])
      .when(release())
      .thenRejected('AlreadyCommitted');
  });
});

describe('when reserved units leave, and come back', () => {
  test('units on hand fall, and units available stay', () => {
    given([...five, reserved(2)])
      .when(commit())
      .then([committed(2)]);
    given([...five, reserved(2), committed(2)])
      .when(reserve(4, other))
      .then([refused(4, 3, other)]);
  });
  test('committing again does nothing', () => {
    given([...five, reserved(2), committed(2)])
      .when(commit())
      .thenNothing();
  });
  test('units that are not reserved cannot be committed', () => {
    given(five).when(commit()).thenRejected('NotReserved');
    given([...five, reserved(2), released(2)])
      .when(commit())
      .thenRejected('NotReserved');
  });
  test('returned units can be reserved again', () => {
    given([...five, reserved(5), committed(5)])
      .when(takeBack(2))
      .then([returned(2)]);
    given([...five, reserved(5), committed(5), returned(2)])
      .when(reserve(2, other))
      .then([reserved(2, other)]);
  });
  test('an order cannot return more units than it took', () => {
    given([...five, reserved(3), committed(3), returned(2)])
      .when(takeBack(2))
      .thenRejected({ code: 'ReturnExceedsCommitted', committed: 1 });
    given(five).when(takeBack(1)).thenRejected({ code: 'ReturnExceedsCommitted', committed: 0 });
  });
});

test('each SKU has its own stream', () => {
  expect(stockStream(sku)).toBe('stock-MUG');
  expect(stock.stream(receive(1))).toBe('stock-MUG');
});
