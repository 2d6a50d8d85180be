// Paying for an order. The keys follow from the order, so two tabs and two clicks make one payment.
import { useMutation } from 'urql';
import { DepositDocument, PayOrderDocument, type PaymentMethod } from '../../generated/graphql.js';
import type { Money } from '../../../shared/money.js';
import type { LiveOrder } from '../../order/use-order.js';

/** How long the answer may wait for the outcome; the subscription brings it in any case. */
const waitMs = 3_000;

export type PaymentOutcome =
  | { readonly kind: 'under-way' }
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

export function usePayment(order: LiveOrder) {
  const [, payOrder] = useMutation(PayOrderDocument);
  const [, deposit] = useMutation(DepositDocument);

  const pay = async (method: PaymentMethod = 'WALLET'): Promise<PaymentOutcome> => {
    const attempt = method === 'CARD' ? `card:${order.payment?.attempts ?? 0}` : 'wallet';
    const { data } = await payOrder({
      input: {
        idempotencyKey: `pay:${order.id}:${attempt}`,
        orderId: order.id,
        method,
        waitMs,
        ...(method === 'CARD' && { returnUrl: location.href }),
      },
    });
    if (data === undefined) return { kind: 'unreachable' };
    const { __typename: type } = data.payOrder;
    return shownByTheOrder.includes(type)
      ? { kind: 'under-way' }
      : { kind: 'refused', message: 'message' in data.payOrder ? data.payOrder.message : null };
  };

  return {
    pay: () => pay(),
    payByCard: () => pay('CARD'),
    /** Deposits the missing amount, once for this order and this amount, and pays. */
    async depositAndPay(missing: Money): Promise<PaymentOutcome> {
      const idempotencyKey = `deposit:${order.id}:${missing.amount}`;
      const { data } = await deposit({ input: { idempotencyKey, amount: missing } });
      if (data === undefined) return { kind: 'unreachable' };
      if (data.deposit.__typename !== 'WalletSuccess')
        return { kind: 'refused', message: 'message' in data.deposit ? data.deposit.message : null };
      return pay();
    },
  };
}
