// The decisions of the checkout: every step of an order, every end of it, and messages that arrive twice or late.
import { describe, expect, test } from '@jest/globals';
import { fold, Sku } from '@holdfast/kernel';
import type { PaymentMode } from '@holdfast/ordering';
import {
  after,
  amount,
  attemptFailed,
  awaitsCustomer,
  byCustomer,
  cancelled,
  captured,
  capturedAt,
  compensated,
  completed,
  confirmed,
  cup,
  cupReserved,
  customerId,
  deadline,
  denied,
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
  holdReleased,
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
  isReserving,
  isUnderReview,
  issued,
  line,
  numbered,
  orderId,
  passed,
  payment,
  place,
  refunded,
  refused,
  reservationDeadline,
  reserved,
  review,
  reviewed,
  run,
  secured,
  settings,
  started,
  statusAfter,
  stepFailed,
  stockReleased,
  tea,
  teaReleased,
  timedOut,
  undoAdded,
  undoing,
  undone,
  type Input,
  positionOf,
} from './test/checkout.js';
import { createCheckout, type CheckoutEvent, type Ending, type OrderCheck, type Step } from './index.js';

describe('reserving', () => {
  test('when an order is placed › reserves every SKU of it', () => {
    given([])
      .when(place('AUTOMATIC', [line(tea, 1), line(cup, 1)]))
      .then(isReserving)
      .thenPending('reserve:TEA', 'reserve:CUP');
  });

  test('when a SKU is on several lines › reserves it once, quantities added up', () => {
    given([])
      .when(place('AUTOMATIC', [line(tea, 1), line(cup, 3), line(tea, 4)]))
      .then([
        started(
          'AUTOMATIC',
          [
            { sku: tea, quantity: 5 },
            { sku: cup, quantity: 3 },
          ],
          eur(2000),
        ),
      ])
      .thenPending(
        {
          kind: 'command',
          step: 'reserve:TEA',
          command: { type: 'ReserveStock', data: { sku: tea, orderId, quantity: 5 } },
          failedAttempts: 0,
        },
        'reserve:CUP',
      );
  });

  test('when one of two SKUs is secured › only the other is still to be reserved', () => {
    given(isReserving)
      .when(reserved(tea))
      .then([secured(tea)])
      .thenPending('reserve:CUP');
  });

  test('when the last of 150 SKUs is secured › the order is reserved, not before', () => {
    const skus = Array.from({ length: 150 }, (_, n) => Sku(`SKU-${n}`));
    given([])
      .when(
        place(
          'AUTOMATIC',
          skus.map((sku) => line(sku, 1)),
        ),
        ...skus.slice(1).map(reserved),
      )
      .thenPending('reserve:SKU-0');
    given([])
      .when(
        place(
          'AUTOMATIC',
          skus.map((sku) => line(sku, 1)),
        ),
        ...skus.map(reserved),
      )
      .thenPending('mark-reserved', 'start-payment');
  });

  test('when an AUTOMATIC order has all its stock › marks it reserved and starts the payment', () => {
    given([started('AUTOMATIC')])
      .when(reserved(tea))
      .then([secured(tea)])
      .thenPending(
        {
          kind: 'command',
          step: 'mark-reserved',
          command: { type: 'MarkReserved', data: { orderId, expiresAt: null } },
          failedAttempts: 0,
        },
        {
          kind: 'command',
          step: 'start-payment',
          command: { type: 'StartPayment', data: { orderId, method: 'WALLET', attempt: 1 } },
          failedAttempts: 0,
        },
      );
  });

  describe('whose deadline a person moves', () => {
    const move = (dueAt: string, deadline: 'reservation' | 'payment' = 'reservation') =>
      input('intervention-o1', { type: 'DeadlineMoveRequested', data: { deadline, dueAt, reason: 'why' } });
    const moved = (dueAt: string, by: ReturnType<typeof move>): CheckoutEvent => ({
      type: 'DeadlineMoved',
      data: {
        ...{ deadline: 'reservation', dueAt, reason: 'why' },
        ...(by.kind === 'event' && { actor: by.event.metadata.actor, position: by.position }),
      } as never,
    });
    const isWaiting = [started('ON_CONFIRMATION'), secured(tea), reservationDeadline];
    const later = '2026-01-01T02:00:00.000Z';

    test('› waits until then', () => {
      const request = move(later);
      given(isWaiting)
        .when(request)
        .then([moved(later, request)])
        .thenPending(
          {
            kind: 'command',
            step: 'mark-reserved',
            command: { type: 'MarkReserved', data: { orderId, expiresAt: inFifteenMinutes } },
            failedAttempts: 0,
          },
          { kind: 'deadline', name: 'reservation', dueAt: later },
        );
    });

    test('› counts the request once, however often it comes', () => {
      const request = move(later);
      given([...isWaiting, moved(later, request)])
        .when(request)
        .thenNothing();
    });

    test('› that is not armed › changes nothing', () => {
      given(isWaiting).when(move(later, 'payment')).thenNothing();
    });
  });

  test('when an ON_CONFIRMATION order has all its stock › sets the reservation deadline and waits', () => {
    given([started('ON_CONFIRMATION')])
      .when(reserved(tea))
      .then([secured(tea), reservationDeadline])
      .thenPending(
        {
          kind: 'command',
          step: 'mark-reserved',
          command: { type: 'MarkReserved', data: { orderId, expiresAt: inFifteenMinutes } },
          failedAttempts: 0,
        },
        { kind: 'deadline', name: 'reservation', dueAt: inFifteenMinutes },
      );
  });
});

