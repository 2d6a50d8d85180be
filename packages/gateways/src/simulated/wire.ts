// The messages between the simulated gateway and its clients: JSON, amounts as decimals.
import type { Money } from '@holdfast/kernel';
import type { GatewayReport } from '@holdfast/payments';
import { fromDecimal, toDecimal } from '../decimal.js';

export type WireAmount = { readonly value: string; readonly currency: string };

export type WirePayment = {
  readonly id: string;
  /** the shop's reference of the payment */
  readonly reference: string;
  readonly status: GatewayReport['status'];
  readonly amount: WireAmount;
  readonly captured: WireAmount;
  readonly refunds: readonly {
    readonly id: string;
    readonly refundId: string;
    readonly amount: WireAmount;
  }[];
  readonly redirectUrl: string | null;
  readonly declineCode: string | null;
  readonly expiresAt: string | null;
};

export type WireAnswer =
  { readonly payment: WirePayment } | { readonly error: string; readonly payment: WirePayment | null };

/** `next`: the id after which the next page begins; null when this is the last one. */
export type WirePage = { readonly payments: readonly WirePayment[]; readonly next: string | null };

export type WireWebhook = {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly id: string; readonly reference: string };
};

export const toWire = (amount: Money): WireAmount => ({
  value: toDecimal(amount),
  currency: amount.currency,
});

/** @throws GarbledAnswer when it is not an amount of its currency */
export function fromWire({ value, currency }: WireAmount): Money {
  const amount = fromDecimal(value, currency);
  if (amount === null) throw new GarbledAnswer(`not an amount: ${value} ${currency}`);
  return amount;
}

/** The gateway sent a malformed response. */
export class GarbledAnswer extends Error {
  override readonly name = 'GarbledAnswer';
}

/** @throws GarbledAnswer */
export function reportOf(payment: WirePayment): GatewayReport {
  const told = { transactionId: payment.id, amount: fromWire(payment.amount) };
  const { status } = payment;
  switch (status) {
    case 'pending':
      return { ...told, status, redirectUrl: payment.redirectUrl };
    case 'authorized':
      return { ...told, status, expiresAt: payment.expiresAt };
    case 'declined':
      return { ...told, status, code: payment.declineCode ?? 'card_declined' };
    case 'captured': {
      const refunds = payment.refunds.map(({ id: transactionId, refundId, amount }) => ({
        refundId,
        transactionId,
        amount: fromWire(amount),
      }));
      return { ...told, status, captured: fromWire(payment.captured), refunds };
    }
    case 'voided':
    case 'expired':
      return { ...told, status };
    default:
      throw new GarbledAnswer(`not a status: ${String(status satisfies never)}`);
  }
}
