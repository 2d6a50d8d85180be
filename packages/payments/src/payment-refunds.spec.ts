// A card payment's way back: voids and refunds, by the shop and at the gateway. Row numbers are those of the cases that other
// shops get wrong.
import { describe, test } from '@jest/globals';
import { deciderSpecification } from '@holdfast/testing';
import { payment } from './index.js';
import * as the from './test/payment.js';
import { eur, isAuthorized, isCaptured, refund, report, tell, undo, usd } from './test/payment.js';

const { given } = deciderSpecification(payment);

describe('when a payment is undone', () => {
  test('row 15: an authorized amount is voided, once', () => {
    given(isAuthorized).when(undo).then([the.voidRequested()]);
    given([...isAuthorized, the.voidRequested()])
      .when(undo)
      .thenNothing();
    given([...isAuthorized, the.voidRequested()])
      .when(tell(report.voided))
      .then([the.voided()]);
    given([...isAuthorized, the.voidRequested(), the.voided()])
      .when(undo)
      .thenNothing();
  });
  test('row 15: an expired authorization needs no gateway', () => {
    given([...isAuthorized, the.expired])
      .when(undo)
      .then([the.voided()]);
    given([...isAuthorized, the.expired, the.voided()])
      .when(undo)
      .thenNothing();
  });
  test('row 16: an authorization that expires meanwhile completes the void', () => {
    given([...isAuthorized, the.voidRequested()])
      .when(tell(report.expired))
      .then([the.expired, the.voided()]);
    given([the.requested, the.declined(), the.voidRequested()])
      .when(tell(report.expired))
      .then([the.voided()]);
  });
  test('row 11: a captured amount is refunded', () => {
    given(isCaptured)
      .when(undo)
      .then([the.refundRequested('undo', 60)]);
    given([...isCaptured, the.refundRequested('undo', 60)])
      .when(undo)
      .thenNothing();
  });
  test('row 14: an amount that is captured during the undo is refunded by itself', () => {
    given([the.requested, the.voidRequested(null)])
      .when(tell(the.reportCaptured()))
      .then([the.authorized, the.captured(), the.refundRequested('undo', 60)]);
    given([...isAuthorized, the.captureRequested(), the.voidRequested()])
      .when(tell(the.reportCaptured()))
      .then([the.captured(), the.refundRequested('undo', 60)]);
  });
  test('row 14: after a refund in part, the rest is refunded', () => {
    given([...isCaptured, the.refundRequested('r-1', 10), the.refunded('r-1', 10)])
      .when(undo)
      .then([the.refundRequested('undo', 50)]);
  });
  test('after a refund in full nothing is left: this is recorded, once', () => {
    const refunds = [the.refundRequested('r-1', 60), the.refunded('r-1', 60)];
    given([...isCaptured, ...refunds])
      .when(undo)
      .then([the.voided()]);
    given([...isCaptured, ...refunds, the.voided()])
      .when(undo)
      .thenNothing();
    given([...isCaptured, the.refundRequested('r-1', 60)])
      .when(undo)
      .thenNothing();
  });
  test('money that arrives after the end of the payment is refunded by itself', () => {
    given([the.requested, the.declined()])
      .when(tell(report.authorized))
      .then([the.authorized, the.voidRequested()]);
    given([...isAuthorized, the.voided()])
      .when(tell(the.reportCaptured()))
      .then([the.captured(), the.refundRequested('undo', 60)]);
    given([...isAuthorized, the.expired])
      .when(tell(the.reportCaptured()))
      .then([the.captured(), the.refundRequested('undo', 60)]);
  });
  test('row 22: a declined payment is closed at the gateway, so that it cannot be paid later', () => {
    given([the.requested, the.declined()]).when(undo).then([the.voidRequested()]);
    given([the.requested, the.declined(), the.voidRequested()])
      .when(tell(report.voided))
      .then([the.voided()]);
  });
  test('an undo whose refund was refused asks for another', () => {
    given([...isCaptured, the.refundRequested('undo', 60), the.refundRefused('undo')])
      .when(undo)
      .then([the.refundRequested('undo-2', 60)]);
  });
});

