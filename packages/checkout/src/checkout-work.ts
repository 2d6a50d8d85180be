// The work that a state asks for: commands in the order of the definition's stages, and the deadline that is armed.
import { assertNever, type PendingWork, type Sku } from '@holdfast/kernel';
import type { OrderCommand } from '@holdfast/ordering';
import { definitionOf, undoStages } from './checkout-definitions.js';
import type { DeadlineName, Ending, Step } from './checkout.events.js';
import type { CheckoutState, Compensating, OrderFacts, Payment, RunningState } from './checkout-state.js';
import {
  kindOf,
  skuOf,
  stepOf,
  type CheckoutCommand,
  type CommandOf,
  type StepKind,
} from './checkout-steps.js';
import { pendingCommands, type StepCommand } from './step-attempts.js';
import { isOpen, noUndos, roundOf } from './undos.js';

/** The step with its command, which has to be one that the table gives it. */
export const doing = <K extends StepKind>(kind: K, command: CommandOf<K>, sku?: Sku): StepCommand => ({
  step: stepOf(kind, sku),
  command,
});

const none: readonly StepCommand[] = [];

/** Nothing is to be paid, so no wallet is needed. */
export const isFree = ({ total }: OrderFacts): boolean => total.minor === 0;

/** The commands that a state asks for, in the order in which they are to be carried out. */
export function commandsOf(state: CheckoutState): readonly StepCommand[] {
  switch (state.phase) {
    case 'new':
    case 'completed':
    case 'compensated':
      return none;
    case 'compensating':
      return [...forward(state), ...undos(state)];
    case 'reserving':
    case 'reserved':
    case 'paying':
    case 'paid':
      return forward(state);
    default:
      return assertNever(state);
  }
}

const forward = (state: RunningState): readonly StepCommand[] =>
  definitionOf(state.order).stages.flatMap((stage) =>
    stage.flatMap((kind) => forwardWork[kind]?.(state) ?? none),
  );

const forwardWork: Readonly<Partial<Record<StepKind, (state: RunningState) => readonly StepCommand[]>>> = {
  reserve: (state) => {
    if (state.phase !== 'reserving') return none;
    const { orderId, stock } = state.order;
    return stock
      .filter(({ sku }) => !state.stock.has(sku))
      .map(({ sku, quantity }) =>
        doing('reserve', { type: 'ReserveStock', data: { sku, orderId, quantity } }, sku),
      );
  },
  'mark-reserved': (state) => {
    const { orderId, paymentMode } = state.order;
    // Without a payment the order is paid as soon as it is reserved.
    const isPaidAtOnce = isFree(state.order) && paymentMode === 'AUTOMATIC' && paymentToTell(state) !== null;
    if (state.phase !== 'reserved' && !isPaidAtOnce) return none;
    const expiresAt = state.phase === 'reserved' ? state.expiresAt : null;
    return [doing('mark-reserved', { type: 'MarkReserved', data: { orderId, expiresAt } })];
  },
  'start-payment': (state) => {
    const { orderId, paymentMode, paymentMethod: method } = state.order;
    if (state.phase !== 'reserved' || paymentMode === 'ON_CONFIRMATION') return none;
    return [doing('start-payment', { type: 'StartPayment', data: { orderId, method } })];
  },
  'hold-funds': (state) => {
    if (state.phase !== 'paying' || state.held) return none;
    const { customerId, orderId, total: amount } = state.order;
    return [doing('hold-funds', { type: 'HoldFunds', data: { customerId, orderId, amount } })];
  },
  'capture-funds': (state) => {
    if (state.phase !== 'paying' || !state.held) return none;
    const { customerId, orderId } = state.order;
    return [doing('capture-funds', { type: 'CaptureHold', data: { customerId, orderId } })];
  },
  'mark-paid': (state) => {
    const payment = paymentToTell(state);
    if (payment === null) return none;
    const { orderId } = state.order;
    const { transactionId } = payment;
    return transactionId === null
      ? [doing('mark-paid', { type: 'SkipPayment', data: { orderId } })]
      : [doing('mark-paid', { type: 'MarkPaid', data: { orderId, transactionId } })];
  },
  'number-invoice': (state) =>
    state.phase === 'paid' && state.next?.type === 'IssueInvoice'
      ? [{ ...doing('number-invoice', state.next), ...(state.since !== null && { since: state.since }) }]
      : none,
  confirm: (state) =>
    state.phase === 'paid' && state.next?.type === 'Confirm' ? [doing('confirm', state.next)] : none,
  'hold-for-review': (state) =>
    state.phase === 'paid' && state.next?.type === 'HoldForReview'
      ? [doing('hold-for-review', state.next)]
      : none,
};

