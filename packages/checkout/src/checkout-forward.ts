// How a checkout moves forward: the first decisions of each stage, the start of a payment, and the check of a paid order.
import type { Position, ProcessInput } from '@holdfast/kernel';
import { yearOf, type OrderPaymentStarted, type OrderReviewed } from '@holdfast/ordering';
import { compensate, nothing, type Decisions } from './checkout-compensation.js';
import { definitionOf } from './checkout-definitions.js';
import type { CheckoutState, Running } from './checkout-facts.js';
import { evolve } from './checkout-state.js';
import type { CheckoutInput } from './checkout-steps.js';
import { currentKinds, isFree } from './checkout-work.js';
import type { CheckoutEvent } from './checkout.events.js';
import { outOfStock } from './endings.js';
import { afterReview, checked, type OrderCheck } from './checks/check-verdict.js';
import { plus } from './step-attempts.js';

export type CheckoutSettings = {
  /** how long an unpaid ON_CONFIRMATION order keeps its stock */
  readonly reservationTtlMs: number;
  /** how long a started payment may take */
  readonly paymentTimeoutMs: number;
  /** the number of declined cards at which an order fails; absent: 1 */
  readonly paymentAttempts?: number;
  /** absent: every order passes */
  readonly check?: OrderCheck;
};

export type EventInput = Extract<ProcessInput<CheckoutInput>, { readonly kind: 'event' }>;

/** The answer of a step, followed by the first decisions of the next stage. */
export const onward = (
  settings: CheckoutSettings,
  input: EventInput,
  state: Running,
  answer: CheckoutEvent,
): Decisions => [answer, ...entering(settings, input, evolve(state, answer) as Running)];

/** The first decisions of the present stage: none, unless it needs more than its commands. */
export function entering(settings: CheckoutSettings, input: EventInput, state: Running): Decisions {
  const { order, stock, next, payment, deadline } = state;
  if (stock.size === order.stock.length && [...stock.entries()].some(([, { kind }]) => kind === 'denied'))
    return [compensate(state, outOfStock(stock.entries()))];
  const kinds = currentKinds(state);
  if (kinds.includes('start-payment') && payment.is === 'none') {
    if (order.paymentMode === 'ON_CONFIRMATION')
      return deadline === null ? [awaitCustomer(plus(input.at, settings.reservationTtlMs))] : nothing;
    return isFree(order) ? onward(settings, input, state, skipped) : nothing;
  }
  const isPaid = payment.is === 'captured' || payment.is === 'skipped';
  const isInStock = stock.size === order.stock.length;
  return isPaid && isInStock && next === null ? check(settings, input, state) : nothing;
}

/** The time until which the customer may start a payment. */
export const awaitCustomer = (dueAt: string): CheckoutEvent => ({
  type: 'DeadlineSet',
  data: { deadline: 'reservation', dueAt },
});

/** The customer has more time: the deadline moves, unless it is later than that already. */
export function extended(expiresAt: string, state: CheckoutState): Decisions {
  if (state.phase !== 'running' || state.deadline?.name !== 'reservation') return nothing;
  return expiresAt > state.deadline.dueAt ? [awaitCustomer(expiresAt)] : nothing;
}

const skipped: CheckoutEvent = { type: 'PaymentSkipped', data: {} };

export function startPayment(
  settings: CheckoutSettings,
  input: EventInput,
  data: OrderPaymentStarted['data'],
  state: Running,
): Decisions {
  const isNext = data.attempt > (state.declined?.attempt ?? 0);
  if (state.payment.is !== 'none' || !isNext || !currentKinds(state).includes('start-payment'))
    return nothing;
  if (isFree(state.order)) return onward(settings, input, state, skipped);
  const { method, attempt, cardToken, returnUrl } = data;
  const dueAt = plus(input.at, settings.paymentTimeoutMs);
  return [
    { type: 'FundsRequested', data: { method, attempt, cardToken, returnUrl } },
    { type: 'DeadlineSet', data: { deadline: 'payment', dueAt } },
  ];
}

/** The order is paid and all of it is reserved: the check decides the next step. */
function check(settings: CheckoutSettings, input: EventInput, state: Running): Decisions {
  const outcome = checked(settings.check, state.order);
  if (outcome === 'passed') return [passed(input, state, input.position)];
  return ['outcome' in outcome ? compensate(state, outcome) : outcome];
}

/** The first definitions use a log position as the number of an invoice. */
const passed = ({ at, position }: EventInput, { order }: Running, since: Position | null): CheckoutEvent =>
  definitionOf(order).stages.some((kinds) => kinds.includes('number-invoice'))
    ? { type: 'InvoiceRequested', data: { year: yearOf(at), since } }
    : { type: 'ChecksPassed', data: { invoiceNumber: `INV-${String(position).padStart(10, '0')}` } };

/** A person has decided on an order that is held. */
export function reviewed(review: OrderReviewed['data'], input: EventInput, state: CheckoutState): Decisions {
  if (state.phase !== 'running' || state.next?.type !== 'HoldForReview') return nothing;
  const outcome = afterReview(review);
  // Before a crash, with other settings, the order may have passed and have a number: `since` includes that time.
  return [outcome === 'passed' ? passed(input, state, null) : compensate(state, outcome)];
}
