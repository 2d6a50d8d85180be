// The adapter to Stripe: PaymentIntents that are captured by hand. An intent is created before it is confirmed, each under
// a key of its own, so that a void always finds an intent to cancel, also after a lost confirmation.
import type { Clock, Money } from '@holdfast/kernel';
import { paymentOfReference, paymentReference, type GatewayReport, type PaymentId } from '@holdfast/payments';
import Stripe from 'stripe';
import {
  idempotencyKey,
  type GatewayOutcome,
  type ListedPayments,
  type LookedUp,
  type PaymentGateway,
  type ReadWebhook,
} from '../payment-gateway.js';
import { toleranceMs } from '../signature.js';
import { ofAccount } from './stripe-account.js';
import { toStripe } from './stripe-amounts.js';
import { bookedOf, paymentKey, refundKey, reportOf } from './stripe-reports.js';

export type StripeGatewaySettings = {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** `acct_…`, which the key must belong to, and which payments record; absent: the account of the key */
  readonly account?: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  /** another server instead of Stripe's own */
  readonly server?: { readonly host: string; readonly port: number; readonly protocol: 'http' | 'https' };
};

/** A start waits for the account at most this long. */
const longestAskMs = 5_000;

export function stripeGateway(settings: StripeGatewaySettings): PaymentGateway {
  const { secretKey, timeoutMs = 20_000, server, account } = settings;
  // The reactor counts the attempts and waits between them.
  const stripe = new Stripe(secretKey, {
    timeout: timeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
    ...server,
  });
  const gateway: PaymentGateway = {
    name: 'stripe',
    authorize: (request) => outcomeOf(stripe, null, () => authorize(stripe, request)),
    capture: ({ payment, transactionId, amount }) =>
      outcomeOf(stripe, transactionId, async () => {
        const amount_to_capture = unitsOf(amount);
        const options = { idempotencyKey: idempotencyKey(payment, { kind: 'capture' }) };
        return stripe.paymentIntents.capture(transactionId, { amount_to_capture }, options);
      }),
    void: (request) => voidIntent(stripe, request),
    refund: ({ payment, transactionId, refundId, amount }) =>
      outcomeOf(stripe, transactionId, async () => {
        await stripe.refunds.create(
          { payment_intent: transactionId, amount: unitsOf(amount), metadata: { [refundKey]: refundId } },
          { idempotencyKey: idempotencyKey(payment, { kind: 'refund', refundId }) },
        );
        return retrieve(stripe, transactionId);
      }),
    lookUp: (request) => lookUp(stripe, request),
    list: (after) => list(stripe, after),
    readWebhook: (body, headers) => readWebhook(stripe, settings, body, headers['stripe-signature']),
  };
  const askMs = Math.min(timeoutMs, longestAskMs);
  return ofAccount(gateway, stripe, { named: account ?? null, askMs, reasonOf });
}

/** Stripe refused the operation without a report on the payment. */
class NotPossible extends Error {
  override readonly name = 'NotPossible';
  constructor(readonly code: string) {
    super(code);
  }
}

function unitsOf(amount: Money): number {
  const units = toStripe(amount);
  if (units === null) throw new NotPossible('amount_not_chargeable');
  return units;
}

const expanded = { expand: ['latest_charge'] };

const retrieve = (stripe: Stripe, id: string): Promise<Stripe.PaymentIntent> =>
  stripe.paymentIntents.retrieve(id, expanded);

/** The intent is bound to the attempt and its amount. A repeated request finds the same intent. */
const create = (stripe: Stripe, payment: PaymentId, amount: Money): Promise<Stripe.PaymentIntent> =>
  stripe.paymentIntents.create(
    {
      amount: unitsOf(amount),
      currency: amount.currency.toLowerCase(),
      capture_method: 'manual',
      allowed_payment_method_types: ['card'],
      metadata: { [paymentKey]: paymentReference(payment) },
    },
    { idempotencyKey: `${paymentReference(payment)}.create` },
  );

async function authorize(
  stripe: Stripe,
  { payment, amount, card, returnUrl }: Parameters<PaymentGateway['authorize']>[0],
): Promise<Stripe.PaymentIntent> {
  // Cards are entered in the shop's own page, into a form of Stripe's: without one there is nothing to confirm.
  if (card === null) throw new NotPossible('card_required');
  const { id } = await create(stripe, payment, amount);
  return stripe.paymentIntents.confirm(
    id,
    { payment_method: card, ...(returnUrl !== null && { return_url: returnUrl }), ...expanded },
    { idempotencyKey: idempotencyKey(payment, { kind: 'authorize' }) },
  );
}

/** An intent that has ended counts as voided. */
async function voidIntent(
  stripe: Stripe,
  { payment, transactionId, amount }: Parameters<PaymentGateway['void']>[0],
): Promise<GatewayOutcome> {
  const sought = { id: transactionId };
  const outcome = await outcomeOf(
    stripe,
    () => sought.id,
    async () => {
      const id = sought.id ?? (await find(stripe, payment))?.id ?? (await create(stripe, payment, amount)).id;
      sought.id = id;
      return stripe.paymentIntents.cancel(
        id,
        {},
        { idempotencyKey: idempotencyKey(payment, { kind: 'void' }) },
      );
    },
  );
  if (outcome.kind !== 'declined' || outcome.report === null) return outcome;
  const { report } = outcome;
  const isOver = report.status === 'voided' || report.status === 'expired';
  return isOver ? { kind: 'approved', report } : outcome;
}

