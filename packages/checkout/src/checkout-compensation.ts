// The compensation of a checkout: the effects to undo, and its end.
import type { Position } from '@holdfast/kernel';
import { isEnding, type CheckoutState, type RunningState } from './checkout-facts.js';
import { evolve } from './checkout-state.js';
import { stepOf } from './step-names.js';
import { hasReached, refundId } from './checkout-work.js';
import type { CheckoutEvent, Ending, Step } from './checkout.events.js';
import { isDoneBy, isOpen, roundOf, undoForLate } from './undos.js';

export type Decisions = readonly CheckoutEvent[];
export const nothing: Decisions = [];

export const endOrder = stepOf('end-order');

/** The order has ended: by the checkout, the customer or staff. */
export function ended(state: CheckoutState, ending: Ending, position: Position): Decisions {
  if (state.phase === 'new') return nothing;
  if (isEnding(state)) return undone(state, endOrder, position);
  const undo = effects(state);
  const started = compensationStarted(ending, undo);
  return undo.length === 0 && isAllDone(state) ? [started, compensated] : [started];
}

/** `ofPayment`: the undos of the payment, when an answer knows more than the state. */
export const compensate = (
  state: RunningState,
  ending: Ending,
  ofPayment: readonly Step[] = undoOfPayment(state),
): CheckoutEvent => compensationStarted(ending, [endOrder, ...effects(state, ofPayment)]);

const compensationStarted = (ending: Ending, undo: readonly Step[]): CheckoutEvent => ({
  type: 'CompensationStarted',
  data: { ...ending, undo },
});

/** The undos of all effects that may exist by now, also of effects without an answer yet. */
function effects(state: RunningState, ofPayment = undoOfPayment(state)): readonly Step[] {
  if (isEnding(state)) return [];
  const { stock, order } = state;
  const isReserving = state.phase === 'completed' || hasReached('reserve', state);
  const reserved = isReserving ? order.stock.filter(({ sku }) => stock.get(sku)?.kind !== 'denied') : [];
  return [...ofPayment, ...reserved.map(({ sku }) => stepOf('release', sku))];
}

function undoOfPayment({ payment }: RunningState): readonly Step[] {
  if (payment.is === 'none' || payment.is === 'skipped') return [];
  if (payment.method === 'CARD') return [stepOf('void-card', payment.attempt)];
  return [stepOf(payment.is === 'captured' ? 'refund' : 'release-funds')];
}

export function onLateSuccess(state: RunningState, step: Step, position: Position): Decisions {
  const undo = undoForLate(state, step, position);
  return undo === null ? nothing : [{ type: 'UndoAdded', data: { step: undo, position } }];
}

export const isOurRefund = (state: CheckoutState, id: string): boolean =>
  isEnding(state) && id === refundId(roundOf(state, stepOf('refund')));

export function undone(state: CheckoutState, step: Step, position: Position): Decisions {
  if (state.phase === 'new' || !isDoneBy(state, step, position)) return nothing;
  return withCompletion(state, { type: 'StepUndone', data: { step, position } });
}

/** Ends one undo, and the compensation too when it was the last. */
export function withCompletion(
  state: RunningState,
  done: Extract<CheckoutEvent, { type: 'StepUndone' | 'StepSettled' }>,
): Decisions {
  if (!isEnding(state)) return [done];
  const after = evolve(state, done) as typeof state;
  return isAllDone(after) ? [done, compensated] : [done];
}

const isAllDone = (state: RunningState): boolean =>
  [...state.undo.keys()].every((step) => !isOpen(state, step));

const compensated: CheckoutEvent = { type: 'CompensationCompleted', data: {} };