describe('when a payment is refunded', () => {
  const half = [...isCaptured, the.refundRequested('r-1', 30), the.refunded('r-1', 30)];
  test('without an amount, the whole rest is refunded', () => {
    given(isCaptured)
      .when(refund('r-1'))
      .then([the.refundRequested('r-1', 60)]);
    given(half)
      .when(refund('r-2'))
      .then([the.refundRequested('r-2', 30)]);
  });
  test('row 18: at most captured minus refunded, also during another refund', () => {
    given(half)
      .when(refund('r-2', eur(31)))
      .thenRejected({ code: 'RefundExceedsCaptured', left: eur(30) });
    given([...isCaptured, the.refundRequested('r-1', 40)])
      .when(refund('r-2', eur(21)))
      .thenRejected({ code: 'RefundExceedsCaptured', left: eur(20) });
  });
  test('row 19: any number of parts up to the rest; an amount of 0 is refused', () => {
    given(half)
      .when(refund('r-2', eur(10)))
      .then([the.refundRequested('r-2', 10)]);
    given(half)
      .when(refund('r-2', eur(0)))
      .thenRejected('InvalidAmount');
    given([...half, the.refundRequested('r-2', 30)])
      .when(refund('r-3'))
      .thenRejected('InvalidAmount');
  });
  test('row 21: the same request twice is one refund, two requests are two', () => {
    given(half)
      .when(refund('r-1', eur(30)))
      .thenNothing();
    given(half)
      .when(refund('r-2', eur(30)))
      .then([the.refundRequested('r-2', 30)]);
    given(half)
      .when(refund('r-1', eur(20)))
      .thenRejected({ code: 'RefundMismatch', amount: eur(30) });
  });
  test('the gateway’s refusal makes its amount free again', () => {
    const asked = [...isCaptured, the.refundRequested('r-1', 60)];
    given(asked)
      .when(the.refuseRefund('r-1'))
      .then([the.refundRefused('r-1')]);
    given([...asked, the.refundRefused('r-1')])
      .when(refund('r-2'))
      .then([the.refundRequested('r-2', 60)]);
    given([...asked, the.refundRefused('r-1')])
      .when(the.refuseRefund('r-1'))
      .thenNothing();
    given(half).when(the.refuseRefund('r-1')).thenNothing();
    given(isCaptured).when(the.refuseRefund('r-1')).thenRejected('RefundNotFound');
    given([]).when(the.refuseRefund('r-1')).thenRejected('RefundNotFound');
  });
  test('row 20: made at the gateway itself › it is recorded once, and less is left', () => {
    const outside = the.reportCaptured(eur(60), [the.reportedRefund('re-9', 50)]);
    given(isCaptured)
      .when(tell(outside))
      .then([the.refunded('re-9', 50)]);
    given([...isCaptured, the.refunded('re-9', 50)])
      .when(tell(outside))
      .thenNothing();
    given([...isCaptured, the.refunded('re-9', 50)])
      .when(refund('r-1', eur(11)))
      .thenRejected({ code: 'RefundExceedsCaptured', left: eur(10) });
  });
  test('a report of more refunds than was captured is refused by name', () => {
    given(half)
      .when(tell(the.reportCaptured(eur(60), [the.reportedRefund('re-9', 31)])))
      .thenRejected({ code: 'RefundExceedsCaptured', left: eur(30) });
  });
  test('refuses another currency, and a payment that was never captured', () => {
    given(isCaptured)
      .when(refund('r-1', usd(1)))
      .thenRejected({ code: 'CurrencyMismatch', currency: 'EUR' });
    given(isAuthorized).when(refund('r-1')).thenRejected('PaymentNotCaptured');
  });
});
