// The state of ordering's policy, folded from its own decisions alone, and the commands that a state asks for.
import {
  doing,
  endOrder,
  isFree,
  isOpen,
  stepOf,
  undosOf,
  type CheckoutCommand,
  type Ending,
  type StepCommand,
} from '@holdfast/checkout';
import { assertNever, type Position } from '@holdfast/kernel';
import type { DeclineNoted, OrderingPolicyEvent, OrderingPolicyStarted } from './ordering.events.js';
import { evolveSteps, isPaidFirst, noSteps, type Armed, type StepState } from './policy-steps.js';

/** `transactionId` is null when the total was 0. */
export type Payment = { readonly transactionId: string | null };

export type Known = StepState & {
  readonly order: OrderingPolicyStarted['data'];
  /** whether the order has recorded that its payment has begun */
  readonly isPaying: boolean;
  /** the last attempt of a card that was declined */
  readonly declined: DeclineNoted['data'] | null;
  /** when the reservation ends, ISO 8601; null when payment follows at once */
  readonly expiresAt: string | null;
};
export type Reserved = Known & { readonly stage: 'reserved' };
type Next = Extract<CheckoutCommand, { readonly type: 'IssueInvoice' | 'Confirm' | 'HoldForReview' }>;
/** `next` is null only between the events of one decision. `since`: as in InvoiceRequested. */
type Paid = Known & {
  readonly stage: 'paid';
  readonly payment: Payment;
  readonly next: Next | null;
  readonly since: Position | null;
};
/** `payment`: the payment that the order is told of before it ends, when a check refused the order */
type EndingState = Known & {
  readonly stage: 'ending';
  readonly ending: Ending;
  readonly payment: Payment | null;
};
export type Started =
  | (Known & { readonly stage: 'placed' })
  | Reserved
  | Paid
  | EndingState
  | (Known & { readonly stage: 'kept' | 'ended' });
export type OrderingPolicyState = { readonly stage: 'new' } | Started;

export const initialState: OrderingPolicyState = { stage: 'new' };
export const end = stepOf('end-order');

export function evolve(state: OrderingPolicyState, event: OrderingPolicyEvent): OrderingPolicyState {
  if (event.type === 'OrderingPolicyStarted')
    return {
      ...{ ...noSteps, order: event.data },
      ...{ isPaying: false, declined: null, expiresAt: null, stage: 'placed' },
    };
  if (state.stage === 'new') return state;
  switch (event.type) {
    case 'StockNoted':
      return { ...knownOf(state), stage: 'reserved' };
    case 'DeadlineSet':
      return { ...state, expiresAt: event.data.dueAt };
    case 'DeadlineMoved':
      return { ...state, expiresAt: event.data.dueAt, askedAt: event.data.position };
    case 'PaymentStartNoted':
      return { ...state, isPaying: true };
    case 'DeclineNoted':
      return { ...state, isPaying: false, declined: event.data };
    case 'PaymentNoted':
      return { ...knownOf(state), stage: 'paid', payment: event.data, next: null, since: null };
    case 'InvoiceRequested': {
      const { year, since } = event.data;
      const next = { type: 'IssueInvoice', data: { orderId: state.order.orderId, year } } as const;
      return state.stage === 'paid' ? { ...state, next, since } : state;
    }
    case 'InvoiceNumbered': {
      const data = { orderId: state.order.orderId, invoiceNumber: event.data.invoiceNumber };
      return state.stage === 'paid' ? { ...state, next: { type: 'Confirm', data } } : state;
    }
    case 'ReviewRequested': {
      const data = { orderId: state.order.orderId, reason: event.data.reason };
      return state.stage === 'paid' ? { ...state, next: { type: 'HoldForReview', data } } : state;
    }
    case 'OrderEndDecided': {
      const { data: ending } = event;
      const payment = state.stage === 'paid' && isFailedCheck(ending) ? state.payment : null;
      return { ...knownOf(state), stage: 'ending', ending, payment, undo: undosOf([end]) };
    }
    case 'OrderEndNoted':
      return { ...knownOf(state), stage: 'ended' };
    case 'OrderKept':
      return { ...knownOf(state), stage: 'kept' };
    case 'StepFailed':
      return state.stage === 'ending' ? { ...state, payment: null } : state;
    // Appended together with OrderEndDecided.
    case 'DeadlineReached':
      return state;
    default:
      return evolveSteps(state, event);
  }
}