describe('out of stock', () => {
  const one: Ending = { outcome: 'FAILED', reason: 'OUT_OF_STOCK', message: 'Out of stock: CUP (1 of 2)' };

  test('when a SKU is refused while others are unanswered › waits for their answers', () => {
    given(isReserving)
      .when(refused(cup))
      .then([denied(cup)])
      .thenPending('reserve:TEA');
  });

  test('when one SKU is secured and the other refused › fails the order and releases the secured one', () => {
    given(isReserving)
      .when(refused(cup), reserved(tea))
      .then([denied(cup), secured(tea), undoing(one, 'end-order', 'release:TEA')])
      .thenPending(
        {
          kind: 'command',
          step: 'end-order',
          command: { type: 'Fail', data: { orderId, reason: 'OUT_OF_STOCK', message: one.message } },
          failedAttempts: 0,
        },
        {
          kind: 'command',
          step: 'release:TEA',
          command: { type: 'ReleaseStock', data: { sku: tea, orderId } },
          failedAttempts: 0,
        },
      );
  });

  test('when every SKU is refused › names every shortage, and there is nothing to release', () => {
    const message = 'Out of stock: TEA (1 of 2), CUP (1 of 2)';
    given(isReserving)
      .when(refused(tea), refused(cup))
      .then([denied(tea), denied(cup), undoing({ ...one, message }, 'end-order')]);
  });

  test('when the order has failed and its stock is released › the compensation is complete', () => {
    given([...isReserving, denied(cup), secured(tea), undoing(one, 'end-order', 'release:TEA')])
      .when(failed, teaReleased)
      .then([undone('end-order', failed), undone('release:TEA', teaReleased), compensated])
      .thenPending();
  });

  test('when a refused reservation succeeds after all › it is released too, though the compensation was complete', () => {
    given([
      ...isReserving,
      denied(cup),
      denied(tea),
      undoing(one, 'end-order'),
      undone('end-order', failed),
      compensated,
    ])
      .when(cupReserved)
      .then([undoAdded('release:CUP', cupReserved)])
      .thenPending('release:CUP');
  });
});

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