/** The payment that the order is to be told of; also before it fails by a check. */
function paymentToTell(state: RunningState): Payment | null {
  if (state.phase === 'paid') return state.next === null ? null : state.payment;
  if (state.phase !== 'compensating') return null;
  return isOpen(state, stepOf('end-order')) ? state.payment : null;
}

/**
 * A paid order may yet be confirmed by a command whose answer was lost: nothing is given back before its end is
 * certain.
 */
const isGated = (state: Compensating): boolean =>
  (state.mayBeConfirmed || state.undo.has('refund')) && isOpen(state, stepOf('end-order'));

function undos(state: Compensating): readonly StepCommand[] {
  const open = [...state.undo.keys()].filter((step) => isOpen(state, step));
  const [ending = [], ...givingBack] = undoStages;
  const stages = isGated(state) ? [ending] : [ending, ...givingBack];
  const kinds = stages.flat();
  return open
    .filter((step) => kinds.includes(kindOf(step)))
    .flatMap((step) => undoWork[kindOf(step)]?.(state, step) ?? none);
}

/** Tells refunds apart, so that a second one is not taken for the first. */
export const refundId = (round: number): string => (round === 1 ? 'checkout' : `checkout-${round}`);

const undoWork: Readonly<Partial<Record<StepKind, (state: Compensating, step: Step) => StepCommand>>> = {
  'end-order': ({ order: { orderId }, ending }) => doing('end-order', endOrder(orderId, ending)),
  'release-funds': ({ order: { customerId, orderId } }) =>
    doing('release-funds', { type: 'ReleaseHold', data: { customerId, orderId } }),
  refund: ({ order: { customerId, orderId }, undo }, step) => {
    const data = { customerId, orderId, refundId: refundId(roundOf({ undo }, step)) };
    return doing('refund', { type: 'Refund', data });
  },
  release: ({ order: { orderId } }, step) => {
    const sku = skuOf(step);
    return doing('release', { type: 'ReleaseStock', data: { sku, orderId } }, sku);
  },
};

export function endOrder(
  orderId: OrderFacts['orderId'],
  { outcome, reason, message }: Ending,
): Extract<OrderCommand, { readonly type: 'Fail' | 'Cancel' }> {
  return outcome === 'FAILED'
    ? { type: 'Fail', data: { orderId, reason, message } }
    : { type: 'Cancel', data: { orderId, reason, note: message } };
}

export function pending(state: CheckoutState): readonly PendingWork<CheckoutCommand>[] {
  if (state.phase === 'new') return [];
  const undo = state.phase === 'compensating' ? state.undo : noUndos;
  const work = pendingCommands({ commands: commandsOf(state), attempts: state.attempts, undo });
  const deadline = armedDeadline(state);
  return deadline === null ? work : [...work, { kind: 'deadline', ...deadline }];
}

export function armedDeadline(
  state: CheckoutState,
): { readonly name: DeadlineName; readonly dueAt: string } | null {
  if (state.phase === 'reserved' && state.expiresAt !== null)
    return { name: 'reservation', dueAt: state.expiresAt };
  if (state.phase === 'paying' && state.dueAt !== null) return { name: 'payment', dueAt: state.dueAt };
  return null;
}
