// The end of payment's policy: it states that the order will never be paid, and returns the money that was taken.
import { retriesExhausted, stepOf, type FailedEnding, type Step } from '@holdfast/checkout';
import { assertNever } from '@holdfast/kernel';
import type { PaymentPolicyEvent } from './payment.events.js';
import type { Started } from './payment-state.js';
import type { StepEvent } from './policy-events.js';
import { isGivenUp } from './policy-steps.js';

export type PaymentDecisions = readonly PaymentPolicyEvent[];

/** `undo`: the steps that return money that may have been taken. */
export const failed = ({ reason, message }: FailedEnding, undo: readonly Step[]): PaymentDecisions => [
  { type: 'PaymentFailed', data: { reason, message } },
  ...(undo.length === 0 ? [] : [returning(undo)]),
];

const returning = (undo: readonly Step[]): PaymentPolicyEvent => ({
  type: 'MoneyReturnStarted',
  data: { undo },
});

/** A step that is given up ends the payment. */
export const givenUp = (decisions: readonly StepEvent[], state: Started): PaymentDecisions =>
  isGivenUp(decisions) && state.stage === 'paying'
    ? [...decisions, ...failed(retriesExhausted, undoOf(state))]
    : decisions;

export const giveBack = (state: Started): PaymentPolicyEvent => returning(undoOf(state));

/**
 * The undos of the payment in its present state. A hold may exist or may still arrive. A capture that arrives later
 * replaces its release by a refund. A card is undone by the payment's real state.
 */
export function undoOf(state: Started): readonly Step[] {
  switch (state.stage) {
    case 'waiting':
    case 'closed':
      return [];
    case 'paying':
      return undoOfPayment(state.payment, 'release-funds');
    case 'completed':
      return state.payment === null ? [] : undoOfPayment(state.payment, 'refund');
    default:
      return assertNever(state);
  }
}

type Payment = Extract<Started, { readonly stage: 'paying' }>['payment'];

const undoOfPayment = ({ method, attempt }: Payment, ofWallet: 'release-funds' | 'refund') =>
  method === 'CARD' ? [stepOf('void-card', attempt)] : [stepOf(ofWallet)];