/** Looks the intent up by our reference. Stripe's search lags some seconds; the key of `create` covers that time. */
async function find(stripe: Stripe, payment: PaymentId): Promise<Stripe.PaymentIntent | undefined> {
  const query = `metadata['${paymentKey}']:'${paymentReference(payment)}'`;
  const { data } = await stripe.paymentIntents.search({ query, limit: 1 });
  return data[0];
}

async function lookUp(
  stripe: Stripe,
  { payment, transactionId }: Parameters<PaymentGateway['lookUp']>[0],
): Promise<LookedUp> {
  try {
    const id = transactionId ?? (await find(stripe, payment))?.id;
    if (id === undefined) return { kind: 'unknown' };
    return { kind: 'found', report: await reportOn(stripe, await retrieve(stripe, id)) };
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404)
      return { kind: 'unknown' };
    return { kind: 'unavailable', reason: reasonOf(error) };
  }
}

async function list(stripe: Stripe, after: string | null): Promise<ListedPayments> {
  try {
    const { data, has_more: hasMore } = await stripe.paymentIntents.list({
      limit: 100,
      expand: ['data.latest_charge'],
      ...(after !== null && { starting_after: after }),
    });
    return { kind: 'page', payments: data.map(bookedOf), next: hasMore ? (data.at(-1)?.id ?? null) : null };
  } catch (error) {
    return { kind: 'unavailable', reason: reasonOf(error) };
  }
}

async function reportOn(stripe: Stripe, intent: Stripe.PaymentIntent): Promise<GatewayReport> {
  if (intent.status !== 'succeeded') return reportOf(intent, []);
  const refunds = await stripe.refunds
    .list({ payment_intent: intent.id, limit: 100 })
    .autoPagingToArray({ limit: 1000 });
  return reportOf(intent, refunds);
}

/** `known`: the intent that a refusal is about, where Stripe does not send it along. */
async function outcomeOf(
  stripe: Stripe,
  known: string | null | (() => string | null),
  operate: () => Promise<Stripe.PaymentIntent>,
): Promise<GatewayOutcome> {
  try {
    const report = await reportOn(stripe, await operate());
    if (report.status === 'declined') return { kind: 'declined', code: report.code, report };
    return report.status === 'pending' ? { kind: 'pending', report } : { kind: 'approved', report };
  } catch (error) {
    if (error instanceof NotPossible) return { kind: 'declined', code: error.code, report: null };
    const id = typeof known === 'function' ? known() : known;
    return isRefusal(error) ? refusal(stripe, error, id) : { kind: 'unavailable', reason: reasonOf(error) };
  }
}

type Refusal = Stripe.errors.StripeCardError | Stripe.errors.StripeInvalidRequestError;

/** 409 and 429 are temporary refusals: the same request is in progress, or there are too many requests. */
const isRefusal = (error: unknown): error is Refusal =>
  (error instanceof Stripe.errors.StripeCardError ||
    error instanceof Stripe.errors.StripeInvalidRequestError) &&
  error.statusCode !== 409 &&
  error.statusCode !== 429;

async function refusal(stripe: Stripe, error: Refusal, known: string | null): Promise<GatewayOutcome> {
  const id = error.payment_intent?.id ?? known;
  if (id === null) return { kind: 'declined', code: error.code ?? 'refused', report: null };
  try {
    const report = await reportOn(stripe, await retrieve(stripe, id));
    return {
      kind: 'declined',
      code: report.status === 'declined' ? report.code : (error.code ?? 'refused'),
      report,
    };
  } catch (lost) {
    return { kind: 'unavailable', reason: reasonOf(lost) };
  }
}

/** Leaves the message out, since Stripe's messages may contain part of the key. */
const reasonOf = (error: unknown): string =>
  error instanceof Stripe.errors.StripeError ? `${error.type} ${error.code ?? ''}`.trim() : String(error);

function readWebhook(
  stripe: Stripe,
  { webhookSecret, clock }: StripeGatewaySettings,
  body: Uint8Array,
  signature: string | readonly string[] | undefined,
): ReadWebhook {
  if (typeof signature !== 'string') return { kind: 'refused', reason: 'no signature' };
  let event: Stripe.Event;
  try {
    const tolerance = toleranceMs / 1000;
    const raw = Buffer.from(body);
    event = stripe.webhooks.constructEvent(raw, signature, webhookSecret, tolerance, undefined, clock.now());
  } catch {
    // Stripe's message quotes the body, so only the reason is reported.
    return { kind: 'refused', reason: 'wrong signature' };
  }
  const object = event.data.object as unknown as Readonly<Record<string, unknown>>;
  const isIntent = object['object'] === 'payment_intent';
  const transactionId = isIntent ? object['id'] : object['payment_intent'];
  if (typeof transactionId !== 'string') return { kind: 'irrelevant' };
  const reference = (object['metadata'] as Stripe.Metadata | null | undefined)?.[paymentKey];
  const payment = paymentOfReference(reference ?? '');
  return { kind: 'notice', notice: { id: event.id, type: event.type, transactionId, payment } };
}
