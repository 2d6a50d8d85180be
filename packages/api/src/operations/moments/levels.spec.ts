// Stock at any position of a popular SKU's stream: exact, and for a few reads.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { StockEvent } from '@holdfast/inventory';
import { OrderId, type Document, type RecordedEvent } from '@holdfast/kernel';
import { stockLevel, type StockLevel } from '@holdfast/projections';
import { recorder } from '@holdfast/testing';
import { LevelTrack, levelAt, mostForLevel, stockOf, type LevelSource } from './levels.js';

const events: RecordedEvent[] = [];
const movements = new Map<string, Document>();
/** by revision */
const levels: (StockLevel | null)[] = [];
let read = 0;
const source: LevelSource = {
  store: {
    readStream(_stream, { from, direction = 'forwards', limit = Infinity } = {}) {
      const at = from ?? (direction === 'forwards' ? 0 : events.length - 1);
      const found =
        direction === 'forwards'
          ? events.slice(at, at + limit)
          : events.slice(Math.max(at + 1 - limit, 0), at + 1).reverse();
      read += found.length;
      return found;
    },
    readAll: () => [],
  },
  projections: {
    getMany: <D extends Document>(_collection: string, ids: readonly string[]) =>
      Promise.resolve(ids.map((id) => (movements.get(id) ?? null) as D | null)),
  },
};

beforeAll(() => {
  const record = recorder();
  let level: StockLevel | null = null;
  const add = (event: StockEvent): void => {
    const recorded = record('stock-TEA', event);
    events.push(recorded);
    if (stockLevel.key(recorded) !== null)
      for (const change of stockLevel.project(recorded, level)) {
        if (!('document' in change)) continue;
        if (change.collection === 'stock-movements') movements.set(change.document.id, change.document);
        else level = change.document as StockLevel;
      }
    levels.push(level);
  };
  add({ type: 'ProductCreated', data: { name: 'Tea', price: { minor: 1, currency: 'EUR' } } });
  add({ type: 'StockReceived', data: { quantity: 1_000_000 } });
  for (let n = 0; n < 60_000; n += 1) {
    const orderId = OrderId(`o-${n}`);
    if (n % 3 === 0) add({ type: 'StockReservationRefused', data: { orderId, requested: 9, available: 0 } });
    else add({ type: 'StockReserved', data: { orderId, quantity: (n % 5) + 1 } });
    if (n % 4 === 1) add({ type: 'StockReleased', data: { orderId, quantity: (n % 5) + 1 } });
  }
  for (let n = 0; n < mostForLevel + 200; n += 1)
    add({
      type: 'StockReservationRefused',
      data: { orderId: OrderId(`late-${n}`), requested: 9, available: 0 },
    });
});
afterAll(() => {
  events.length = 0;
});

const quantities = (level: StockLevel | null | undefined) =>
  level && { onHand: level.onHand, reserved: level.reserved, available: level.available };

test('the stock at a position is that of the whole fold, for at most 400 events read of 75,000', async () => {
  for (const position of [0, 1, 2, 99, 100, 101, 999, 30_000, 44_444, 74_999]) {
    read = 0;
    const level = await levelAt(source, stockOf('TEA'), position);
    expect(quantities(level)).toEqual(quantities(levels[position]));
    expect(read).toBeLessThanOrEqual(400);
  }
});

test('the stock at growing positions is that of the whole fold, wherever they lie', async () => {
  const track = new LevelTrack(source, stockOf('TEA'));
  for (const position of [2, 3, 5, 180, 199, 200, 201, 202, 900, 901, 40_000, 40_001, 40_300, 74_000])
    expect(quantities(await track.at(position))).toEqual(quantities(levels[position]));
});

test('before its first event a product has no level', async () => {
  expect(await levelAt(source, stockOf('TEA'), -1)).toBeNull();
});

test('behind more refusals than may be read, the level is refused with a code', async () => {
  read = 0;
  await expect(levelAt(source, stockOf('TEA'), events.length - 1)).rejects.toMatchObject({
    extensions: { code: 'TOO_MUCH_TO_READ' },
  });
  expect(read).toBeLessThanOrEqual(mostForLevel + 200);
});
