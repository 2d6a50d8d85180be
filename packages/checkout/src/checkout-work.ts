// The work that a state asks for: commands in the order of the definition's stages, and the deadline that is armed.
import { assertNever, type PendingWork, type Sku } from '@holdfast/kernel';
import type { OrderCommand } from '@holdfast/ordering';
import { definitions, undoStages } from './checkout-definitions.js';
import type { DeadlineName, Ending, Step } from './checkout.events.js';
import type { CheckoutState, Compensating, OrderFacts, Payment, RunningState } from './checkout-state.js';
import {
  kindOf,
  rowOf,
  skuOf,
  stepOf,
  type CheckoutCommand,
  type CommandOf,
  type StepKind,
} from './checkout-steps.js';

type StepCommand = { readonly step: Step; readonly command: CheckoutCommand };

/** The step with its command, which has to be one that the table gives it. */
const doing = <K extends StepKind>(kind: K, command: CommandOf<K>, sku?: Sku): StepCommand => ({
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
  definitions[state.order.definition].stages.flatMap((stage) =>
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

/** Whether an undo is asked for and not done. */
export const isOpen = ({ undo }: Pick<Compensating, 'undo'>, step: Step): boolean =>
  (undo.get(step)?.is ?? 'done') !== 'done';

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
    const data = { customerId, orderId, refundId: refundId(undo.get(step)?.round ?? 1) };
    return doing('refund', { type: 'Refund', data });
  },
  release: ({ order: { orderId } }, step) => {
    const sku = skuOf(step);
    return doing('release', { type: 'ReleaseStock', data: { sku, orderId } }, sku);
  },
};

function endOrder(
  orderId: OrderFacts['orderId'],
  { outcome, reason, message }: Ending,
): Extract<OrderCommand, { readonly type: 'Fail' | 'Cancel' }> {
  return outcome === 'FAILED'
    ? { type: 'Fail', data: { orderId, reason, message } }
    : { type: 'Cancel', data: { orderId, reason, note: message } };
}

export function pending(state: CheckoutState): readonly PendingWork<CheckoutCommand>[] {
  const work: PendingWork<CheckoutCommand>[] = [];
  if (state.phase === 'new') return work;
  let notBefore: string | undefined;
  for (const { step, command } of commandsOf(state)) {
    const { failed = 0, retryAt } = state.attempts.get(step) ?? {};
    // A command to the order must not overtake the one before it.
    const isInLine = rowOf(step).to === 'order';
    const earliest = isInLine ? later(notBefore, retryAt ?? undefined) : (retryAt ?? undefined);
    if (isInLine) notBefore = earliest;
    const round = state.phase === 'compensating' ? (state.undo.get(step)?.round ?? 1) : 1;
    work.push({
      kind: 'command',
      step,
      command,
      failedAttempts: failed,
      ...(earliest !== undefined && { notBefore: earliest }),
      ...(round > 1 && { round }),
    });
  }
  const deadline = armedDeadline(state);
  if (deadline !== null) work.push({ kind: 'deadline', ...deadline });
  return work;
}

const later = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a;

export function armedDeadline(
  state: CheckoutState,
): { readonly name: DeadlineName; readonly dueAt: string } | null {
  if (state.phase === 'reserved' && state.expiresAt !== null)
    return { name: 'reservation', dueAt: state.expiresAt };
  if (state.phase === 'paying' && state.dueAt !== null) return { name: 'payment', dueAt: state.dueAt };
  return null;
}
