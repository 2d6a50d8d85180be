// Invariants of a product's stock under random commands, and the limits of its memory.
import { describe, expect, test } from '@jest/globals';
import { fold, invariant, OrderId } from '@holdfast/kernel';
import fc from 'fast-check';
import { available, stock, type StockCommand, type StockEvent, type StockState } from './index.js';
import {
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
  reserved,
  refused,
  committed,
  returned,
  five,
  throughSnapshot,
} from './test/stock.js';

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
