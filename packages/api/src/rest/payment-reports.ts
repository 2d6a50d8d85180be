// The routes at which clients of older systems report the outcome of a payment. The report itself is never trusted: the
// outcome is read from the log, and when it is not there yet, looked up at the gateway.
import { OrderId, type Environment, type Ids } from '@holdfast/kernel';
import type { OrderStatus, StatusVocabulary } from '@holdfast/ordering';
import type { Feed } from '@holdfast/runtime';
import { customerActor } from '../commands/command-context.js';
import { positionOf, positionText } from '../graphql/scalars.js';
import { attemptDecided, undecided } from '../orders/card-attempt.js';
import type { Cards } from '../payments/cards.js';
import type { People } from '../people/people.js';
import type { SelectedOrder } from './documents.js';
import type { Caller, RunOperation } from './graphql-operations.js';
import { readOrder } from './order-routes.js';
import { aboutEnded } from './payment-routes.js';
import { maybeOrderQuery, orderReferenceBody } from './requests.js';
import type { PaymentReport } from './responses.js';
import { refuse, route, type Outcome, type Route } from './route.js';

export type PaymentReportOptions = {
  readonly run: RunOperation;
  readonly vocabulary: StatusVocabulary;
  readonly cards: Cards | null;
  readonly people: () => Pick<People, 'authenticate' | 'mutationExceeds'>;
  readonly feed: Feed;
  readonly environment: Environment;
  readonly ids: Ids;
  readonly closing: AbortSignal;
};

type Stated = 'success' | 'failure';

/** How long a report waits for the decision after the gateway's reply. */
const decisionMs = 3_000;

const says = {
  200: { body: 'PaymentReport', description: 'The log agrees.' },
  202: { body: 'PaymentReport', description: 'The payment is not decided yet.' },
} as const;

export function paymentReports(options: PaymentReportOptions): readonly Route[] {
  const routes = (path: string, name: string, stated: Stated): readonly Route[] => {
    const shared = {
      paths: [path],
      query: maybeOrderQuery,
      responses: says,
      problems: ['NOT_FOUND', 'ORDER_STATE'],
    } as const;
    const summary = `Whether the payment of an order was a ${stated}, by the log`;
    return [
      route({
        ...shared,
        method: 'post',
        name,
        summary: `${summary}; a card payment that is under way is looked up at the gateway first.`,
        body: orderReferenceBody,
        isBodyOptional: true,
        handle: async ({ caller, query, body }) =>
          report(options, stated, caller, { orderId: body?.orderId ?? query.orderId, query, looksUp: true }),
      }),
      route({
        ...shared,
        method: 'get',
        name: `${name}Page`,
        isForBrowsers: true,
        summary: `${summary}. A browser is sent to the page of the order.`,
        body: null,
        handle: async ({ caller, query }) =>
          report(options, stated, caller, { orderId: query.orderId, query, looksUp: false }),
      }),
    ];
  };
  return [
    ...routes('/payment-success', 'paymentSucceeded', 'success'),
    ...routes('/payment-fail', 'paymentFailed', 'failure'),
  ];
}

type About = {
  readonly orderId: string | undefined;
  readonly query: { readonly vocabulary?: StatusVocabulary | undefined };
  readonly looksUp: boolean;
};

async function report(
  options: PaymentReportOptions,
  stated: Stated,
  caller: Caller,
  { orderId: id, query, looksUp }: About,
): Promise<Outcome> {
  if (id === undefined) return refuse('VALIDATION', 'orderId: is needed', caller, { fields: ['orderId'] });
  const vocabulary = query.vocabulary ?? options.vocabulary;
  let ran = await readOrder(options.run, caller, { id, vocabulary });
  if (!ran.ok) return ran;
  if (looksUp && ran.viewer?.id === ran.data.customerId && waitsForCard(ran.data)) {
    const retryAfterMs = await options.people().mutationExceeds(ran.viewer);
    if (retryAfterMs !== null)
      return refuse('RATE_LIMITED', 'too many requests: try again later', caller, { retryAfterMs });
    const atLeast = await lookUp(options, ran.data, customerActor(ran.viewer));
    ran = await readOrder(options.run, caller, { id, vocabulary, ...(atLeast !== null && { atLeast }) });
    if (!ran.ok) return ran;
  }
  return answer(ran.data, stated, caller);
}

const waitsForCard = ({ status, payment }: SelectedOrder): boolean =>
  status === 'PAYMENT_PENDING' && payment?.method === 'CARD';

/** Looks the payment up at the gateway, and waits for the decision, within a limit. Returns the position to read at. */
async function lookUp(
  { cards, feed, environment, ids, closing }: PaymentReportOptions,
  found: SelectedOrder,
  actor: string,
): Promise<string | null> {
  if (cards === null) return null;
  const payment = { orderId: OrderId(found.id), attempt: found.payment?.attempts ?? 1 };
  // While the gateway is away, its webhook will bring the outcome.
  await cards.lookAgain(payment, { id: ids.next(), actor }).catch(() => undefined);
  const sought = { ...payment, after: positionOf(found.position), isBack: true };
  const reached = await attemptDecided({ feed, environment }, sought, { timeoutMs: decisionMs, closing });
  return reached === null ? null : positionText(reached);
}

const unpaid: readonly OrderStatus[] = [...undecided, 'FAILED', 'CANCELLED'];

/** 409 when the log has the opposite outcome, so that a client that only reads the status code is not misled. */
function answer(found: SelectedOrder, stated: Stated, caller: Caller): Outcome {
  const { id, status, word, failureReason, payment } = found;
  const paid = !unpaid.includes(status);
  const failed =
    status === 'FAILED' || status === 'CANCELLED' || (status === 'RESERVED' && payment?.status === 'REFUSED');
  const success = stated === 'success' ? paid : failed;
  if (!success && status !== 'PAYMENT_PENDING')
    return refuse(
      'ORDER_STATE',
      `the payment was no ${stated}: the order is ${status}`,
      caller,
      aboutEnded(found),
    );
  const body: PaymentReport = {
    ...{ success, paid, orderId: id, order_id: id, status: word, canonicalStatus: status },
    ...{ failureReason, redirectUrl: payment?.redirectUrl ?? null },
  };
  return { ok: true, status: success ? 200 : 202, body };
}
