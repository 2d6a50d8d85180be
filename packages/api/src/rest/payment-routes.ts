// The routes for paying and changing an order. Each runs one mutation of the GraphQL schema and shows its result.
import type { OrderStatus, StatusVocabulary } from '@holdfast/ordering';
import type { z } from 'zod';
import {
  bodyOfOrder,
  cancelOrderDocument,
  extendDocument,
  payOrderDocument,
  type OrderOutcome,
  type SelectedOrder,
} from './documents.js';
import type { Caller, RunOperation } from './graphql-operations.js';
import { defined, type OrderRoutesOptions, type Words } from './order-routes.js';
import { problemOfRefusal, type ProblemCode } from './problems.js';
import { changeOrderBody, payOrderBody, vocabularyQuery } from './requests.js';
import { refuse, route, type Asked, type Outcome, type Route } from './route.js';

const paymentProblems = [
  ...(['NOT_FOUND', 'ORDER_STATE', 'INSUFFICIENT_FUNDS', 'PAYMENT_DECLINED'] as const),
  'IDEMPOTENCY_CONFLICT',
] as const satisfies readonly ProblemCode[];

const changed = {
  200: { body: 'Order', description: 'The order after the change.' },
  202: { body: 'Order', description: 'The order, whose payment is not decided yet.' },
} as const;

export function paymentRoutes({ run, vocabulary: usual }: OrderRoutesOptions): readonly Route[] {
  const pay = paying(run, usual);
  return [
    route({
      method: 'post',
      paths: ['/payment', '/api/payment'],
      name: 'payOrder',
      summary: 'Pays an order that waits for its payment.',
      needsKey: true,
      query: vocabularyQuery,
      body: payOrderBody,
      responses: changed,
      problems: paymentProblems,
      handle: (asked) => pay(asked, asked.body),
    }),
    route({
      method: 'post',
      paths: ['/api/order/{id}'],
      name: 'changeOrder',
      summary: 'Pays or cancels an order, or extends its reservation.',
      needsKey: true,
      query: vocabularyQuery,
      body: changeOrderBody,
      responses: changed,
      problems: [...paymentProblems, 'RESERVATION_EXTENDED'],
      handle: (asked) => change(run, usual, pay, asked),
    }),
  ];
}

type Payment = { readonly orderId: string; readonly method?: 'WALLET' | 'CARD' | undefined } & {
  readonly [option in 'cardToken' | 'returnUrl']?: string | undefined;
} & { readonly waitMs?: number | undefined };
type Keyed = Pick<Asked<Words, unknown>, 'caller' | 'query' | 'key'>;

const paying =
  (run: RunOperation, usual: StatusVocabulary) =>
  async ({ caller, query, key }: Keyed, payment: Payment): Promise<Outcome> => {
    const { orderId, method, cardToken, returnUrl, waitMs } = payment;
    const input = { ...defined({ orderId, method, cardToken, returnUrl, waitMs }), idempotencyKey: key };
    const vocabulary = query.vocabulary ?? usual;
    const ran = await run<{ readonly payOrder: OrderOutcome }>(caller, payOrderDocument, {
      input,
      vocabulary,
    });
    return ran.ok ? shownChange(ran.data.payOrder, caller, 'PAY') : ran;
  };

async function change(
  run: RunOperation,
  usual: StatusVocabulary,
  pay: ReturnType<typeof paying>,
  { caller, query, id: orderId, key, body }: Asked<Words, z.output<typeof changeOrderBody>>,
): Promise<Outcome> {
  const { action, reason } = body;
  if (action === 'PAY') return pay({ caller, query, key }, { ...body, orderId });
  const vocabulary = query.vocabulary ?? usual;
  const input = { orderId, idempotencyKey: key, ...(action === 'CANCEL' && defined({ reason })) };
  const document = action === 'CANCEL' ? cancelOrderDocument : extendDocument;
  const ran = await run<Readonly<Record<string, OrderOutcome>>>(caller, document, { input, vocabulary });
  if (!ran.ok) return ran;
  const [outcome] = Object.values(ran.data);
  return outcome === undefined
    ? refuse('INTERNAL_SERVER_ERROR', 'something went wrong on our side', caller)
    : shownChange(outcome, caller, action);
}

const endedBadly: readonly OrderStatus[] = ['FAILED', 'CANCELLED'];

/** An order that ended gets an error status, so that a client that only reads the status code does not take it as paid. */
function shownChange(outcome: OrderOutcome, caller: Caller, action: 'PAY' | 'CANCEL' | 'EXTEND'): Outcome {
  if (!('order' in outcome)) return { ok: false, problem: problemOfRefusal(outcome, caller.correlationId) };
  const { order } = outcome;
  if (action === 'PAY' && endedBadly.includes(order.status))
    return refuse(
      'ORDER_STATE',
      order.failureMessage ?? `the order is ${order.status}`,
      caller,
      aboutEnded(order),
    );
  const isOpen = action === 'PAY' && order.status === 'PAYMENT_PENDING';
  return { ok: true, status: isOpen ? 202 : 200, body: bodyOfOrder(order) };
}

export const aboutEnded = ({ id, status, failureReason, nextActions }: SelectedOrder) => ({
  orderId: id,
  orderStatus: status,
  failureReason,
  allowed: nextActions,
});