describe('checks', () => {
  const fraud: Ending = { outcome: 'FAILED', reason: 'FRAUD_REJECTED', message: 'No' };
  const rejects: OrderCheck = () => ({ verdict: 'reject', reason: 'FRAUD_REJECTED', message: 'No' });
  const asks: OrderCheck = () => ({ verdict: 'review', reason: 'first large order' });

  test('when the check is asked › it gets the order with its address', () => {
    const countries: string[] = [];
    const check: OrderCheck = (order) => {
      countries.push(order.shippingAddress.country);
      return { verdict: 'pass' };
    };
    givenChecked(check)(isCapturing).when(captured).then([fundsCaptured, passed]);
    expect(new Set(countries)).toEqual(new Set(['CH']));
  });

  test('when the check rejects › the paid order fails, and its money and stock go back once it has', () => {
    givenChecked(rejects)(isCapturing)
      .when(captured)
      .then([fundsCaptured, undoing(fraud, 'end-order', 'refund', 'release:TEA')])
      .thenPending('mark-paid', 'end-order');
    given([...isCapturing, fundsCaptured, undoing(fraud, 'end-order', 'refund', 'release:TEA')])
      .when(failed)
      .then([undone('end-order', failed)])
      .thenPending(
        {
          kind: 'command',
          step: 'refund',
          command: { type: 'Refund', data: { customerId, orderId, refundId: 'checkout' } },
          failedAttempts: 0,
        },
        'release:TEA',
      );
  });

  test('when the address is invalid › the order fails with ADDRESS_INVALID', () => {
    const message = 'No such street';
    givenChecked(() => ({ verdict: 'reject', reason: 'ADDRESS_INVALID', message }))(isCapturing)
      .when(captured)
      .then([
        fundsCaptured,
        undoing(
          { outcome: 'FAILED', reason: 'ADDRESS_INVALID', message },
          'end-order',
          'refund',
          'release:TEA',
        ),
      ]);
  });

  test('when the order cannot be marked paid before it fails › it fails all the same', () => {
    given([...isCapturing, fundsCaptured, undoing(fraud, 'end-order', 'refund', 'release:TEA')])
      .when(stepFailed('mark-paid', 'exhausted'))
      .then([
        { type: 'StepFailed', data: { step: 'mark-paid', reason: 'exhausted', error: 'store is away' } },
      ])
      .thenPending('end-order');
  });

  test('when the check asks for a person › holds the paid order for review', () => {
    givenChecked(asks)(isCapturing)
      .when(captured)
      .then([fundsCaptured, review])
      .thenPending('mark-paid', {
        kind: 'command',
        step: 'hold-for-review',
        command: { type: 'HoldForReview', data: { orderId, reason: 'first large order' } },
        failedAttempts: 0,
      });
  });

  test('when staff approve › the order gets the number of its invoice, and is confirmed', () => {
    given(isUnderReview)
      .when(reviewed(true), issued)
      .then([{ type: 'InvoiceRequested', data: { year: 2026, since: null } }, numbered])
      .thenPending('mark-paid', 'confirm');
  });

  test('when staff reject › the order fails as FRAUD_REJECTED, for the reason that they gave', () => {
    const ending: Ending = { outcome: 'FAILED', reason: 'FRAUD_REJECTED', message: 'Staff looked' };
    given(isUnderReview)
      .when(reviewed(false))
      .then([undoing(ending, 'end-order', 'refund', 'release:TEA')])
      .thenPending('mark-paid', 'end-order');
  });

  test('when staff decide on an order that its customer has cancelled › nothing changes', () => {
    given([...isUnderReview, undoing(byCustomer, 'refund', 'release:TEA')])
      .when(reviewed(true))
      .then([])
      .thenPending('refund', 'release:TEA');
  });

  test('when another command confirms an order under review › the checkout is complete', () => {
    given(isUnderReview).when(confirmed).then([completed]).thenPending();
  });

  test('when another command fails an order under review › refunds and releases, since the order has failed already', () => {
    given(isUnderReview)
      .when(failed, refunded, teaReleased)
      .then([
        undoing(
          { outcome: 'FAILED', reason: 'FRAUD_REJECTED', message: 'Rejected by staff' },
          'refund',
          'release:TEA',
        ),
        undone('refund', refunded),
        undone('release:TEA', teaReleased),
        compensated,
      ])
      .thenPending();
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

describe('the customer cancels', () => {
  const cases: readonly [string, readonly CheckoutEvent[], readonly Step[]][] = [
    ['nothing is answered', isReserving, ['release:TEA', 'release:CUP']],
    ['one SKU is secured', [...isReserving, secured(tea)], ['release:TEA', 'release:CUP']],
    ['one SKU is refused', [...isReserving, denied(tea)], ['release:CUP']],
    ['the stock is reserved', isReserved, ['release:TEA']],
    ['the order waits to be paid', awaitsCustomer, ['release:TEA']],
    ['the funds are requested', isPaying, ['release-funds', 'release:TEA']],
    ['the funds are held', isCapturing, ['release-funds', 'release:TEA']],
    ['the order is paid', isPaid, ['refund', 'release:TEA']],
    ['the order is under review', isUnderReview, ['refund', 'release:TEA']],
    ['the order is confirmed', isCompleted, ['refund', 'release:TEA']],
  ];
  test.each(cases)(
    'when %s › undoes every possible effect, and no deadline is left',
    (_, decisions, undo) => {
      given(decisions)
        .when(cancelled)
        .then([undoing(byCustomer, ...undo)])
        .thenPending(...undo);
    },
  );

  test('when the customer gives a reason › it stays with the compensation', () => {
    given(isReserved)
      .when(
        input('order-o1', {
          type: 'OrderCancelled',
          data: { reason: 'CUSTOMER_CANCELLED', note: 'Too late' },
        }),
      )
      .then([undoing({ ...byCustomer, message: 'Too late' }, 'release:TEA')]);
  });

  test('when the order is failing already › its end is known', () => {
    given(hasTimedOut)
      .when(cancelled)
      .then([undone('end-order', cancelled)])
      .thenPending('release-funds', 'release:TEA');
  });

  test('when there is no checkout › decides nothing', () => {
    given([]).when(cancelled).thenNothing();
  });
});

describe('deadlines', () => {
  test('when the reservation deadline comes › cancels the order and releases the stock', () => {
    const expired: Ending = {
      outcome: 'CANCELLED',
      reason: 'RESERVATION_EXPIRED',
      message: 'The reservation ended before the order was paid',
    };
    given(awaitsCustomer)
      .when(deadline('reservation', inFifteenMinutes))
      .then([
        { type: 'DeadlineReached', data: { deadline: 'reservation' } },
        undoing(expired, 'end-order', 'release:TEA'),
      ])
      .thenPending(
        {
          kind: 'command',
          step: 'end-order',
          command: {
            type: 'Cancel',
            data: { orderId, reason: 'RESERVATION_EXPIRED', note: expired.message },
          },
          failedAttempts: 0,
        },
        'release:TEA',
      );
  });

  test('when the payment deadline comes › fails the order, releases the stock and any hold', () => {
    for (const decisions of [isPaying, isCapturing]) {
      given(decisions)
        .when(deadline('payment', inFiveMinutes))
        .then([
          { type: 'DeadlineReached', data: { deadline: 'payment' } },
          undoing(timedOut, 'end-order', 'release-funds', 'release:TEA'),
        ])
        .thenPending('end-order', 'release-funds', 'release:TEA');
    }
  });

  test('when the customer paid first › the reservation deadline is stale', () => {
    given(awaitsCustomer).when(payment, deadline('reservation', inFifteenMinutes)).then(fundsRequested);
  });

  test('when the deadline came first › a payment started meanwhile holds no funds', () => {
    given(awaitsCustomer)
      .when(deadline('reservation', inFifteenMinutes), payment)
      .thenPending('end-order', 'release:TEA');
  });

  test('when the capture came first › the payment deadline is stale', () => {
    given(isCapturing).when(captured, deadline('payment', inFiveMinutes)).then([fundsCaptured, passed]);
  });

  test('when the wallet refused first › the payment deadline is stale', () => {
    given(isPaying)
      .when(holdRefused, deadline('payment', inFiveMinutes))
      .thenPending('end-order', 'release:TEA');
  });

  test('when a deadline is not the one that is armed › decides nothing', () => {
    given(awaitsCustomer).when(deadline('reservation', inFiveMinutes)).thenNothing();
    given(awaitsCustomer).when(deadline('payment', inFifteenMinutes)).thenNothing();
    given(isReserved).when(deadline('reservation', inFifteenMinutes)).thenNothing();
    given(isCompleted).when(deadline('payment', inFiveMinutes)).thenNothing();
  });

  test('when a deadline fires twice › decides once', () => {
    given(awaitsCustomer)
      .when(deadline('reservation', inFifteenMinutes), deadline('reservation', inFifteenMinutes))
      .thenPending('end-order', 'release:TEA');
    given(hasTimedOut).when(deadline('payment', inFiveMinutes)).thenNothing();
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

describe('late successes', () => {
  test('when the hold arrives after the deadline › its release is asked for already', () => {
    given(hasTimedOut).when(held).thenNothing();
  });

  test('when the capture arrives after the deadline › refunds it, and no hold is left to release', () => {
    given(hasTimedOut)
      .when(captured, failed, teaReleased, refunded)
      .then([
        undoAdded('refund', captured),
        undone('end-order', failed),
        undone('release:TEA', teaReleased),
        undone('refund', refunded),
        compensated,
      ])
      .thenPending();
  });

  test('when the release is refused because the hold was captured › waits for the capture, then refunds', () => {
    given(hasTimedOut)
      .when(failed, stepFailed('release-funds', 'rejected', 'HoldAlreadyCaptured'), captured)
      .then([
        undone('end-order', failed),
        {
          type: 'StepAttemptFailed',
          data: {
            step: 'release-funds',
            attempt: 1,
            error: 'HoldAlreadyCaptured',
            retryAt: '2026-03-01T10:00:01.000Z',
          },
        },
        undoAdded('refund', captured),
      ])
      .thenPending('release:TEA', 'refund');
  });

  test('when funds are held after the wallet had refused › releases them', () => {
    given([...isPaying, undoing(timedOut, 'end-order', 'release:TEA')])
      .when(held, holdReleased)
      .then([undoAdded('release-funds', held), undone('release-funds', holdReleased)]);
  });

  test('when a reservation arrives after a cancellation › its release is asked for already', () => {
    given(isReserving)
      .when(cancelled, reserved(tea), refused(cup))
      .then([undoing(byCustomer, 'release:TEA', 'release:CUP')]);
  });

  test('when another refund of the order is made › the undo is not complete', () => {
    given([...isPaid, undoing(byCustomer, 'refund')])
      .when(input('wallet-c1', { type: 'FundsRefunded', data: { orderId, amount, refundId: 'goodwill' } }))
      .thenNothing();
  });
});

describe('failed attempts', () => {
  test('when an attempt fails › the step stays pending, and is not sent before its time', () => {
    given(isPaying)
      .when(attemptFailed('hold-funds', 1))
      .then([
        {
          type: 'StepAttemptFailed',
          data: { step: 'hold-funds', attempt: 1, error: 'store is away', retryAt: inFiveMinutes },
        },
      ])
      .thenPending(
        {
          kind: 'command',
          step: 'hold-funds',
          command: { type: 'HoldFunds', data: { customerId, orderId, amount } },
          failedAttempts: 1,
          notBefore: inFiveMinutes,
        },
        'deadline:payment',
      );
  });

  test('when the first of two commands to the order must wait › the second waits behind it', () => {
    given(isReserved)
      .when(attemptFailed('mark-reserved', 1))
      .thenPending('mark-reserved', {
        kind: 'command',
        step: 'start-payment',
        command: { type: 'StartPayment', data: { orderId, method: 'WALLET', attempt: 1 } },
        failedAttempts: 0,
        notBefore: inFiveMinutes,
      });
  });

  test('when a failure is reported twice, or for a step that is no longer wanted › decides nothing', () => {
    given(isPaying)
      .when(attemptFailed('hold-funds', 2), attemptFailed('hold-funds', 2), attemptFailed('hold-funds', 1))
      .then([
        {
          type: 'StepAttemptFailed',
          data: { step: 'hold-funds', attempt: 2, error: 'store is away', retryAt: inFiveMinutes },
        },
      ]);
    given(isCompleted).when(attemptFailed('confirm', 1), stepFailed('confirm', 'exhausted')).thenNothing();
    given([]).when(attemptFailed('confirm', 1), stepFailed('confirm', 'rejected')).thenNothing();
    given(isPaid).when(stepFailed('no such step', 'exhausted')).thenNothing();
  });

  const exhausted: readonly [Step, readonly CheckoutEvent[], readonly Step[]][] = [
    ['reserve:CUP', [...isReserving, denied(tea)], ['end-order', 'release:CUP']],
    ['mark-reserved', awaitsCustomer, ['end-order', 'release:TEA']],
    ['start-payment', isReserved, ['end-order', 'release:TEA']],
    ['hold-funds', isPaying, ['end-order', 'release-funds', 'release:TEA']],
    ['capture-funds', isCapturing, ['end-order', 'release-funds', 'release:TEA']],
    ['mark-paid', isPaid, ['end-order', 'refund', 'release:TEA']],
    ['hold-for-review', isUnderReview, ['end-order', 'refund', 'release:TEA']],
    ['confirm', isPaid, ['end-order', 'refund', 'release:TEA']],
  ];
  test.each(exhausted)(
    'when the attempts at %s are used up › undoes it and all before it',
    (step, decisions, undo) => {
      given(decisions)
        .when(stepFailed(step, 'exhausted'))
        .then([
          { type: 'StepFailed', data: { step, reason: 'exhausted', error: 'store is away' } },
          undoing(gaveUp, ...undo),
        ]);
    },
  );

  const inexplicable: readonly [Step, readonly CheckoutEvent[]][] = [
    ['reserve:TEA', isReserving],
    ['hold-funds', isPaying],
    ['capture-funds', isCapturing],
  ];
  test.each(inexplicable)(
    'when %s is rejected › no later event can explain it, and the order fails',
    (step, decisions) => {
      const [failure, compensation] = after(decisions, stepFailed(step, 'rejected', 'Why'));
      expect(failure).toEqual({ type: 'StepFailed', data: { step, reason: 'rejected', error: 'Why' } });
      expect(compensation).toMatchObject({
        type: 'CompensationStarted',
        data: { reason: 'RETRIES_EXHAUSTED' },
      });
    },
  );

  const explicable: readonly [Step, readonly CheckoutEvent[]][] = [
    ['mark-reserved', isReserved],
    ['start-payment', isReserved],
    ['mark-paid', isPaid],
    ['confirm', isPaid],
    ['hold-for-review', isUnderReview],
    ['end-order', hasTimedOut],
    ['release-funds', hasTimedOut],
  ];
  test.each(explicable)(
    'when %s is rejected › asks again later, since an event that explains it may still arrive',
    (step, decisions) => {
      given(decisions)
        .when(stepFailed(step, 'rejected', 'OrderEnded'))
        .then([
          {
            type: 'StepAttemptFailed',
            data: { step, attempt: 1, error: 'OrderEnded', retryAt: '2026-03-01T10:00:01.000Z' },
          },
        ]);
    },
  );

  test('when a command was rejected because the customer has cancelled › only the cancellation counts', () => {
    given(isPaid)
      .when(
        stepFailed('confirm', 'rejected', 'OrderEnded'),
        cancelled,
        stepFailed('mark-paid', 'rejected', 'OrderEnded'),
      )
      .thenPending('refund', 'release:TEA');
  });

  test('when a rejection stays unexplained ten times › the order fails', () => {
    const rejections = Array.from({ length: 10 }, () => stepFailed('confirm', 'rejected', 'Why'));
    const decisions = after(isPaid, ...rejections);
    expect(decisions.slice(-2).map(({ type }) => type)).toEqual(['StepFailed', 'CompensationStarted']);
    expect(decisions).toHaveLength(11);
  });

  test('when an answer was lost and the order is confirmed after all › nothing was given back and the checkout is complete', () => {
    given(isPaid).when(stepFailed('confirm', 'exhausted')).thenPending('end-order');
    given([...isPaid, undoing(gaveUp, 'end-order', 'refund', 'release:TEA')])
      .when(stepFailed('end-order', 'rejected', 'OrderNotCancellable'), confirmed)
      .thenPending();
    expect(
      statusAfter([...isPaid, undoing(gaveUp, 'end-order', 'refund', 'release:TEA'), completed]),
    ).toEqual({
      status: 'COMPLETED',
      waitingFor: null,
    });
  });
});

describe('repetition', () => {
  const twoLines = [line(tea, 1), line(cup, 1)];
  const stories: readonly [string, OrderCheck | null, readonly Input[]][] = [
    [
      'an AUTOMATIC order that is confirmed, then cancelled',
      null,
      [
        place('AUTOMATIC', twoLines),
        reserved(tea),
        reserved(cup),
        payment,
        held,
        captured,
        confirmed,
        cancelled,
        refunded,
        stockReleased(tea),
        stockReleased(cup),
      ],
    ],
    [
      'an ON_CONFIRMATION order that is paid',
      null,
      [place('ON_CONFIRMATION', twoLines), reserved(cup), reserved(tea), payment, held, captured, confirmed],
    ],
    [
      'an order that expires',
      null,
      [
        place('ON_CONFIRMATION', twoLines),
        reserved(cup),
        reserved(tea),
        deadline('reservation', inFifteenMinutes),
        cancelled,
        stockReleased(cup),
        stockReleased(tea),
      ],
    ],
    [
      'an order that is out of stock',
      null,
      [place('AUTOMATIC', twoLines), refused(cup), reserved(tea), failed, stockReleased(tea)],
    ],
    [
      'an order without the money',
      null,
      [place('AUTOMATIC', [line(tea, 1)]), reserved(tea), payment, holdRefused, stockReleased(tea), failed],
    ],
    [
      'an order whose payment times out while it is captured',
      null,
      [
        place('AUTOMATIC', [line(tea, 1)]),
        reserved(tea),
        payment,
        held,
        deadline('payment', inFiveMinutes),
        captured,
        failed,
        refunded,
        stockReleased(tea),
      ],
    ],
    [
      'an order that staff reject',
      () => ({ verdict: 'review', reason: 'large' }),
      [
        place('AUTOMATIC', [line(tea, 1)]),
        reserved(tea),
        payment,
        held,
        captured,
        reviewed(false),
        failed,
        refunded,
        stockReleased(tea),
      ],
    ],
  ];

  test.each(stories)(
    'when every message of %s comes again, at once and later › decides nothing more',
    (_, check, inputs) => {
      const manager = createCheckout(check === null ? settings : { ...settings, check });
      let state = manager.initialState;
      for (const [n, message] of inputs.entries()) {
        const decisions = manager.decide(message, state);
        expect(decisions).not.toEqual([]);
        state = fold(manager, state, decisions);
        for (const earlier of inputs.slice(0, n + 1)) expect(manager.decide(earlier, state)).toEqual([]);
      }
      expect(manager.pending(state)).toEqual([]);
    },
  );
});

describe('route', () => {
  const { route } = createCheckout(settings);
  test.each([
    ['starts with an order', place('AUTOMATIC', [line(tea, 1)]), { kind: 'start', id: 'o1' }],
    ['follows the order', cancelled, { kind: 'continue', id: 'o1' }],
    ['follows the stock by the order it is for', reserved(tea), { kind: 'continue', id: 'o1' }],
    ['follows the wallet by the order it is for', held, { kind: 'continue', id: 'o1' }],
    [
      'ignores what is of no order',
      input('stock-TEA', { type: 'StockReceived', data: { quantity: 1 } }),
      { kind: 'ignore' },
    ],
    [
      'ignores the echo of its own commands',
      input('order-o1', { type: 'OrderReserved', data: { expiresAt: null } }),
      { kind: 'ignore' },
    ],
  ])('%s', (_, message, expected) => {
    expect(message.kind === 'event' && route(message.event)).toEqual(expected);
  });
});

describe('status', () => {
  test.each([
    ['before its first decision', [], 'RUNNING', null],
    ['while it reserves', isReserving, 'RUNNING', 'stock'],
    ['with its stock reserved', isReserved, 'RUNNING', 'payment'],
    ['before the customer pays', awaitsCustomer, 'WAITING', 'payment'],
    ['while funds are held', isPaying, 'RUNNING', 'funds'],
    ['while funds are captured', isCapturing, 'RUNNING', 'capture'],
    ['once it is paid', isPaid, 'RUNNING', 'checks'],
    ['under review', isUnderReview, 'WAITING', 'review'],
    ['once it is complete', isCompleted, 'COMPLETED', null],
    ['after a deadline', hasTimedOut, 'COMPENSATING', 'compensation'],
    [
      'once everything is undone',
      [...isReserved, undoing(byCustomer, 'release:TEA'), undone('release:TEA', teaReleased), compensated],
      'COMPENSATED',
      null,
    ],
    [
      'when an undo was refused',
      [
        ...hasTimedOut,
        { type: 'StepFailed', data: { step: 'release:TEA', reason: 'rejected', error: 'Why' } },
      ],
      'COMPENSATION_STUCK',
      'operator',
    ],
  ] satisfies readonly [string, readonly CheckoutEvent[], string, string | null][])(
    '%s › tells its status and the thing that it waits for',
    (_, decisions, status, waitingFor) => {
      expect(statusAfter(decisions)).toEqual({ status, waitingFor });
    },
  );
});
