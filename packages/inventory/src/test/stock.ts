// Commands and events of one product's stock, for its specs.
import { invariant, money, OrderId, Sku, type Json } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import { stock, type StockCommand, type StockEvent, type StockState } from '../index.js';

export const sku = Sku('MUG');
const orderId = OrderId('o-1');
export const other = OrderId('o-2');
const price = money.of(1250, 'EUR');

export const createProduct = (name = 'Mug', minor = 1250): StockCommand => ({
  type: 'CreateProduct',
  data: { sku, name, price: { minor, currency: 'EUR' } },
});
export const changePrice = (minor: number): StockCommand => ({
  type: 'ChangePrice',
  data: { sku, price: { minor, currency: 'EUR' }, reason: 'season' },
});
export const receive = (quantity: number): StockCommand => ({
  type: 'ReceiveStock',
  data: { sku, quantity },
});
export const adjust = (delta: number): StockCommand => ({
  type: 'AdjustStock',
  data: { sku, delta, reason: 'count' },
});
export const reserve = (quantity: number, order = orderId): StockCommand => ({
  type: 'ReserveStock',
  data: { sku, orderId: order, quantity },
});
export const release = (order = orderId): StockCommand => ({
  type: 'ReleaseStock',
  data: { sku, orderId: order },
});
export const commit = (order = orderId): StockCommand => ({
  type: 'CommitStock',
  data: { sku, orderId: order },
});
export const takeBack = (quantity: number, order = orderId): StockCommand => ({
  type: 'ReturnStock',
  data: { sku, orderId: order, quantity },
});

export const created: StockEvent = { type: 'ProductCreated', data: { name: 'Mug', price } };
export const received = (quantity: number): StockEvent => ({ type: 'StockReceived', data: { quantity } });
export const adjusted = (delta: number): StockEvent => ({
  type: 'StockAdjusted',
  data: { delta, reason: 'count' },
});
export const reserved = (quantity: number, order = orderId): StockEvent => ({
  type: 'StockReserved',
  data: { orderId: order, quantity },
});
export const refused = (requested: number, left: number, order = orderId): StockEvent => ({
  type: 'StockReservationRefused',
  data: { orderId: order, requested, available: left },
});
export const released = (quantity: number): StockEvent => ({
  type: 'StockReleased',
  data: { orderId, quantity },
});
export const committed = (quantity: number, order = orderId): StockEvent => ({
  type: 'StockCommitted',
  data: { orderId: order, quantity },
});
export const returned = (quantity: number, order = orderId): StockEvent => ({
  type: 'StockReturned',
  data: { orderId: order, quantity },
});

export const { given } = deciderSpecification(stock);
export const five = [created, received(5)];

export function throughSnapshot(state: StockState): StockState {
  invariant(stock.snapshot !== undefined, 'stock takes snapshots');
  const { parts, add } = stock.snapshot;
  const stored = JSON.stringify([...parts(state)]);
  return (JSON.parse(stored) as Json[]).reduce<StockState>(add, stock.initialState);
}
