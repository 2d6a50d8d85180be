// The history of a customer that an order carries for its check.
import { describe, expect, test } from '@jest/globals';
import { CustomerId, fold, OrderId } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import {
  countedOrders,
  customerActivity,
  customerHistory,
  type CustomerActivity,
  type NoteOrder,
  type OrderNoted,
} from './index.js';

const customerId = CustomerId('c-1');
const { given } = deciderSpecification(customerActivity);
const at = (minutes: number): string => new Date(Date.UTC(2026, 0, 1) + minutes * 60_000).toISOString();
const note = (id: string, minutes: number): NoteOrder => ({
  type: 'NoteOrder',
  data: { customerId, orderId: OrderId(id), at: at(minutes) },
});
const noted = (id: string, minutes: number): OrderNoted => ({
  type: 'OrderNoted',
  data: { orderId: OrderId(id), at: at(minutes) },
});
const after = (...events: readonly OrderNoted[]): CustomerActivity =>
  fold(customerActivity, customerActivity.initialState, events);
const historyOf = (id: string, ...events: readonly OrderNoted[]) =>
  customerHistory(after(...events), OrderId(id));

describe('noting an order', () => {
  test('keeps the order with its time', () => {
    given([])
      .when(note('a', 0))
      .then([noted('a', 0)]);
  });
  test('does nothing for an order that is noted already', () => {
    given([noted('a', 0), noted('b', 1)])
      .when(note('a', 2))
      .thenNothing();
  });
});

describe('the history of a customer', () => {
  test('of the first order is empty', () => {
    expect(historyOf('a', noted('a', 0))).toEqual({ earlierOrders: 0, ordersInLastHour: 0 });
  });
  test('counts earlier orders, and those of the last hour, without the order itself and later ones', () => {
    const events = [noted('a', 0), noted('b', 30), noted('c', 61), noted('d', 62)];
    expect(historyOf('c', ...events)).toEqual({ earlierOrders: 2, ordersInLastHour: 1 });
  });
  test('of a very old order counts all other orders', () => {
    expect(historyOf('a', noted('a', 0), noted('b', 100))).toEqual({ earlierOrders: 2, ordersInLastHour: 0 });
  });
  test('counts at most `countedOrders` orders of an hour', () => {
    const events = Array.from({ length: 3 * countedOrders }, (_, n) => noted(`o${n}`, 0));
    expect(historyOf(`o${events.length - 1}`, ...events)).toEqual({
      earlierOrders: events.length - 1,
      ordersInLastHour: countedOrders,
    });
  });
  test('is the same after a snapshot', () => {
    const state = after(noted('a', 0), noted('b', 30));
    const { snapshot, initialState } = customerActivity;
    const parts = [...(snapshot?.parts(state) ?? [])];
    expect(parts.reduce<CustomerActivity>((s, part) => snapshot?.add(s, part) ?? s, initialState)).toEqual(
      state,
    );
  });
});
