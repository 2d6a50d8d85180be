// The adapter to the simulated gateway, over HTTP like a real one.
import { money, type Clock } from '@holdfast/kernel';
import {
  paymentOfReference,
  paymentReference,
  type GatewayOperation,
  type PaymentId,
} from '@holdfast/payments';
import {
  idempotencyKey,
  type BookedAtGateway,
  type GatewayOutcome,
  type ListedPayments,
  type PaymentGateway,
  type ReadWebhook,
} from '../payment-gateway.js';
import { signatureHeader, verify } from '../signature.js';
import {
  fromWire,
  reportOf,
  toWire,
  type WireAnswer,
  type WirePage,
  type WirePayment,
  type WireWebhook,
} from './wire.js';

export type SimulatedGatewaySettings = {
  /** a promise while the gateway has yet to begin to listen */
  readonly url: string | Promise<string>;
  readonly apiKey: string;
  readonly webhookSecret: string;
  readonly clock: Clock;
  /** the longest time for a response */
  readonly timeoutMs?: number;
};

type Answered<Answer = WireAnswer> =
  | { readonly kind: 'answered'; readonly status: number; readonly answer: Answer }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** The gateway refuses the shop itself: its key, or a request that makes no sense. A bug or a wrong setting. */
export class RefusedByGateway extends Error {
  override readonly name = 'RefusedByGateway';
}

export function simulatedGateway(settings: SimulatedGatewaySettings): PaymentGateway {
  const operate = async (
    payment: PaymentId,
    operation: GatewayOperation,
    request: object,
  ): Promise<GatewayOutcome> =>
    outcomeOf(
      await send(settings, `/${paymentReference(payment)}/${operation.kind}`, {
        method: 'POST',
        body: JSON.stringify(request),
        headers: { 'idempotency-key': idempotencyKey(payment, operation) },
      }),
    );
  return {
    name: 'simulated',
    authorize: ({ payment, amount, card, returnUrl }) =>
      operate(payment, { kind: 'authorize' }, { amount: toWire(amount), card, returnUrl }),
    capture: ({ payment, amount }) => operate(payment, { kind: 'capture' }, { amount: toWire(amount) }),
    void: ({ payment, amount }) => operate(payment, { kind: 'void' }, { amount: toWire(amount) }),
    refund: ({ payment, refundId, amount }) =>
      operate(payment, { kind: 'refund', refundId }, { amount: toWire(amount), refundId }),
    async lookUp({ payment }) {
      const answered = await send(settings, `/${paymentReference(payment)}`, { method: 'GET' });
      if (answered.kind === 'unavailable') return answered;
      const { answer, status } = answered;
      if (status === 404) return { kind: 'unknown' };
      if (answer.payment === null) throw refusal(answered);
      return { kind: 'found', report: reportOf(answer.payment) };
    },
    list: (after) => list(settings, after),
    readWebhook: (body, headers) => readWebhook(settings, body, headers[signatureHeader]),
  };
}

async function list(settings: SimulatedGatewaySettings, after: string | null): Promise<ListedPayments> {
  const path = after === null ? '' : `?after=${encodeURIComponent(after)}`;
  const answered = await send<WirePage | WireAnswer>(settings, path, { method: 'GET' });
  if (answered.kind === 'unavailable') return answered;
  const { answer, status } = answered;
  if (!('payments' in answer)) throw refusal({ kind: 'answered', status, answer });
  return { kind: 'page', payments: answer.payments.map(bookedOf), next: answer.next };
}

function bookedOf({ id, reference, captured, refunds }: WirePayment): BookedAtGateway {
  const { currency } = captured;
  return {
    payment: paymentOfReference(reference),
    transactionId: id,
    captured: fromWire(captured),
    refunded: money.sum(
      refunds.map(({ amount }) => fromWire(amount)),
      currency,
    ),
  };
}

async function send<Answer = WireAnswer>(
  { url, apiKey, timeoutMs = 10_000 }: SimulatedGatewaySettings,
  path: string,
  {
    headers = {},
    ...request
  }: Pick<RequestInit, 'method' | 'body'> & { readonly headers?: Readonly<Record<string, string>> },
): Promise<Answered<Answer>> {
  try {
    const response = await fetch(`${await url}/payments${path}`, {
      ...request,
      headers: { ...headers, authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status >= 500) {
      await response.arrayBuffer();
      return { kind: 'unavailable', reason: `the gateway returned ${response.status}` };
    }
    return { kind: 'answered', status: response.status, answer: (await response.json()) as Answer };
  } catch (error) {
    // No connection, no response in time, or part of a response: the request may have taken effect.
    return { kind: 'unavailable', reason: error instanceof Error ? error.message : String(error) };
  }
}

function outcomeOf(answered: Answered): GatewayOutcome {
  if (answered.kind === 'unavailable') return answered;
  const { answer } = answered;
  if (answer.payment === null) throw refusal(answered);
  const report = reportOf(answer.payment);
  if ('error' in answer) return { kind: 'declined', code: answer.error, report };
  return report.status === 'pending' ? { kind: 'pending', report } : { kind: 'approved', report };
}

const refusal = ({ status, answer }: Extract<Answered, { kind: 'answered' }>): RefusedByGateway =>
  new RefusedByGateway(`the gateway returned ${status}: ${'error' in answer ? answer.error : 'no payment'}`);

function readWebhook(
  { webhookSecret, clock }: SimulatedGatewaySettings,
  body: Uint8Array,
  header: string | readonly string[] | undefined,
): ReadWebhook {
  const verdict = verify(webhookSecret, body, typeof header === 'string' ? header : undefined, clock.now());
  if (verdict !== 'signed') return { kind: 'refused', reason: verdict };
  const webhook = webhookIn(Buffer.from(body).toString('utf8'));
  if (webhook === null) return { kind: 'refused', reason: 'not a webhook of this gateway' };
  const { id, type, data } = webhook;
  const payment = paymentOfReference(data.reference);
  return { kind: 'notice', notice: { id, type, transactionId: data.id, payment } };
}

function webhookIn(text: string): WireWebhook | null {
  try {
    const { id, type, data } = JSON.parse(text) as WireWebhook;
    const isWebhook = [id, type, data.id, data.reference].every((part) => typeof part === 'string');
    return isWebhook ? { id, type, data } : null;
  } catch {
    return null;
  }
}
