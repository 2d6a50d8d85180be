// A card gateway for the random runs of the checkout: it has the true state of each payment. It loses responses, is
// unavailable, reports late and twice, and lets customers change their minds on its page.
import type { DomainEvent, Money } from '@holdfast/kernel';
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

type Truth = {
  readonly id: PaymentId;
  readonly amount: Money;
  status: GatewayReport['status'];
  captured: Money;
  readonly refunds: ReportedRefund[];
};
type Task = { readonly id: PaymentId; readonly operation: GatewayOperation; readonly amount: Money };

export type CardFate = 'works' | 'declined' | 'page';
export type GatewayFate = 'answers' | 'answer lost' | 'away' | 'refund refused';

export class GatewayWorld {
  readonly #truths = new Map<string, Truth>();
  readonly tasks: Task[] = [];

  constructor(private readonly tell: (command: PaymentCommand) => void) {}

  /** The tasks of the shop's reactor: one for each event that asks the gateway for an operation. */
  see(stream: string, event: DomainEvent): void {
    const id = paymentOfStream(stream);
    const operation = operationOf(event as PaymentEvent);
    if (operation !== null)
      this.tasks.push({ id, operation, amount: (event.data as { amount: Money }).amount });
  }

  perform(n: number, fate: GatewayFate, card: CardFate): void {
    const [task] = this.tasks.splice(n, 1);
    if (task === undefined) return;
    const { id, operation } = task;
    if (fate === 'refund refused' && operation.kind === 'refund') {
      const { refundId } = operation;
      this.tell({ type: 'RecordRefundRefused', data: { ...id, refundId, code: 'no money' } });
      return;
    }
    if (fate !== 'away') this.#carryOut(task, card);
    if (fate === 'answers' || fate === 'refund refused') this.report(paymentReference(id));
    else this.tell({ type: 'RecordGatewayGivenUp', data: { ...id, operation, reason: fate } });
  }

  /** A webhook or a look-up: it reports the present state of the payment. */
  report(reference: string): void {
    const truth = this.#truths.get(reference);
    if (truth !== undefined)
      this.tell({ type: 'RecordReport', data: { ...truth.id, report: reportOf(truth) } });
  }

  get references(): readonly string[] {
    return [...this.#truths.keys()];
  }

  /** The customer on the gateway's page. The customer may return to a payment that was declined there. */
  act(reference: string, choice: 'authorized' | 'declined' | 'expired'): void {
    const truth = this.#truths.get(reference);
    const isOpen = truth?.status === 'pending' || truth?.status === 'declined';
    const mayExpire = choice === 'expired' && truth?.status === 'authorized';
    if (truth !== undefined && (isOpen || mayExpire)) truth.status = choice;
  }

  /** Money taken from the cards of an order and not given back; `authorized` counts payments that still hold money. */
  moneyOf(orderId: string): { readonly kept: number; readonly authorized: number } {
    const own = [...this.#truths.values()].filter(({ id }) => id.orderId === orderId);
    const kept = own.map(
      ({ captured, refunds }) => captured.minor - refunds.reduce((sum, { amount }) => sum + amount.minor, 0),
    );
    return {
      kept: kept.reduce((sum, minor) => sum + minor, 0),
      authorized: own.filter(({ status }) => status === 'authorized').length,
    };
  }

  #carryOut({ id, operation, amount }: Task, card: CardFate): void {
    const reference = paymentReference(id);
    const truth: Truth = this.#truths.get(reference) ?? {
      ...{ id, amount, status: 'pending', captured: { ...amount, minor: 0 }, refunds: [] },
    };
    const isNew = !this.#truths.has(reference);
    this.#truths.set(reference, truth);
    switch (operation.kind) {
      case 'authorize':
        if (isNew)
          truth.status = { works: 'authorized', declined: 'declined', page: 'pending' }[card] as never;
        break;
      case 'capture':
        if (truth.status === 'authorized') Object.assign(truth, { status: 'captured', captured: amount });
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
    }
  }
}

function reportOf({ id, amount, status, captured, refunds }: Truth): GatewayReport {
  const base = { transactionId: `tx ${paymentReference(id)}`, amount };
  switch (status) {
    case 'pending':
      return { ...base, status, redirectUrl: '/page' };
    case 'authorized':
      return { ...base, status, expiresAt: null };
    case 'captured':
      return { ...base, status, captured, refunds: [...refunds] };
    case 'declined':
      return { ...base, status, code: 'declined' };
    case 'voided':
    case 'expired':
      return { ...base, status };
  }
}
