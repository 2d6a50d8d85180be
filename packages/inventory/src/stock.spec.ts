// The stock of a SKU: every outcome and refusal, and the rules that hold for any commands in any order.
import { describe, expect, test } from '@jest/globals';
import { fold, invariant, money, OrderId, Sku, type Json } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import fc from 'fast-check';
import {
  available,
  maxOnHand,
  stock,
  stockStream,
  type StockCommand,
  type StockEvent,
  type StockState,
} from './index.js';

const sku = Sku('MUG');
const orderId = OrderId('o-1');
const other = OrderId('o-2');
const price = money.of(1250, 'EUR');

const createProduct = (name = 'Mug', minor = 1250): StockCommand => ({
  type: 'CreateProduct',
  data: { sku, name, price: { minor, currency: 'EUR' } },
});
const changePrice = (minor: number): StockCommand => ({
  type: 'ChangePrice',
  data: { sku, price: { minor, currency: 'EUR' }, reason: 'season' },
});
const receive = (quantity: number): StockCommand => ({ type: 'ReceiveStock', data: { sku, quantity } });
const adjust = (delta: number): StockCommand => ({
  type: 'AdjustStock',
  data: { sku, delta, reason: 'count' },
});
const reserve = (quantity: number, order = orderId): StockCommand => ({
  type: 'ReserveStock',
  data: { sku, orderId: order, quantity },
});
const release = (order = orderId): StockCommand => ({ type: 'ReleaseStock', data: { sku, orderId: order } });
const commit = (order = orderId): StockCommand => ({ type: 'CommitStock', data: { sku, orderId: order } });
const takeBack = (quantity: number, order = orderId): StockCommand => ({
  type: 'ReturnStock',
  data: { sku, orderId: order, quantity },
});

const created: StockEvent = { type: 'ProductCreated', data: { name: 'Mug', price } };
const received = (quantity: number): StockEvent => ({ type: 'StockReceived', data: { quantity } });
const adjusted = (delta: number): StockEvent => ({ type: 'StockAdjusted', data: { delta, reason: 'count' } });
const reserved = (quantity: number, order = orderId): StockEvent => ({
  type: 'StockReserved',
  data: { orderId: order, quantity },
});
const refused = (requested: number, left: number, order = orderId): StockEvent => ({
  type: 'StockReservationRefused',
  data: { orderId: order, requested, available: left },
});
const released = (quantity: number): StockEvent => ({ type: 'StockReleased', data: { orderId, quantity } });
const committed = (quantity: number, order = orderId): StockEvent => ({
  type: 'StockCommitted',
  data: { orderId: order, quantity },
});
const returned = (quantity: number, order = orderId): StockEvent => ({
  type: 'StockReturned',
  data: { orderId: order, quantity },
});

