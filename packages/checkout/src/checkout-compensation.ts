// How a checkout gives back what it took: what there is to undo, and when that is done.
import { assertNever, type Position, type Sku } from '@holdfast/kernel';
import type { CheckoutEvent, Ending, Step } from './checkout.events.js';
import {
  evolve,
  isEnding,
  type CheckoutState,
  type Compensating,
  type OrderFacts,
} from './checkout-state.js';
import { stepOf } from './checkout-steps.js';
import { isFree, refundId } from './checkout-work.js';
import { isDoneBy, isOpen, roundOf, undoForLate } from './undos.js';

export type Decisions = readonly CheckoutEvent[];
export const nothing: Decisions = [];

export const endOrder = stepOf('end-order');

/** The order has ended, by the checkout or by another hand. */
export function ended(state: CheckoutState, ending: Ending, position: Position): Decisions {
  if (state.phase === 'new') return nothing;
  if (isEnding(state)) return undone(state, endOrder, position);
  return [compensationStarted(ending, effects(state))];
}

export const compensate = (state: CheckoutState, ending: Ending): CheckoutEvent =>
  compensationStarted(ending, [endOrder, ...effects(state)]);

export const compensationStarted = (ending: Ending, undo: readonly Step[]): CheckoutEvent => ({
  type: 'CompensationStarted',
  data: { ...ending, undo },
});

/** The steps that undo every effect there may be by now, whether or not its answer has come. */
function effects(state: CheckoutState): readonly Step[] {
  switch (state.phase) {
    case 'reserving':
      return releases(state.order, (sku) => state.stock.get(sku)?.kind !== 'denied');
    case 'reserved':
      return releases(state.order);
    case 'paying':
      return [stepOf('release-funds'), ...releases(state.order)];
    case 'paid':
    case 'completed':
      return [...(isFree(state.order) ? [] : [stepOf('refund')]), ...releases(state.order)];
    case 'new':
    case 'compensating':
    case 'compensated':
      return [];
    default:
      return assertNever(state);
  }
}

export const releases = ({ stock }: OrderFacts, of: (sku: Sku) => boolean = () => true): readonly Step[] =>
  stock.filter(({ sku }) => of(sku)).map(({ sku }) => stepOf('release', sku));

type Ended = Extract<CheckoutState, { readonly phase: 'compensating' | 'compensated' }>;

export function onLateSuccess(state: Ended, step: Step, position: Position): Decisions {
  const undo = undoForLate(state, step, position);
  return undo === null ? nothing : [{ type: 'UndoAdded', data: { step: undo, position } }];
}

export const isOurRefund = (state: CheckoutState, id: string): boolean =>
  isEnding(state) && id === refundId(roundOf(state, stepOf('refund')));

export function undone(state: CheckoutState, step: Step, position: Position): Decisions {
  if (!isEnding(state) || !isDoneBy(state, step, position)) return nothing;
  return withCompletion(state, { type: 'StepUndone', data: { step, position } });
}

/** The end of one undo, and of the compensation when it was the last. */
export function withCompletion(
  state: Ended,
  done: Extract<CheckoutEvent, { type: 'StepUndone' | 'StepSettled' }>,
): Decisions {
  const after = evolve(state, done) as Compensating;
  const all = [...after.undo.keys()].every((step) => !isOpen(after, step));
  return all ? [done, { type: 'CompensationCompleted', data: {} }] : [done];
}
