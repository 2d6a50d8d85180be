// Money and goods that go back after an order was confirmed: refunds by staff, and returns.
import { describe, test } from '@jest/globals';
import {
  cardRefused,
  cup,
  customerId,
  done,
  eur,
  failed,
  gatewayGivenUp,
  given,
  isDelivered,
  isQueued,
  orderId,
  refundAsked,
  refundConfirmed,
  refundDenied,
  refunded,
  refundedToCard,
  refundRecorded,
  refundStarted,
  refusalRecorded,
  rejected,
  restocked,
  returnAccepted,
  returnStarted,
  tea,
} from './test/fulfilment.js';

describe('when staff refund an order', () => {
  test('the wallet refunds the money, and the order records it', () => {
    given(isQueued)
      .when(refundAsked('r1'))
      .then([refundStarted('r1')])
      .thenPending({
        ...{ kind: 'command', step: 'refund:r1', failedAttempts: 0 },
        command: { type: 'Refund', data: { customerId, orderId, refundId: 'r1', amount: eur(250) } },
      });
    given([...isQueued, refundStarted('r1')])
      .when(refunded('r1'))
      .then([refundConfirmed('r1')])
      .thenPending('record-refund:r1');
    given([...isQueued, refundStarted('r1'), refundConfirmed('r1')])
      .when(refundRecorded('r1'))
      .then([done('record-refund:r1')])
      .thenPending();
  });
  test('a card payment is refunded by the gateway, under the id of the request', () => {
    given(isQueued)
      .when(refundAsked('r1', 'CARD'))
      .then([refundStarted('r1', 'CARD')])
      .thenPending({
        ...{ kind: 'command', step: 'refund:r1', failedAttempts: 0 },
        command: {
          type: 'RefundPayment',
          data: { orderId, attempt: 1, refundId: 'r1', amount: eur(250) },
        },
      });
    given([...isQueued, refundStarted('r1', 'CARD')])
      .when(refundedToCard('r1'))
      .then([refundConfirmed('r1')]);
  });
  test('refused by the wallet or the gateway › the order records the refusal', () => {
    given([...isQueued, refundStarted('r1')])
      .when(rejected('refund:r1', 'RefundExceedsCaptured'))
      .then([refundDenied('r1', 'RefundExceedsCaptured')])
      .thenPending('refuse-refund:r1');
    given([...isQueued, refundStarted('r1', 'CARD')])
      .when(cardRefused('r1'))
      .then([refundDenied('r1', 'insufficient_balance')])
      .thenPending('refuse-refund:r1');
    given([...isQueued, refundStarted('r1'), refundDenied('r1', 'RefundExceedsCaptured')])
      .when(refusalRecorded('r1'))
      .then([done('refuse-refund:r1')])
      .thenPending();
  });
  test('a gateway that gave no answer is asked again, once for each missing answer', () => {
    const again = failed('refund:r1', 1, 'no answer', '2026-03-01T10:01:00.000Z');
    const silence = gatewayGivenUp('r1');
    given([...isQueued, refundStarted('r1', 'CARD')])
      .when(silence, silence)
      .then([again])
      .thenPending('refund:r1');
  });
  test("the checkout's own refund is ignored", () => {
    given([...isQueued, refundStarted('r1')])
      .when(refunded('checkout'))
      .thenNothing();
  });
});

describe('when goods come back', () => {
  test('the units go to stock, and the money to the customer', () => {
    given(isDelivered)
      .when(returnAccepted('b1'))
      .then([returnStarted('b1')])
      .thenPending(
        {
          ...{ kind: 'command', step: 'restock:b1:TEA', failedAttempts: 0 },
          command: { type: 'ReturnStock', data: { sku: tea, orderId, quantity: 2, returnId: 'b1' } },
        },
        'restock:b1:CUP',
        'refund:b1',
      );
    given([...isDelivered, returnStarted('b1')])
      .when(restocked(tea, 'b1'), refunded('b1'), restocked(cup, 'b1'), refundRecorded('b1'))
      .then([done('restock:b1:TEA'), refundConfirmed('b1'), done('restock:b1:CUP'), done('record-refund:b1')])
      .thenPending();
  });
  test('without money left, only the stock moves', () => {
    given(isDelivered)
      .when(returnAccepted('b1', null))
      .then([returnStarted('b1', null)])
      .thenPending('restock:b1:TEA', 'restock:b1:CUP');
  });
  test('the stock of another return does not complete this one', () => {
    given([...isDelivered, returnStarted('b1')])
      .when(restocked(tea, 'b2'), restocked(tea))
      .thenNothing();
  });
});