const knownOf = ({ order, isPaying, declined, expiresAt, attempts, undo, askedAt }: Known): Known => ({
  order,
  isPaying,
  declined,
  expiresAt,
  attempts,
  undo,
  askedAt,
});

const isFailedCheck = ({ reason }: Ending): boolean =>
  reason === 'FRAUD_REJECTED' || reason === 'ADDRESS_INVALID';

export function commandsOf(state: Started): readonly StepCommand[] {
  switch (state.stage) {
    case 'kept':
    case 'ended':
      return [];
    case 'placed':
      return isPaidFirst(state.order) ? untilPaying(state) : [];
    case 'reserved':
      return untilPaying(state);
    case 'paid':
      return state.next === null
        ? []
        : [...untilPaying(state), markPaid(state, state.payment), afterPayment(state.next, state.since)];
    case 'ending': {
      if (!isOpen(state, end)) return [];
      const told = state.payment === null ? [] : [...untilPaying(state), markPaid(state, state.payment)];
      return [...told, doing('end-order', endOrder(state.order.orderId, state.ending))];
    }
    default:
      return assertNever(state);
  }
}

/** The commands to the order until it records that its payment has begun. */
function untilPaying({ order, isPaying, declined, expiresAt }: Known): readonly StepCommand[] {
  if (isPaying) return [];
  const { orderId, paymentMode, paymentMethod: method } = order;
  if (declined !== null) return expiresAt === null ? [] : [markDeclined(orderId, declined, expiresAt)];
  const reserved = isPaidFirst(order)
    ? []
    : [doing('mark-reserved', { type: 'MarkReserved', data: { orderId, expiresAt } })];
  // An order without a payment is paid as soon as it is reserved.
  if (paymentMode === 'ON_CONFIRMATION' || isFree(order)) return reserved;
  const data = { orderId, method, attempt: 1 };
  return [...reserved, doing('start-payment', { type: 'StartPayment', data })];
}

const markDeclined = (
  orderId: Known['order']['orderId'],
  { attempt, code }: DeclineNoted['data'],
  expiresAt: string,
): StepCommand => {
  const data = { orderId, attempt, code, expiresAt };
  return doing('mark-declined', { type: 'MarkPaymentDeclined', data }, attempt);
};

const markPaid = ({ order: { orderId } }: Known, { transactionId }: Payment): StepCommand =>
  transactionId === null
    ? doing('mark-paid', { type: 'SkipPayment', data: { orderId } })
    : doing('mark-paid', { type: 'MarkPaid', data: { orderId, transactionId } });

function afterPayment(next: Next, since: Position | null): StepCommand {
  switch (next.type) {
    case 'HoldForReview':
      return doing('hold-for-review', next);
    case 'IssueInvoice':
      return { ...doing('number-invoice', next), ...(since !== null && { since }) };
    case 'Confirm':
      return doing('confirm', next);
    default:
      return assertNever(next);
  }
}

/** Whether the order waits for its customer to pay, and no payment is under way. */
const isPayable = ({ stage, order }: Started): boolean =>
  stage === 'reserved' || (stage === 'placed' && isPaidFirst(order));

export const armedIn = (state: Started): Armed | null =>
  isPayable(state) && !state.isPaying && state.expiresAt !== null
    ? { name: 'reservation', dueAt: state.expiresAt }
    : null;

/** The state folded from the stream, for any reader. */
export const orderingPolicyState = { initialState, evolve };

/** The commands that a state asks for. */
export const orderingCommands = (state: OrderingPolicyState): readonly StepCommand[] =>
  state.stage === 'new' ? [] : commandsOf(state);
