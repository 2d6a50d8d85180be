// A card gateway for the world of orders: it has the true state of each payment, which the shop may not know. The outcome
// of a card follows from its token, so that both kinds of coordination meet the same gateway.
import assert from 'node:assert/strict';
import { assertNever, type DomainEvent, type Money } from '@holdfast/kernel';
import {
  operationOf,
  paymentOfStream,
  paymentReference,
  type GatewayOperation,
  type GatewayReport,
  type PaymentCommand,
  type PaymentEvent,
  type PaymentId,
  type ReportedRefund,
} from '@holdfast/payments';

/**
 * `page-…`: the customer pays on the gateway's page, is declined there, or leaves it. `expires`: what was authorized runs out
 * before the capture; `short`: it has an end that is told. `outside`: captured at the gateway's own dashboard as soon as it is
 * authorized. `away`: the gateway can't be reached for it; `away-twice`: two times.
 */
export type CardToken =
  | 'ok'
  | 'declined'
  | 'page-pays'
  | 'page-declined'
  | 'page-leaves'
  | 'expires'
  | 'short'
  | 'outside'
  | 'away'
  | 'away-twice';

type Truth = {
  readonly id: PaymentId;
  readonly amount: Money;
  readonly card: CardToken;
  status: GatewayReport['status'];
  captured: Money;
  readonly refunds: ReportedRefund[];
  outages: number;
};
export type GatewayTask = {
  readonly id: PaymentId;
  readonly operation: GatewayOperation | { readonly kind: 'customer' };
  readonly amount: Money;
};

/** The end of an authorization of the card `short`: after all events except deadlines. */
export const shortEnd = '2026-01-01T00:01:40.000Z';

export class CardGateway {
  readonly #truths = new Map<string, Truth>();
  readonly tasks: GatewayTask[] = [];

  /** Notes the request to the gateway that an event is, as the reactor does. */
  see(stream: string, event: DomainEvent): void {
    const operation = operationOf(event as PaymentEvent);
    if (operation === null) return;
    const { amount, card } = event.data as { readonly amount: Money; readonly card?: CardToken | null };
    const id = paymentOfStream(stream);
    const reference = paymentReference(id);
    if (!this.#truths.has(reference))
      this.#truths.set(reference, {
        ...{ id, amount, card: card ?? 'ok', status: 'pending', refunds: [], outages: 0 },
        captured: { ...amount, minor: 0 },
      });
    this.tasks.push({ id, operation, amount });
  }

  /** Carries out a request, once even when it is repeated. Returns the command with which the reactor reports the outcome. */
  perform(task: GatewayTask): PaymentCommand {
    const { id, operation } = task;
    const truth = this.#truths.get(paymentReference(id));
    assert.ok(truth !== undefined);
    if (operation.kind === 'authorize' && isAway(truth))
      return { type: 'RecordGatewayGivenUp', data: { ...id, operation, reason: 'no answer' } };
    this.#carryOut(task, truth);
    return { type: 'RecordReport', data: { ...id, report: reportOf(truth) } };
  }

  /** `kept`: money taken from cards and not returned. `authorized`: number of payments that still hold money. */
  money(): { readonly kept: number; readonly authorized: number } {
    const truths = [...this.#truths.values()];
    const kept = truths.map(
      ({ captured, refunds }) => captured.minor - refunds.reduce((sum, { amount }) => sum + amount.minor, 0),
    );
    return {
      kept: kept.reduce((sum, minor) => sum + minor, 0),
      authorized: truths.filter(({ status }) => status === 'authorized').length,
    };
  }

  #carryOut({ id, operation, amount }: GatewayTask, truth: Truth): void {
    switch (operation.kind) {
      case 'authorize':
        if (truth.status === 'pending') this.#authorize(id, truth);
        break;
      case 'customer':
        if (truth.status === 'pending')
          truth.status = truth.card === 'page-declined' ? 'declined' : 'authorized';
        break;
      case 'capture':
        if (truth.status !== 'authorized') break;
        if (truth.card === 'expires') truth.status = 'expired';
        else Object.assign(truth, { status: 'captured', captured: amount });
        break;
      case 'void':
        if (truth.status !== 'captured' && truth.status !== 'expired') truth.status = 'voided';
        break;
      case 'refund': {
        const { refundId } = operation;
        const isMade = truth.refunds.some((refund) => refund.refundId === refundId);
        if (!isMade) truth.refunds.push({ refundId, amount, transactionId: `re ${refundId}` });
        break;
      }
      default:
        assertNever(operation);
    }
  }

  #authorize(id: PaymentId, truth: Truth): void {
    switch (truth.card) {
      case 'declined':
        truth.status = 'declined';
        break;
      case 'page-pays':
      case 'page-declined':
        this.tasks.push({ id, operation: { kind: 'customer' }, amount: truth.amount });
        break;
      case 'page-leaves':
        break;
      case 'outside':
        Object.assign(truth, { status: 'captured', captured: truth.amount });
        break;
      case 'ok':
      case 'expires':
      case 'short':
      case 'away':
      case 'away-twice':
        truth.status = 'authorized';
        break;
      default:
        assertNever(truth.card);
    }
  }
}

function isAway(truth: Truth): boolean {
  if (truth.card === 'away') return true;
  truth.outages += 1;
  return truth.card === 'away-twice' && truth.outages <= 2;
}

function reportOf({ id, amount, card, status, captured, refunds }: Truth): GatewayReport {
  const about = { transactionId: `tx ${paymentReference(id)}`, amount };
  switch (status) {
    case 'pending':
      return { ...about, status, redirectUrl: card.startsWith('page') ? '/page' : null };
    case 'authorized':
      return { ...about, status, expiresAt: card === 'short' ? shortEnd : null };
    case 'captured':
      return { ...about, status, captured, refunds: [...refunds] };
    case 'declined':
      return { ...about, status, code: 'card_declined' };
    case 'voided':
    case 'expired':
      return { ...about, status };
    default:
      return assertNever(status);
  }
}
