// A card payment: each command and report, in each state. Row numbers are those of the cases that other shops get wrong.
import { describe, expect, test } from '@jest/globals';
import { OrderId } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import { payment, paymentAt, paymentOfReference, paymentOfStream, paymentStream } from './index.js';
import type { PaymentCommand, PaymentEvent } from './index.js';
import * as the from './test/payment.js';
import {
  capture,
  eur,
  giveUp,
  isAuthorized,
  isCaptured,
  refund,
  report,
  request,
  tell,
  undo,
  usd,
} from './test/payment.js';

const { given } = deciderSpecification(payment);

describe('when a payment is requested', () => {
  test('the gateway is asked, and the same request again does nothing', () => {
    given([]).when(request()).then([the.requested]);
    given([the.requested]).when(request()).thenNothing();
    given(isCaptured).when(request()).thenNothing();
  });
  test('row 22: the attempt is bound to its amount and card: another one is refused', () => {
    given([the.requested])
      .when(request(eur(61)))
      .thenRejected({ code: 'PaymentMismatch', amount: eur(60) });
    given([the.requested])
      .when(request(eur(60), 'tok_other'))
      .thenRejected('PaymentMismatch');
  });
  test.each([0, -1, 0.5])('refuses an amount of %s', (minor) => {
    given([])
      .when(request(eur(minor)))
      .thenRejected('InvalidAmount');
  });
  test('after it was voided › is declined, once', () => {
    given([])
      .when(undo)
      .then([the.voided(null)]);
    given([the.voided(null)])
      .when(undo)
      .thenNothing();
    given([the.voided(null)])
      .when(request())
      .then([the.declined('voided', null)]);
    given([the.voided(null), the.declined('voided', null)])
      .when(request())
      .thenNothing();
  });
});

describe('when the shop has named its gateway', () => {
  const { given: givenAt } = deciderSpecification(paymentAt('new'));
  const requestedAt = (gateway: string): PaymentEvent => ({
    type: 'PaymentRequested',
    data: { amount: eur(60), card: 'tok_ok', returnUrl: null, gateway },
  });
  const toldBy = (gateway: string): PaymentCommand => ({
    type: 'RecordReport',
    data: { ...the.id, report: report.authorized, gateway },
  });

  test('a payment records the gateway, and keeps it when the shop has another one', () => {
    givenAt([])
      .when(request())
      .then([requestedAt('new')]);
    givenAt([requestedAt('old'), the.givenUp({ kind: 'authorize' })])
      .when(request())
      .then([requestedAt('old')]);
  });
  test('a report of another gateway than the one that has the payment is refused', () => {
    givenAt([requestedAt('old')])
      .when(toldBy('old'))
      .then([the.authorized]);
    givenAt([requestedAt('old')])
      .when(toldBy('new'))
      .thenRejected({ code: 'GatewayMismatch', gateway: 'old' });
    givenAt([]).when(toldBy('old')).thenRejected({ code: 'GatewayMismatch', gateway: 'new' });
    givenAt([])
      .when(toldBy('new'))
      .then([the.kept(report.authorized)]);
  });
  test('a payment from before gateways were recorded takes the report of any', () => {
    givenAt([the.requested]).when(toldBy('old')).then([the.authorized]);
  });
});

