// The checkout takes the money: from the wallet, with more time to pay, and for an order that costs nothing.
import { describe, expect, test } from '@jest/globals';
import type { PaymentMode } from '@holdfast/ordering';
import {
  amount,
  awaitsCustomer,
  byCustomer,
  cancelled,
  captured,
  capturedAt,
  completed,
  confirmed,
  cup,
  customerId,
  deadline,
  eur,
  failed,
  fundsCaptured,
  fundsRequested,
  fundsSecured,
  gaveUp,
  given,
  givenChecked,
  hasTimedOut,
  held,
  holdRefused,
  inFifteenMinutes,
  inFiveMinutes,
  input,
  invoiceNumber,
  invoiceRequested,
  isCapturing,
  isCompleted,
  isPaid,
  isPaying,
  isReserved,
  issued,
  line,
  numbered,
  orderId,
  passed,
  payment,
  place,
  reservationDeadline,
  reserved,
  run,
  secured,
  started,
  stepFailed,
  tea,
  undoing,
  undone,
  positionOf,
} from './test/checkout.js';
import type { CheckoutEvent, Ending, OrderCheck } from './index.js';

describe('paying', () => {
  test('when the payment is started › holds the funds under a payment deadline', () => {
    given(isReserved)
      .when(payment)
      .then(fundsRequested)
      .thenPending(
        {
          kind: 'command',
          step: 'hold-funds',
          command: { type: 'HoldFunds', data: { customerId, orderId, amount } },
          failedAttempts: 0,
        },
        { kind: 'deadline', name: 'payment', dueAt: inFiveMinutes },
      );
  });

  test('when the customer pays a waiting order › the payment deadline takes the place of the reservation one', () => {
    given(awaitsCustomer).when(payment).then(fundsRequested).thenPending('hold-funds', 'deadline:payment');
  });

  test('when the funds are held › captures them', () => {
    given(isPaying)
      .when(held)
      .then([fundsSecured])
      .thenPending(
        {
          kind: 'command',
          step: 'capture-funds',
          command: { type: 'CaptureHold', data: { customerId, orderId } },
          failedAttempts: 0,
        },
        'deadline:payment',
      );
  });

  test('when the wallet refuses › fails the order with INSUFFICIENT_FUNDS and releases the stock', () => {
    const ending: Ending = {
      outcome: 'FAILED',
      reason: 'INSUFFICIENT_FUNDS',
      message: 'The wallet does not hold enough money',
    };
    given(isPaying)
      .when(holdRefused)
      .then([
        { type: 'FundsDenied', data: { available: eur(3) } },
        undoing(ending, 'end-order', 'release:TEA'),
      ])
      .thenPending('end-order', 'release:TEA');
  });

  test('when the funds are captured and the checks pass › marks the order paid and asks for the number of its invoice', () => {
    given(isCapturing)
      .when(captured)
      .then([fundsCaptured, passed])
      .thenPending(
        {
          kind: 'command',
          step: 'mark-paid',
          command: { type: 'MarkPaid', data: { orderId, transactionId: capturedAt?.event.id ?? '' } },
          failedAttempts: 0,
        },
        {
          kind: 'command',
          step: 'number-invoice',
          command: { type: 'IssueInvoice', data: { orderId, year: 2026 } },
          failedAttempts: 0,
          since: positionOf(captured),
        },
      );
  });

  test('when the invoice has its number › confirms the order with it', () => {
    given([...isCapturing, fundsCaptured, passed])
      .when(issued)
      .then([numbered])
      .thenPending('mark-paid', {
        kind: 'command',
        step: 'confirm',
        command: { type: 'Confirm', data: { orderId, invoiceNumber } },
        failedAttempts: 0,
      });
  });

  test('when the order is cancelled before its number comes › the number changes nothing', () => {
    given([...isCapturing, fundsCaptured, passed, undoing(byCustomer, 'refund', 'release:TEA')])
      .when(issued)
      .then([])
      .thenPending('refund', 'release:TEA');
  });

  test('when a checkout from before invoices were counted continues › confirms with the number that it has', () => {
    const number = 'INV-0000000105';
    given([...isCapturing, fundsCaptured, { type: 'ChecksPassed', data: { invoiceNumber: number } }])
      .when(confirmed)
      .then([completed])
      .thenPending();
  });

  test('when the order is confirmed › the checkout is complete and nothing is left to do', () => {
    given(isPaid).when(confirmed).then([completed]).thenPending();
  });

  test('when an AUTOMATIC order of two lines goes through › it takes no more than ten decisions', () => {
    const decisions = run(
      place('AUTOMATIC', [line(tea, 1), line(cup, 1)]),
      reserved(tea),
      reserved(cup),
      payment,
      held,
      captured,
      issued,
      confirmed,
    );
    expect(decisions.map(({ type }) => type)).toEqual([
      'CheckoutStarted',
      'StockSecured',
      'StockSecured',
      'FundsRequested',
      'DeadlineSet',
      'FundsSecured',
      'FundsCaptured',
      'InvoiceRequested',
      'InvoiceNumbered',
      'CheckoutCompleted',
    ]);
  });
});

