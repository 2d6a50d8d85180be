// The checkout: takes an order from placed to confirmed, or undoes all effects. Must stay true: its state is folded
// from its own decisions alone, a repeated input decides nothing, and a success that arrives after its undo is undone
// as well. README.md has the picture.
import {
  invariant,
  streamId,
  streamName,
  type OrderId,
  type Process,
  type RecordedEvent,
  type RetryPolicy,
  type Route,
} from '@holdfast/kernel';
import { decider } from './checkout-decisions.js';
import type { CheckoutSettings } from './checkout-forward.js';
import type { CheckoutState } from './checkout-facts.js';
import { evolve, initialState } from './checkout-state.js';
import { isAnswer, orderAnswered } from './step-answers.js';
import { isStep, rowOf } from './step-names.js';
import { type CheckoutCommand, type CheckoutInput } from './checkout-steps.js';
import { pending } from './checkout-work.js';
import type { CheckoutEvent } from './checkout.events.js';
import { schemaVersions } from './checkout.upcasters.js';
import { isOfOther } from './coordination.js';
import { interventionCategory } from './intervention.js';

export const checkoutCategory = 'checkout';

/** Name of the stream of an order's checkout. */
export const checkoutStream = (orderId: OrderId): string => streamName(checkoutCategory, orderId);

const ignore: Route = { kind: 'ignore' };

/** A checkout reads the order that begins it, the answers to its steps, and the requests of operators. */
function route(event: RecordedEvent<CheckoutInput>): Route {
  if (isOfOther('ORCHESTRATION', event)) return ignore;
  switch (event.type) {
    case 'OrderPlaced':
      return event.data.coordination === 'ORCHESTRATION'
        ? { kind: 'start', id: streamId(event.stream) }
        : ignore;
    case 'StepRetryRequested':
    case 'StepSettlementRequested':
    case 'DeadlineMoveRequested':
      return { kind: 'continue', id: streamId(event.stream) };
    default: {
      const id = isAnswer(event) ? orderAnswered(event) : null;
      return id === null ? ignore : { kind: 'continue', id };
    }
  }
}

function retryPolicy(step: string): RetryPolicy {
  invariant(isStep(step), `not a step of the checkout: ${step}`);
  return rowOf(step).retry;
}

/** The process manager of an order. Inputs may be repeated and late; see README.md for why each is safe. */
export const createCheckout = (
  settings: CheckoutSettings,
): Process<CheckoutInput, CheckoutEvent, CheckoutState, CheckoutCommand> => ({
  name: checkoutCategory,
  schemaVersions,
  initialState,
  inputPrefixes: ['order-', 'invoices-', 'stock-', 'wallet-', 'payment-', `${interventionCategory}-`],
  route,
  decide: decider(settings),
  evolve,
  pending,
  retryPolicy,
});