describe('when the gateway reports', () => {
  test('row 9: that it is processing › nothing changes', () => {
    given([the.requested]).when(tell(report.processing)).thenNothing();
  });
  test('a page to pay on › it is offered once', () => {
    given([the.requested]).when(tell(report.redirect)).then([the.redirected]);
    given([the.requested, the.redirected]).when(tell(report.redirect)).thenNothing();
  });
  test('row 5: the same again › does nothing', () => {
    given([the.requested]).when(tell(report.authorized)).then([the.authorized]);
    given(isAuthorized).when(tell(report.authorized)).thenNothing();
    given([the.requested]).when(tell(report.declined)).then([the.declined()]);
    given([the.requested, the.declined()]).when(tell(report.declined)).thenNothing();
    given(isCaptured).when(tell(the.reportCaptured())).thenNothing();
  });
  test('row 4: less than is known › does nothing', () => {
    given(isAuthorized).when(tell(report.redirect)).thenNothing();
    given(isAuthorized).when(tell(report.declined)).thenNothing();
    for (const older of Object.values(report)) given(isCaptured).when(tell(older)).thenNothing();
    given([...isAuthorized, the.voided()])
      .when(tell(report.authorized))
      .thenNothing();
  });
  test('row 3: a payment that is not requested yet › it is kept, and counts when it is requested', () => {
    given([])
      .when(tell(report.authorized))
      .then([the.kept(report.authorized)]);
    given([the.kept(report.authorized)])
      .when(request())
      .then([the.requested, the.authorized]);
    given([the.kept(the.reportCaptured())])
      .when(request())
      .then([the.requested, the.authorized, the.captured()]);
  });
  test('row 8: several out of order on a payment that is not requested yet › the furthest is kept', () => {
    given([the.kept(report.authorized)])
      .when(tell(report.redirect))
      .thenNothing();
    given([the.kept(report.authorized)])
      .when(tell(the.reportCaptured()))
      .then([the.kept(the.reportCaptured())]);
    const withRefund = the.reportCaptured(eur(60), [the.reportedRefund('r-1', 10)]);
    given([the.kept(the.reportCaptured())])
      .when(tell(withRefund))
      .then([the.kept(withRefund)]);
    given([the.kept(withRefund)])
      .when(tell(the.reportCaptured()))
      .thenNothing();
  });
  test('row 8: the capture before the authorization › both are recorded, in their order', () => {
    given([the.requested]).when(tell(the.reportCaptured())).then([the.authorized, the.captured()]);
  });
  test('row 6: an authorization long after the capture › does nothing', () => {
    given(isCaptured).when(tell(report.authorized)).thenNothing();
  });
  test('row 24: another payment of the gateway under the same reference › refuses it by name', () => {
    given(isAuthorized)
      .when(tell({ ...report.authorized, transactionId: 'tx-2' }))
      .thenRejected({ code: 'TransactionMismatch', transactionId: 'tx-1' });
  });
  test('row 22: another amount than that of the attempt › is not its payment, and goes back', () => {
    given([the.requested])
      .when(tell({ ...report.authorized, amount: eur(59) }))
      .then([the.declined('amount_mismatch'), the.voidRequested()]);
    given([the.requested])
      .when(tell({ ...the.reportCaptured(eur(59)), amount: eur(59) }))
      .then([the.declined('amount_mismatch'), the.captured(eur(59)), the.refundRequested('undo', 59)]);
  });
});

describe('when a payment is captured', () => {
  test('the whole authorized amount is asked for, once', () => {
    given(isAuthorized).when(capture()).then([the.captureRequested()]);
    given([...isAuthorized, the.captureRequested()])
      .when(capture())
      .thenNothing();
    given([...isAuthorized, the.captureRequested()])
      .when(tell(the.reportCaptured()))
      .then([the.captured()]);
  });
  test('row 17: less than the authorized amount can be asked for, more cannot', () => {
    given(isAuthorized)
      .when(capture(eur(40)))
      .then([the.captureRequested(eur(40))]);
    given(isAuthorized)
      .when(capture(eur(61)))
      .thenRejected({ code: 'CaptureExceedsAuthorized', authorized: eur(60) });
    given(isAuthorized)
      .when(capture(eur(0)))
      .thenRejected('InvalidAmount');
    given(isAuthorized)
      .when(capture(usd(1)))
      .thenRejected({ code: 'CurrencyMismatch', currency: 'EUR' });
  });
  test('row 10: again › the same amount is success, another one is refused', () => {
    given(isCaptured).when(capture()).thenNothing();
    given(isCaptured)
      .when(capture(eur(60)))
      .thenNothing();
    given(isCaptured)
      .when(capture(eur(59)))
      .thenRejected({ code: 'CaptureMismatch', amount: eur(60) });
    given([...isAuthorized, the.captureRequested()])
      .when(capture(eur(59)))
      .thenRejected({ code: 'CaptureMismatch', amount: eur(60) });
  });
  test('row 16: after the authorization expired › refuses by name', () => {
    given(isAuthorized).when(tell(report.expired)).then([the.expired]);
    given([...isAuthorized, the.expired])
      .when(capture())
      .thenRejected('AuthorizationExpired');
  });
  test('without an authorization › refuses by name', () => {
    given([]).when(capture()).thenRejected('PaymentNotRequested');
    given([the.voided(null)])
      .when(capture())
      .thenRejected('PaymentNotRequested');
    given([the.requested]).when(capture()).thenRejected('PaymentNotAuthorized');
    given([the.requested, the.declined()]).when(capture()).thenRejected('PaymentEnded');
    given([...isAuthorized, the.voidRequested()])
      .when(capture())
      .thenRejected('PaymentEnded');
  });
  test('row 20: at the gateway, unasked › it is recorded with the amount that was taken', () => {
    given(isAuthorized)
      .when(tell(the.reportCaptured(eur(50))))
      .then([the.captured(eur(50))]);
  });
});

