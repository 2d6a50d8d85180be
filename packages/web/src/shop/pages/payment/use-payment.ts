// Paying for an order. The keys follow from the order, so two tabs and two clicks make one payment.
import { useClient } from 'urql';
import { useDeposits, type DepositOutcome } from '../../deposits/use-deposit.js';
import { PayOrderDocument, type PaymentMethod } from '../../generated/graphql.js';
import type { Money } from '../../../shared/money.js';
import type { LiveOrder } from '../../order/use-order.js';

/** How long the answer may wait for the outcome; the subscription brings it in any case. */
const waitMs = 3_000;

export type PaymentOutcome =
  | { readonly kind: 'under-way' }
  /** The customer pays on this page, and comes back. */
  | { readonly kind: 'away'; readonly url: string }
  | { readonly kind: 'no-deposit'; readonly deposit: DepositOutcome }
  | { readonly kind: 'refused'; readonly message: string | null }
  | { readonly kind: 'unreachable' };

/** The order shows the rest: it continued, it ended, or another tab was faster. */
const shownByTheOrder: readonly string[] = [
  'OrderSuccess',
  'PaymentDeclinedError',
  'InsufficientFundsError',
  'OrderStateError',
  'IdempotencyConflictError',
];

/** Running requests by key. For two equal requests at once the client resolves only one, so the second joins the first. */
const underWay = new Map<string, Promise<PaymentOutcome>>();

export const isWebAddress = (url: string): boolean => /^https?:/.test(url);

export function usePayment(order: LiveOrder) {
  // Not the hook: its promise ends with the component, and the page moves on before the answer comes.
  const client = useClient();
  const { start: deposit } = useDeposits();

  const ask = async (method: PaymentMethod, idempotencyKey: string): Promise<PaymentOutcome> => {
    const input = {
      idempotencyKey,
      orderId: order.id,
      method,
      waitMs,
      ...(method === 'CARD' && { returnUrl: pageOf(order.id) }),
    };
    const { data } = await client.mutation(PayOrderDocument, { input }).toPromise();
    if (data === undefined) return { kind: 'unreachable' };
    const answer = data.payOrder;
    const url = answer.__typename === 'OrderSuccess' ? (answer.order.payment?.redirectUrl ?? null) : null;
    if (url !== null && isWebAddress(url)) return { kind: 'away', url };
    return shownByTheOrder.includes(answer.__typename)
      ? { kind: 'under-way' }
      : { kind: 'refused', message: 'message' in answer ? answer.message : null };
  };

  /** `attempt`: how many cards were tried before this one. */
  const pay = (method: PaymentMethod, attempt = 0): Promise<PaymentOutcome> => {
    const key = `pay:${order.id}:${method === 'CARD' ? `card:${attempt}` : 'wallet'}`;
    const outcome = underWay.get(key) ?? ask(method, key).finally(() => underWay.delete(key));
    underWay.set(key, outcome);
    return outcome;
  };

  return {
    pay: () => pay('WALLET'),
    payByCard: () => pay('CARD', order.payment?.attempts ?? 0),
    /** Sends the request of the card that is under way again: the shop asks the gateway what became of it. */
    lookAgain: () => pay('CARD', Math.max(0, (order.payment?.attempts ?? 1) - 1)),
    /** Deposits the missing amount, once for this order and this amount, and pays. */
    async depositAndPay(missing: Money): Promise<PaymentOutcome> {
      const outcome = await deposit(missing, order.id);
      if (outcome.kind === 'done') return pay('WALLET');
      return outcome.kind === 'away' ? outcome : { kind: 'no-deposit', deposit: outcome };
    },
  };
}

/** The same for each attempt: a request that is sent again has the same content. */
const pageOf = (orderId: string): string => new URL(`/payment?orderId=${orderId}`, location.origin).href;
