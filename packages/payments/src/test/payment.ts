// Messages about one payment of 60 euros, for the specs of payments.
import { OrderId, type Money } from '@holdfast/kernel';
import type {
  GatewayOperation,
  GatewayReport,
  PaymentCommand,
  PaymentEvent,
  ReportedRefund,
} from '../index.js';

export const eur = (minor: number): Money => ({ minor, currency: 'EUR' });
export const usd = (minor: number): Money => ({ minor, currency: 'USD' });
export const id = { orderId: OrderId('o-1'), attempt: 1 };
const transactionId = 'tx-1';
const amount = eur(60);

export const request = (of: Money = amount, card = 'tok_ok'): PaymentCommand => ({
  type: 'RequestPayment',
  data: { ...id, amount: of, card, returnUrl: null },
});
export const capture = (of?: Money): PaymentCommand => ({
  type: 'CapturePayment',
  data: { ...id, ...(of !== undefined && { amount: of }) },
});
export const undo: PaymentCommand = { type: 'VoidPayment', data: id };
export const refund = (refundId: string, of?: Money): PaymentCommand => ({
  type: 'RefundPayment',
  data: { ...id, refundId, ...(of !== undefined && { amount: of }) },
});
export const tell = (report: GatewayReport): PaymentCommand => ({
  type: 'RecordReport',
  data: { ...id, report },
});
export const refuseRefund = (refundId: string): PaymentCommand => ({
  type: 'RecordRefundRefused',
  data: { ...id, refundId, code: 'insufficient_balance' },
});
export const giveUp = (operation: GatewayOperation): PaymentCommand => ({
  type: 'RecordGatewayGivenUp',
  data: { ...id, operation, reason: 'no answer' },
});

const told = { transactionId, amount };
export const report = {
  processing: { ...told, status: 'pending', redirectUrl: null },
  redirect: { ...told, status: 'pending', redirectUrl: 'https://pay.example/1' },
  authorized: { ...told, status: 'authorized', expiresAt: null },
  declined: { ...told, status: 'declined', code: 'card_declined' },
  voided: { ...told, status: 'voided' },
  expired: { ...told, status: 'expired' },
} as const satisfies Record<string, GatewayReport>;
export const reportCaptured = (
  captured = amount,
  refunds: readonly ReportedRefund[] = [],
): GatewayReport => ({
  ...told,
  status: 'captured',
  captured,
  refunds,
});
export const reportedRefund = (refundId: string, minor: number): ReportedRefund => ({
  refundId,
  transactionId: `re-${refundId}`,
  amount: eur(minor),
});

export const requested: PaymentEvent = {
  type: 'PaymentRequested',
  data: { amount, card: 'tok_ok', returnUrl: null, gateway: null },
};
export const redirected: PaymentEvent = {
  type: 'PaymentRedirectOffered',
  data: { transactionId, url: 'https://pay.example/1' },
};
export const authorized: PaymentEvent = {
  type: 'PaymentAuthorized',
  data: { transactionId, amount, expiresAt: null },
};
export const declined = (code = 'card_declined', of: string | null = transactionId): PaymentEvent => ({
  type: 'PaymentDeclined',
  data: { transactionId: of, code },
});
export const captureRequested = (of = amount): PaymentEvent => ({
  type: 'PaymentCaptureRequested',
  data: { transactionId, amount: of },
});
export const captured = (of = amount): PaymentEvent => ({
  type: 'PaymentCaptured',
  data: { transactionId, amount: of },
});
export const voidRequested = (of: string | null = transactionId): PaymentEvent => ({
  type: 'PaymentVoidRequested',
  data: { transactionId: of, amount },
});
export const voided = (of: string | null = transactionId): PaymentEvent => ({
  type: 'PaymentVoided',
  data: { transactionId: of },
});
export const expired: PaymentEvent = { type: 'PaymentAuthorizationExpired', data: { transactionId } };
export const refundRequested = (refundId: string, minor: number): PaymentEvent => ({
  type: 'PaymentRefundRequested',
  data: { transactionId, refundId, amount: eur(minor) },
});
export const refunded = (refundId: string, minor: number): PaymentEvent => ({
  type: 'PaymentRefunded',
  data: { refundId, amount: eur(minor), transactionId: `re-${refundId}` },
});
export const refundRefused = (refundId: string): PaymentEvent => ({
  type: 'PaymentRefundRefused',
  data: { refundId, code: 'insufficient_balance' },
});
export const givenUp = (operation: GatewayOperation): PaymentEvent => ({
  type: 'PaymentGatewayGivenUp',
  data: { operation, reason: 'no answer' },
});
export const kept = (of: GatewayReport): PaymentEvent => ({
  type: 'PaymentReportKept',
  data: { report: of },
});

export const isAuthorized = [requested, authorized];
export const isCaptured = [...isAuthorized, captureRequested(), captured()];
