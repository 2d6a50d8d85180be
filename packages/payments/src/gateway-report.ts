// A gateway's report about a payment, from a response, a webhook, or a look-up.
import type { Money } from '@holdfast/kernel';

/**
 * A refund in the gateway's books. One that was made at the gateway's dashboard has the gateway's own id as `refundId`.
 */
export type ReportedRefund = {
  readonly refundId: string;
  readonly transactionId: string;
  readonly amount: Money;
};

type Report<Status extends string, Data = unknown> = {
  readonly status: Status;
  /** the gateway's id of the payment */
  readonly transactionId: string;
  /** the amount that the payment was asked for */
  readonly amount: Money;
} & Data;

/**
 * The whole payment as it stood at one moment. Reports may arrive in any order and any number of times: reports are
 * compared by how far the payment has come, never by time.
 */
export type GatewayReport =
  /** nothing is certain yet; `redirectUrl`: the customer has to pay on this page */
  | Report<'pending', { readonly redirectUrl: string | null }>
  /** the money is set aside until `expiresAt` */
  | Report<'authorized', { readonly expiresAt: string | null }>
  | Report<'captured', { readonly captured: Money; readonly refunds: readonly ReportedRefund[] }>
  | Report<'declined', { readonly code: string }>
  | Report<'voided'>
  /** the authorization, or the customer's time to pay, ran out */
  | Report<'expired'>;

const stages: Readonly<Record<GatewayReport['status'], number>> = {
  pending: 0,
  authorized: 1,
  declined: 2,
  expired: 2,
  voided: 2,
  captured: 3,
};

/** Whether the payment has come further in `report` than in `other`. */
export function isFurther(report: GatewayReport, other: GatewayReport): boolean {
  if (report.status === 'captured' && other.status === 'captured')
    return report.refunds.length > other.refunds.length;
  return stages[report.status] > stages[other.status];
}