describe('when the gateway is given up', () => {
  test('this is recorded, once, and only while its outcome is awaited', () => {
    const authorize = { kind: 'authorize' } as const;
    given([the.requested])
      .when(giveUp(authorize))
      .then([the.givenUp(authorize)]);
    given([the.requested, the.givenUp(authorize)])
      .when(giveUp(authorize))
      .thenNothing();
    given(isAuthorized).when(giveUp(authorize)).thenNothing();
    given(isAuthorized)
      .when(giveUp({ kind: 'capture' }))
      .thenNothing();
    given(isCaptured)
      .when(giveUp({ kind: 'refund', refundId: 'r-1' }))
      .thenNothing();
  });
  test('the same request asks the gateway again, unless the payment is undone', () => {
    const givenUp = the.givenUp({ kind: 'authorize' });
    given([the.requested, givenUp]).when(request()).then([the.requested]);
    given([the.requested, givenUp, the.requested]).when(request()).thenNothing();
    given([the.requested, givenUp, the.voidRequested(null)])
      .when(request())
      .thenNothing();
    given([the.requested, givenUp])
      .when(request(eur(61)))
      .thenRejected('PaymentMismatch');
  });
  test('an authorization that arrives after all counts', () => {
    given([the.requested, the.givenUp({ kind: 'authorize' })])
      .when(tell(report.authorized))
      .then([the.authorized]);
  });
  test.each([
    ['capture', [...isAuthorized, the.captureRequested()], capture(), the.captureRequested()],
    ['void', [...isAuthorized, the.voidRequested()], undo, the.voidRequested()],
  ] as const)('the same command asks for the %s again', (kind, before, again, asked) => {
    given(before)
      .when(giveUp({ kind }))
      .then([the.givenUp({ kind })]);
    given([...before, the.givenUp({ kind })])
      .when(again)
      .then([asked]);
  });
  test('a refund with an unknown outcome stays set aside, and the same command asks for it again', () => {
    const lost = { kind: 'refund', refundId: 'r-1' } as const;
    const before = [...isCaptured, the.refundRequested('r-1', 40), the.givenUp(lost)];
    given(before)
      .when(refund('r-2', eur(21)))
      .thenRejected('RefundExceedsCaptured');
    given(before)
      .when(refund('r-1'))
      .then([the.refundRequested('r-1', 40)]);
    given(before)
      .when(undo)
      .then([the.refundRequested('r-1', 40), the.refundRequested('undo', 20)]);
    given(before)
      .when(tell(the.reportCaptured(eur(60), [the.reportedRefund('r-1', 40)])))
      .then([the.refunded('r-1', 40)]);
  });
});

test('each attempt to pay an order has a stream of its own, which names both', () => {
  const id = { orderId: OrderId('o.1-a'), attempt: 2 };
  expect(paymentStream(id)).toBe('payment-o.1-a.2');
  expect(paymentOfStream('payment-o.1-a.2')).toEqual(id);
  expect(payment.stream(request())).toBe('payment-o-1.1');
  for (const other of ['', 'o-1', 'o-1.0', '.1', 'o 1.1']) expect(paymentOfReference(other)).toBeNull();
});