const { given } = deciderSpecification(stock);
const five = [created, received(5)];

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
  test('refuses a product that nobody created', () => {
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

describe('any commands in any order', () => {
  const order = fc.constantFrom(...['a', 'b', 'c', 'd'].map(OrderId));
  const units = fc.integer({ min: -1, max: 6 });
  const command: fc.Arbitrary<StockCommand> = fc.oneof(
    fc.constantFrom(createProduct(), createProduct('Cup'), changePrice(1)),
    units.map(receive),
    fc.integer({ min: -6, max: 6 }).map(adjust),
    fc.tuple(units, order).map(([quantity, id]) => reserve(quantity, id)),
    order.map(release),
    order.map(commit),
    fc.tuple(units, order).map(([quantity, id]) => takeBack(quantity, id)),
  );
  const sequence = fc.array(command, { minLength: 5, maxLength: 60 });
  /**
   * Repeating one of these commands changes nothing. The others add up: the runtime recognises a repetition by its id.
   */
  const settles = (asked: StockCommand): boolean =>
    !['ReceiveStock', 'AdjustStock', 'ReturnStock'].includes(asked.type);

  const run = (
    asked: readonly StockCommand[],
    visit: (state: StockState, events: readonly StockEvent[]) => void,
  ) => {
    let state = fold(stock, stock.initialState, [created, received(5)]);
    const events: StockEvent[] = [created, received(5)];
    for (const one of asked) {
      const result = stock.decide(one, state);
      if (!result.ok) continue;
      events.push(...result.value);
      state = fold(stock, state, result.value);
      if (settles(one)) expect(stock.decide(one, state)).toEqual({ ok: true, value: [] });
      visit(state, events);
    }
    return state;
  };

  test('stock is conserved, never oversold, and an order reserves at most once', () => {
    fc.assert(
      fc.property(sequence, (asked) => {
        run(asked, (state, events) => {
          invariant(state.kind === 'listed', 'the product was created');
          const total = (of: (event: StockEvent) => number): number =>
            events.reduce((sum, e) => sum + of(e), 0);
          const out = total((e) => (e.type === 'StockCommitted' ? e.data.quantity : 0));
          const back = total((e) => (e.type === 'StockReturned' ? e.data.quantity : 0));
          const inward = total((e) =>
            e.type === 'StockReceived' ? e.data.quantity : e.type === 'StockAdjusted' ? e.data.delta : 0,
          );
          expect(state.onHand + out).toBe(inward + back);
          expect(back).toBeLessThanOrEqual(out);
          expect(state.away).toBe(out - back);

          const open = [...state.reservations.entries()].reduce((sum, [, quantity]) => sum + quantity, 0);
          expect(state.reserved).toBe(open);
          expect(state.reserved).toBeGreaterThanOrEqual(0);
          expect(available(state)).toBeGreaterThanOrEqual(0);

          const reservers = events.filter((e) => e.type === 'StockReserved').map((e) => e.data.orderId);
          expect(new Set(reservers).size).toBe(reservers.length);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('a state that went through a snapshot decides as if it had not', () => {
    fc.assert(
      fc.property(sequence, sequence, (before, after) => {
        const state = run(before, () => undefined);
        const copy = throughSnapshot(state);
        for (const one of after) expect(stock.decide(one, copy)).toEqual(stock.decide(one, state));
      }),
    );
  });
});

test('the latest 50,000 ended orders are remembered, and older ones forgotten', () => {
  // three full generations: the moment at which the fewest are remembered
  const orders = Array.from({ length: 150_000 }, (_, n) => OrderId(`o-${n}`));
  const ended = orders.reduce<StockState>(
    (before, id) => stock.evolve(before, { type: 'StockReleased', data: { orderId: id, quantity: 0 } }),
    fold(stock, stock.initialState, five),
  );
  for (const state of [ended, throughSnapshot(ended)]) {
    const isBarred = (id: OrderId): boolean => {
      const answer = stock.decide(reserve(1, id), state);
      return answer.ok && answer.value[0]?.type === 'StockReservationRefused';
    };
    expect(orders.findIndex(isBarred)).toBe(100_000);
    expect(orders.filter(isBarred)).toHaveLength(50_000);
  }
});

test('the latest shipped orders are remembered, so that the state stays small; an older one can still return units', () => {
  const orders = Array.from({ length: 150_001 }, (_, n) => OrderId(`o-${n}`));
  const shipped = orders.reduce<StockState>(
    (before, id) => fold(stock, before, [reserved(1, id), committed(1, id)]),
    fold(stock, stock.initialState, [created, received(200_000)]),
  );
  for (const state of [shipped, throughSnapshot(shipped)]) {
    invariant(state.kind === 'listed', 'the product was created');
    expect([...state.reservations.entries()]).toEqual([]);
    expect([...state.ended.slices(1_000)].flatMap(({ entries }) => entries).length).toBeLessThanOrEqual(
      100_000,
    );
    const answer = stock.decide(takeBack(1, OrderId('o-0')), state);
    expect(answer).toEqual({ ok: true, value: [returned(1, OrderId('o-0'))] });
    // A remembered order returns at most its own units; all orders together return at most the units of all.
    expect(stock.decide(takeBack(2, OrderId('o-150000')), state)).toMatchObject({ ok: false });
    expect(stock.decide(takeBack(150_002, OrderId('o-0')), state)).toMatchObject({
      rejection: { code: 'ReturnExceedsCommitted', committed: 150_001 },
    });
  }
});

test('an unlisted product keeps its refusals through a snapshot', () => {
  const state = throughSnapshot(fold(stock, stock.initialState, [refused(1, 0)]));
  expect(stock.decide(reserve(1), state)).toEqual({ ok: true, value: [] });
});

test('each SKU has its own stream', () => {
  expect(stockStream(sku)).toBe('stock-MUG');
  expect(stock.stream(receive(1))).toBe('stock-MUG');
});

function throughSnapshot(state: StockState): StockState {
  invariant(stock.snapshot !== undefined, 'stock takes snapshots');
  const { parts, add } = stock.snapshot;
  const stored = JSON.stringify([...parts(state)]);
  return (JSON.parse(stored) as Json[]).reduce<StockState>(add, stock.initialState);
}