describe('an order with a total of 0', () => {
  const gift = [{ sku: tea, quantity: 2 }];
  const free = (paymentMode: PaymentMode): CheckoutEvent => started(paymentMode, gift, eur(0));
  const skipped: CheckoutEvent = { type: 'PaymentSkipped', data: {} };
  const teaReserved = reserved(tea);
  const invoice = invoiceRequested;
  const isFreeAndPaid = [free('AUTOMATIC'), secured(tea), skipped, invoice(teaReserved), numbered];

  test('when an AUTOMATIC one has all its stock › is reserved, paid and confirmed, and no wallet is asked', () => {
    given([free('AUTOMATIC')])
      .when(teaReserved)
      .then([secured(tea), skipped, invoice(teaReserved)])
      .thenPending(
        {
          kind: 'command',
          step: 'mark-reserved',
          command: { type: 'MarkReserved', data: { orderId, expiresAt: null } },
          failedAttempts: 0,
        },
        {
          kind: 'command',
          step: 'mark-paid',
          command: { type: 'SkipPayment', data: { orderId } },
          failedAttempts: 0,
        },
        'number-invoice',
      );
    given(isFreeAndPaid).when(confirmed).then([completed]).thenPending();
  });

  test('when an ON_CONFIRMATION one has all its stock › waits for its customer like any other', () => {
    given([free('ON_CONFIRMATION')])
      .when(teaReserved)
      .then([secured(tea), reservationDeadline])
      .thenPending('mark-reserved', 'deadline:reservation');
    given([free('ON_CONFIRMATION'), secured(tea), reservationDeadline])
      .when(payment)
      .then([skipped, invoice(payment)])
      .thenPending('mark-paid', 'number-invoice');
  });

  test('when it is cancelled › its stock is released, and there is nothing to refund', () => {
    for (const decisions of [isFreeAndPaid, [...isFreeAndPaid, completed]])
      given(decisions)
        .when(cancelled)
        .then([undoing(byCustomer, 'release:TEA')])
        .thenPending('release:TEA');
  });

  test('when its confirmation is given up as lost › nothing is given back before its end is certain', () => {
    given(isFreeAndPaid)
      .when(stepFailed('confirm', 'exhausted'))
      .then([
        { type: 'StepFailed', data: { step: 'confirm', reason: 'exhausted', error: 'store is away' } },
        undoing(gaveUp, 'end-order', 'release:TEA'),
      ])
      .thenPending('end-order');
  });

  test('when the check rejects it › becomes reserved and paid before it fails, and its stock goes back', () => {
    const fraud: Ending = { outcome: 'FAILED', reason: 'FRAUD_REJECTED', message: 'No' };
    const rejects: OrderCheck = () => ({ verdict: 'reject', reason: 'FRAUD_REJECTED', message: 'No' });
    const rejected = [free('AUTOMATIC'), secured(tea), skipped, undoing(fraud, 'end-order', 'release:TEA')];
    givenChecked(rejects)([free('AUTOMATIC')])
      .when(teaReserved)
      .then(rejected.slice(1))
      .thenPending('mark-reserved', 'mark-paid', 'end-order');
    given(rejected)
      .when(failed)
      .then([undone('end-order', failed)])
      .thenPending('release:TEA');
  });
});

describe('more time to pay', () => {
  const inThirtyMinutes = '2026-03-01T10:30:00.000Z';
  const moreTime = input('order-o1', {
    type: 'OrderReservationExtended',
    data: { expiresAt: inThirtyMinutes },
  });
  const later: CheckoutEvent = {
    type: 'DeadlineSet',
    data: { deadline: 'reservation', dueAt: inThirtyMinutes },
  };

  test('when the customer is given more time › the reservation deadline moves, once', () => {
    given(awaitsCustomer)
      .when(moreTime, moreTime)
      .then([later])
      .thenPending('mark-reserved', { kind: 'deadline', name: 'reservation', dueAt: inThirtyMinutes });
  });

  test('when the earlier deadline comes › it is stale', () => {
    given([...awaitsCustomer, later])
      .when(deadline('reservation', inFifteenMinutes))
      .thenNothing();
  });

  test('when the customer pays, or the order has ended › more time changes nothing', () => {
    for (const decisions of [isPaying, isCompleted, hasTimedOut])
      given(decisions).when(moreTime).thenNothing();
  });
});
