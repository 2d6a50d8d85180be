// The card gateway of a fork: it authorizes and declines like the real one did, after the same time. A request that was
// never made to the real one is authorized at once. Every other operation succeeds.
import { money, streamCategory, type Money, type RecordedEvent } from '@holdfast/kernel';
import {
  paymentOfStream,
  type GatewayReport,
  type PaymentEvent,
  type PaymentId,
  type ReportedRefund,
} from '@holdfast/payments';
import type { FromOutside } from './fork.js';

type Truth = { transactionId: string; amount: Money; captured: Money; refunds: readonly ReportedRefund[] };

const actor = 'process:what-if-gateway';

export class ForkedGateway {
  readonly #truths = new Map<string, Truth>();

  /** `later`: the order's events after the fork, as they happened. */
  constructor(
    past: readonly RecordedEvent[],
    private readonly later: readonly RecordedEvent[],
    private readonly given: { readonly declines: boolean; readonly byMs: number },
  ) {
    for (const event of past) this.#note(event);
  }

  /** Reports on requests from before the fork that had none yet. */
  outstanding(past: readonly RecordedEvent[], startMs: number): readonly FromOutside[] {
    const payments = past.filter(({ stream }) => streamCategory(stream) === 'payment');
    return payments.flatMap((recorded) => {
      const event = recorded as RecordedEvent<PaymentEvent>;
      const answers = answersTo[event.type];
      if (answers === undefined) return [];
      const isAnswered = payments.some(
        (other) =>
          other.stream === event.stream &&
          other.position > event.position &&
          answers.includes(other.type as PaymentEvent['type']) &&
          refundOf(other) === refundOf(event),
      );
      if (isAnswered) return [];
      const atMs = startMs + this.given.byMs;
      return event.type === 'PaymentRequested' ? this.#verdicts(event, atMs) : this.react(event, atMs);
    });
  }

  /** The reports of the gateway that follow from the event. */
  react(event: RecordedEvent, nowMs: number): readonly FromOutside[] {
    if (streamCategory(event.stream) !== 'payment') return [];
    this.#note(event);
    const { type } = event as RecordedEvent<PaymentEvent>;
    const at = Date.parse(event.metadata.at);
    switch (type) {
      case 'PaymentRequested':
        return this.#verdicts(event as RecordedEvent<PaymentEvent>, at);
      case 'PaymentCaptureRequested':
      case 'PaymentRefundRequested':
        return [this.#report(event.stream, nowMs, this.#captured(event as RecordedEvent<PaymentEvent>))];
      case 'PaymentVoidRequested': {
        const { transactionId, amount } = this.#truth(event.stream);
        return [this.#report(event.stream, nowMs, { status: 'voided', transactionId, amount })];
      }
      default:
        return [];
    }
  }

  /** The reports on an attempt: a decline, if that is the change; else those of the real gateway; else a success at once. */
  #verdicts(request: RecordedEvent<PaymentEvent>, requestedMs: number): readonly FromOutside[] {
    const { stream } = request;
    const { transactionId, amount } = this.#truth(stream);
    if (this.given.declines)
      return [
        this.#report(stream, requestedMs, { status: 'declined', transactionId, amount, code: 'what_if' }),
      ];
    const real = this.later.filter((event) => event.stream === stream) as RecordedEvent<PaymentEvent>[];
    const realRequest = real.find(({ type }) => type === 'PaymentRequested') ?? request;
    const told = real.flatMap((event) => {
      const report = reportBehind(event, amount);
      if (report === null) return [];
      const afterMs = Date.parse(event.metadata.at) - Date.parse(realRequest.metadata.at);
      const sinceMs =
        realRequest === request ? Date.parse(request.metadata.at) + this.given.byMs : requestedMs;
      return [this.#report(stream, sinceMs + afterMs, report)];
    });
    if (told.length > 0) return told;
    return [
      this.#report(stream, requestedMs, { status: 'authorized', transactionId, amount, expiresAt: null }),
    ];
  }

  #captured({ stream, data }: RecordedEvent<PaymentEvent>): GatewayReport {
    const truth = this.#truth(stream);
    const { amount, refundId } = data as { readonly amount: Money; readonly refundId?: string };
    if (refundId === undefined) truth.captured = amount;
    else {
      const refund = { refundId, amount, transactionId: `${truth.transactionId}-${refundId}` };
      truth.refunds = [...truth.refunds, refund];
    }
    const { transactionId, captured, refunds } = truth;
    return { status: 'captured', transactionId, amount: truth.amount, captured, refunds };
  }

  #report(stream: string, atMs: number, report: GatewayReport): FromOutside {
    const id: PaymentId = paymentOfStream(stream);
    return { atMs, actor, command: { type: 'RecordReport', data: { ...id, report } } };
  }

  #truth(stream: string): Truth {
    const zero = money.zero('XXX');
    const known = this.#truths.get(stream);
    return known ?? { transactionId: `what-if-${stream}`, amount: zero, captured: zero, refunds: [] };
  }

  #note(event: RecordedEvent): void {
    if (streamCategory(event.stream) !== 'payment') return;
    const { type, data } = event as RecordedEvent<PaymentEvent>;
    const truth = this.#truth(event.stream);
    if (type === 'PaymentRequested') {
      truth.amount = data.amount;
      truth.captured = money.zero(data.amount.currency);
    }
    if (type === 'PaymentCaptured') truth.captured = data.amount;
    if (type === 'PaymentRefunded') {
      const isNew = truth.refunds.every(({ refundId }) => refundId !== data.refundId);
      if (isNew) truth.refunds = [...truth.refunds, data];
    }
    if (type !== 'PaymentRefunded' && 'transactionId' in data && data.transactionId !== null)
      truth.transactionId = data.transactionId;
    this.#truths.set(event.stream, truth);
  }
}

/** For each type of request, the events that end it. */
const answersTo: Partial<Record<PaymentEvent['type'], readonly PaymentEvent['type'][]>> = {
  PaymentRequested: ['PaymentAuthorized', 'PaymentDeclined', 'PaymentAuthorizationExpired'],
  PaymentCaptureRequested: ['PaymentCaptured'],
  PaymentVoidRequested: ['PaymentVoided'],
  PaymentRefundRequested: ['PaymentRefunded', 'PaymentRefundRefused'],
};

const refundOf = ({ data }: RecordedEvent): string | undefined =>
  (data as { readonly refundId?: string }).refundId;

function reportBehind({ type, data }: RecordedEvent<PaymentEvent>, amount: Money): GatewayReport | null {
  switch (type) {
    case 'PaymentRedirectOffered':
      return { status: 'pending', transactionId: data.transactionId, amount, redirectUrl: data.url };
    case 'PaymentAuthorized':
      return { status: 'authorized', ...data };
    case 'PaymentDeclined':
      if (data.transactionId === null) return null;
      return { status: 'declined', transactionId: data.transactionId, amount, code: data.code };
    case 'PaymentAuthorizationExpired':
      return { status: 'expired', transactionId: data.transactionId, amount };
    default:
      return null;
  }
}
