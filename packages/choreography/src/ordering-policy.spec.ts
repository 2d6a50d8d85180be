// Ordering's policy tells the order what inventory and payment state, and ends it when it can't be completed.
import { describe, test } from '@jest/globals';
import type { OrderingPolicyEvent } from './index.js';
import {
  ordering,
  inFifteen,
  orderId,
  customerId,
  amount,
  shippingAddress,
  transactionId,
  event,
  positionOf,
  began,
  stock,
  stated,
  ended,
} from './test/policies.js';

describe('ordering’s policy', () => {
  const { given } = ordering;
  const started: OrderingPolicyEvent = {
    type: 'OrderingPolicyStarted',
    data: {
      ...{ ...began, coordination: 'CHOREOGRAPHY', customerId, stock, total: amount },
      ...{ paymentMethod: 'CARD', paymentMode: 'ON_CONFIRMATION', shippingAddress },
    },
  };
  const noted: OrderingPolicyEvent = { type: 'StockNoted', data: {} };
  const until: OrderingPolicyEvent = {
    type: 'DeadlineSet',
    data: { deadline: 'reservation', dueAt: inFifteen },
  };
  const paying: OrderingPolicyEvent = { type: 'PaymentStartNoted', data: {} };
  const isReserved = [started, noted, until];
  const words = { reason: 'PAYMENT_DECLINED', message: 'The card was declined' } as const;
  const deciding = (data: Extract<OrderingPolicyEvent, { type: 'OrderEndDecided' }>['data']) =>
    ({ type: 'OrderEndDecided', data }) as const;

  test('when the stock is secured › tells the order until when, and waits', () => {
    given([started])
      .when(stated('inventorypolicy', 'AllStockSecured'))
      .then([noted, until])
      .thenPending('mark-reserved', 'deadline:reservation');
  });

  test('when the order is paid › tells it, has an invoice numbered, and has it confirmed', () => {
    const paid = stated('paymentpolicy', 'PaymentCompleted', { transactionId });
    const number = 'INV-2026-000001';
    const issued = event('invoices-2026', { type: 'InvoiceIssued', data: { orderId, number } });
    const confirmed = event('order-o1', { type: 'OrderConfirmed', data: { invoiceNumber: number } });
    const wanted: readonly OrderingPolicyEvent[] = [
      { type: 'PaymentNoted', data: { transactionId } },
      { type: 'InvoiceRequested', data: { year: 2026, since: positionOf(paid) } },
    ];
    given([...isReserved, paying])
      .when(paid, paid)
      .then(wanted)
      .thenPending('mark-paid', 'number-invoice');
    given([...isReserved, paying, ...wanted])
      .when(issued, confirmed)
      .then([
        { type: 'InvoiceNumbered', data: { invoiceNumber: number } },
        { type: 'OrderKept', data: {} },
      ])
      .thenPending();
  });

  test('when a card was declined and another may do › tells the order, which waits as long as before', () => {
    const allowed = stated('paymentpolicy', 'AnotherAttemptAllowed', {
      ...{ attempt: 1, code: 'card_declined', ...words },
    });
    const known: OrderingPolicyEvent = {
      type: 'DeclineNoted',
      data: { attempt: 1, code: 'card_declined' },
    };
    given([...isReserved, paying])
      .when(allowed, allowed)
      .then([known, until])
      .thenPending('mark-declined:1', 'deadline:reservation');
    given([...isReserved, paying])
      .when({ ...allowed, at: inFifteen })
      .then([deciding({ outcome: 'FAILED', ...words })]);
  });

  test.each([
    ['stock is lacking', stated('inventorypolicy', 'StockUnavailable', words)],
    ['the payment has failed', stated('paymentpolicy', 'PaymentFailed', words)],
  ])('when %s › ends the order, once', (_, input) => {
    given([...isReserved, paying])
      .when(input, input)
      .then([deciding({ outcome: 'FAILED', ...words })])
      .thenPending('end-order');
  });

  test('when the reservation ends first › cancels the order; an end by another command is noted', () => {
    given(isReserved)
      .when({ kind: 'deadline', name: 'reservation', dueAt: inFifteen, at: inFifteen })
      .then([
        { type: 'DeadlineReached', data: { deadline: 'reservation' } },
        deciding({
          ...{ outcome: 'CANCELLED', reason: 'RESERVATION_EXPIRED' },
          message: 'The reservation ended before the order was paid',
        }),
      ])
      .thenPending('end-order');
    given(isReserved)
      .when(ended, ended)
      .then([{ type: 'OrderEndNoted', data: {} }])
      .thenPending();
  });
});
