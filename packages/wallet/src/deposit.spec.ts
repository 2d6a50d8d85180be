// A deposit by card as its customer asks for it.
import { describe, test } from '@jest/globals';
import { CustomerId, money } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import { deposit, type DepositEvent, type RequestDeposit } from './index.js';

const { given } = deciderSpecification(deposit);
const asked = {
  customerId: CustomerId('c-1'),
  amount: money.of(5000, 'EUR'),
  card: 'tok_ok',
  returnUrl: 'https://shop.example/wallet',
};
const requested: DepositEvent = { type: 'DepositRequested', data: asked };
const request = (more: Partial<RequestDeposit['data']> = {}): RequestDeposit => ({
  type: 'RequestDeposit',
  data: { depositId: 'd-1', ...asked, ...more },
});

describe('when a customer asks to pay in by card', () => {
  test('it is requested once, however often it is asked for', () => {
    given([]).when(request()).then([requested]);
    given([requested]).when(request()).thenNothing();
  });
  test.each([
    ['amount', { amount: money.of(5001, 'EUR') }],
    ['currency', { amount: money.of(5000, 'GBP') }],
    ['card', { card: 'tok_other' }],
    ['customer', { customerId: CustomerId('c-2') }],
  ])('a second request with another %s under the same id is refused', (_, more) => {
    given([requested]).when(request(more)).thenRejected('DepositMismatch');
  });
  test('an amount of 0 is refused', () => {
    given([])
      .when(request({ amount: money.of(0, 'EUR') }))
      .thenRejected('InvalidAmount');
  });
});
