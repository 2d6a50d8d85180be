// The payment of an order: when an attempt may start, when it was declined, and when there is nothing to pay.
import { accepted, rejected } from '@holdfast/kernel';
import { orderTotal } from './order-lines.js';
import type { OrderState } from './order-state.js';
import type { MarkPaymentDeclined, StartPayment } from './order.commands.js';
import type { OrderEvent, OrderPlaced } from './order.events.js';
import { life, advance, type Decision } from './order-steps.js';

/** The customer sends it, or the checkout right after the reservation. The second of the two changes nothing. */
export function startPayment({ data }: StartPayment, state: OrderState): Decision {
  const attempts = attemptsBefore(state);
  if (attempts !== null) {
    const next = attempts + 1;
    const { method, attempt = next } = data;
    if (attempt < next) return accepted([]);
    // The token of the order is used for one attempt only.
    const { cardToken, returnUrl }: Pick<OrderPlaced['data'], 'cardToken' | 'returnUrl'> =
      next === 1 && state.status !== 'NOT_PLACED' ? { ...state.placed, ...data } : data;
    const started = { method, attempt: next, cardToken: cardToken ?? null, returnUrl: returnUrl ?? null };
    return accepted([{ type: 'OrderPaymentStarted', data: started }]);
  }
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  const isBehind = life.indexOf(state.status as (typeof life)[number]) > life.indexOf('RESERVED');
  return isBehind ? accepted([]) : rejected({ code: 'OrderNotPayable', status: state.status });
}

/** The attempts that were declined; null unless a payment may start now. */
function attemptsBefore(state: OrderState): number | null {
  if (state.status === 'RESERVED') return state.attempts;
  return state.status === 'CREATED' && isPaidFirst(state.placed) ? 0 : null;
}

const isPaidFirst = ({ definition }: OrderPlaced['data']): boolean => definition === 'payment-first';

/** Only for the present attempt: the order already has the decline of an earlier one. */
export function markDeclined({ data }: MarkPaymentDeclined, state: OrderState): Decision {
  const { attempt, code, expiresAt } = data;
  const declined: OrderEvent = { type: 'OrderPaymentDeclined', data: { attempt, code, expiresAt } };
  if (state.status === 'PAYMENT_PENDING') return accepted(attempt === state.attempt ? [declined] : []);
  if (state.status === 'RESERVED' && attempt <= state.attempts) return accepted([]);
  return advance(state, ['PAYMENT_PENDING'], declined);
}

/** Only for an order with a total of 0. Its payment need not have been started. */
export function skipPayment(state: OrderState): Decision {
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  const total = orderTotal(state.placed.lines);
  if (total.minor > 0) return rejected({ code: 'PaymentDue', total });
  const from = isPaidFirst(state.placed) ? (['CREATED'] as const) : [];
  return advance(state, [...from, 'RESERVED', 'PAYMENT_PENDING'], { type: 'OrderPaymentSkipped', data: {} });
}
