// The key of a deposit: the same for the same wish, in every tab and after a reload.
import { beforeEach, expect, test } from '@jest/globals';
import { begunDeposit, pendingDeposit, settledDeposit } from './pending-deposit.js';

const euros = (amount: string) => ({ amount, currency: 'EUR' });
const back = 'http://localhost/wallet';

beforeEach(() => {
  pendingDeposit.set(null);
});

test('the same wish has the same key until it is decided, and another one after that', () => {
  const first = begunDeposit(euros('1240'), null, back);
  expect(begunDeposit(euros('1240'), null, back)).toBe(first);
  settledDeposit(first);
  expect(begunDeposit(euros('1240'), null, back).key).not.toBe(first.key);
});

test.each([
  ['another amount', euros('1241'), null],
  ['another currency', { amount: '1240', currency: 'JPY' }, null],
  ['an order', euros('1240'), 'o-1'],
])('%s is another wish', (_, amount, orderId) => {
  const first = begunDeposit(euros('1240'), null, back);
  expect(begunDeposit(amount, orderId, back).key).not.toBe(first.key);
});

test('a deposit that another tab has begun since is not ended by the outcome of this one', () => {
  const first = begunDeposit(euros('100'), null, back);
  const other = begunDeposit(euros('200'), null, back);
  settledDeposit(first);
  expect(pendingDeposit.get()).toEqual(other);
});

test('a reload finds it again, and text under its name that is none is no deposit', () => {
  const begun = begunDeposit(euros('1240'), 'o-1', back);
  const stored = localStorage.getItem('holdfast.deposit');
  expect(JSON.parse(stored ?? '')).toEqual(begun);
  localStorage.setItem('holdfast.deposit', '{"key":7}');
  expect(pendingDeposit.get()).toBeNull();
});
