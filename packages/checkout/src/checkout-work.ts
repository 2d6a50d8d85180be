// The work that a state asks for: commands in the order of the definition's stages, and the armed deadline. Each kind
// of step has its progress and its commands here; only the definition decides their order.
import { assertNever, type PendingWork, type Sku } from '@holdfast/kernel';
import type { OrderCommand } from '@holdfast/ordering';
import { definitionOf, undoStages, type Definition } from './checkout-definitions.js';
import type { Ending, Step } from './checkout.events.js';
import type { CheckoutState, OrderFacts, Running, RunningState } from './checkout-facts.js';
import { attemptOf, kindOf, skuOf, stepOf } from './step-names.js';
import {
  isUndoKind,
  rowOfKind,
  type CheckoutCommand,
  type CommandOf,
  type ForwardKind,
  type StepKind,
  type UndoKind,
} from './checkout-steps.js';
import { pendingCommands, type StepCommand } from './step-attempts.js';
import { isOpen, roundOf } from './undos.js';

/** The step with its command. The table must list this command for the step. */
export const doing = <K extends StepKind>(
  kind: K,
  command: CommandOf<K>,
  of?: Sku | number,
): StepCommand => ({
  step: stepOf(kind, of),
  command,
});

const none: readonly StepCommand[] = [];

/** The total is 0, so neither wallet nor card is needed. */
export const isFree = ({ total }: Pick<OrderFacts, 'total'>): boolean => total.minor === 0;

// Forward

/**
 * `todo`: the next stage waits for its answer. `tell`: no stage waits for it; it is wanted until the order answers a
 * later step, which shows that it was carried out. `needless`: the order does not need it.
 */
type Progress = 'todo' | 'done' | 'tell' | 'needless';

type ForwardStep = {
  progress(this: void, state: Running): Progress;
  /** while the step is not done */
  commands(this: void, state: Running): readonly StepCommand[];
};

const doneIf = (isDone: boolean): Progress => (isDone ? 'done' : 'todo');
const told = (): Progress => 'tell';

const secured = ({ payment: { is } }: Running): Progress =>
  is === 'skipped' ? 'needless' : doneIf(is === 'secured' || is === 'captured');
const captured = ({ payment: { is } }: Running): Progress =>
  is === 'skipped' ? 'needless' : doneIf(is === 'captured');

const forwardSteps: Readonly<Record<ForwardKind, ForwardStep>> = {
  reserve: {
    progress: ({ stock, order }) => doneIf(stock.size === order.stock.length),
    commands: ({ stock, order: { orderId, stock: ordered } }) =>
      ordered
        .filter(({ sku }) => !stock.has(sku))
        .map(({ sku, quantity }) =>
          doing('reserve', { type: 'ReserveStock', data: { sku, orderId, quantity } }, sku),
        ),
  },
  'mark-reserved': {
    progress: told,
    // The order was told before a payment was declined.
    commands: ({ declined, expiresAt, order: { orderId } }) =>
      declined === null
        ? [doing('mark-reserved', { type: 'MarkReserved', data: { orderId, expiresAt } })]
        : none,
  },
  'mark-declined': {
    progress: told,
    commands: ({ declined, expiresAt, order: { orderId } }) => {
      if (declined === null || expiresAt === null) return none;
      const { attempt, code } = declined;
      const data = { orderId, attempt, code, expiresAt };
      return [doing('mark-declined', { type: 'MarkPaymentDeclined', data }, attempt)];
    },
  },
  'start-payment': {
    progress: ({ payment: { is }, order }) =>
      is === 'skipped' && order.paymentMode === 'AUTOMATIC' ? 'needless' : doneIf(is !== 'none'),
    commands: ({ declined, order: { orderId, paymentMode, paymentMethod: method } }) =>
      paymentMode === 'AUTOMATIC' && declined === null
        ? [doing('start-payment', { type: 'StartPayment', data: { orderId, method, attempt: 1 } })]
        : none,
  },
  'hold-funds': {
    progress: secured,
    commands: ({ payment, order: { customerId, orderId, total: amount } }) =>
      payment.is === 'asked' && payment.method === 'WALLET'
        ? [doing('hold-funds', { type: 'HoldFunds', data: { customerId, orderId, amount } })]
        : none,
  },
  'authorize-card': {
    progress: secured,
    commands: ({ payment, order: { orderId, total: amount } }) => {
      if (payment.is !== 'asked' || payment.method !== 'CARD') return none;
      const { attempt, cardToken: card, returnUrl } = payment;
      const data = { orderId, attempt, amount, card, returnUrl };
      return [doing('authorize-card', { type: 'RequestPayment', data }, attempt)];
    },
  },
  'capture-funds': {
    progress: captured,
    commands: ({ payment, order: { customerId, orderId } }) =>
      payment.is === 'secured' && payment.method === 'WALLET'
        ? [doing('capture-funds', { type: 'CaptureHold', data: { customerId, orderId } })]
        : none,
  },
  'capture-card': {
    progress: captured,
    commands: ({ payment, order: { orderId, total: amount } }) => {
      if (payment.is !== 'secured' || payment.method !== 'CARD') return none;
      const { attempt } = payment;
      const data = { orderId, attempt, amount };
      return [doing('capture-card', { type: 'CapturePayment', data }, attempt)];
    },
  },
  'mark-paid': {
    progress: told,
    commands: ({ payment, order: { orderId } }) => {
      if (payment.is === 'skipped') return [doing('mark-paid', { type: 'SkipPayment', data: { orderId } })];
      if (payment.is !== 'captured') return none;
      const { transactionId } = payment;
      return [doing('mark-paid', { type: 'MarkPaid', data: { orderId, transactionId } })];
    },
  },
  'hold-for-review': {
    progress: ({ next }) => (next === null || next.type === 'HoldForReview' ? 'todo' : 'needless'),
    commands: ({ next }) => (next?.type === 'HoldForReview' ? [doing('hold-for-review', next)] : none),
  },
  'number-invoice': {
    progress: ({ next }) => doneIf(next?.type === 'Confirm'),
    commands: ({ next, since }) =>
      next?.type === 'IssueInvoice'
        ? [{ ...doing('number-invoice', next), ...(since !== null && { since }) }]
        : none,
  },
  confirm: {
    progress: () => 'todo',
    commands: ({ next }) => (next?.type === 'Confirm' ? [doing('confirm', next)] : none),
  },
};

/** The present stage of the order: the first stage with an answer still awaited. */
export function stageOf(state: Running): number {
  const { stages } = definitionOf(state.order);
  const at = stages.findIndex((kinds) => kinds.some((kind) => forwardSteps[kind].progress(state) === 'todo'));
  return at === -1 ? stages.length - 1 : at;
}

/** The kinds of step of the present stage. */
export const currentKinds = (state: Running): readonly ForwardKind[] =>
  definitionOf(state.order).stages[stageOf(state)] ?? [];

/** Whether the order has reached the stage of a kind of step. */
export const hasReached = (kind: ForwardKind, state: Running): boolean =>
  indexOfKind(definitionOf(state.order), kind) <= stageOf(state);

const indexOfKind = ({ stages }: Definition, kind: ForwardKind): number =>
  stages.findIndex((kinds) => kinds.includes(kind));

/** The order has answered this step, so it has carried out all earlier commands. */
const isAnswered = (kind: ForwardKind, state: Running): boolean =>
  rowOfKind(kind).to === 'order' && forwardSteps[kind].progress(state) === 'done';

/** The present stage, and the earlier stages whose commands the order may not have carried out. */
function wantedKinds(state: Running): readonly ForwardKind[] {
  const { stages } = definitionOf(state.order);
  const last = stageOf(state);
  let first = last;
  while (first > 0 && !stages[first - 1]?.some((kind) => isAnswered(kind, state))) first -= 1;
  const isWanted = (kind: ForwardKind, stage: number): boolean =>
    stage === last || forwardSteps[kind].progress(state) === 'tell';
  return stages
    .slice(first, last + 1)
    .flatMap((kinds, n) => kinds.filter((kind) => isWanted(kind, first + n)));
}

const forward = (state: Running): readonly StepCommand[] =>
  wantedKinds(state).flatMap((kind) => forwardSteps[kind].commands(state));

/** The commands that the order may not have carried out yet. */
export const tellsOf = (state: Running): readonly StepCommand[] =>
  wantedKinds(state)
    .filter((kind) => forwardSteps[kind].progress(state) === 'tell')
    .flatMap((kind) => forwardSteps[kind].commands(state));

/** The commands that a state asks for, in the order in which they must be carried out. */
export function commandsOf(state: CheckoutState): readonly StepCommand[] {
  switch (state.phase) {
    case 'new':
    case 'compensated':
      return none;
    case 'completed':
      return undos(state);
    case 'compensating':
      return [...(isOpen(state, endOrderStep) ? state.owed : none), ...undos(state)];
    case 'running':
      return state.undo.size === 0 ? forward(state) : [...forward(state), ...undos(state)];
    default:
      return assertNever(state);
  }
}

// Back

const endOrderStep = stepOf('end-order');

/**
 * A command whose answer was lost may still confirm a paid order, so nothing is given back before the order's end is
 * certain.
 */
const isGated = (state: RunningState): boolean =>
  state.phase === 'compensating' &&
  (state.mayBeConfirmed || state.undo.has('refund')) &&
  isOpen(state, endOrderStep);

const [ending = [], ...givingBack] = undoStages;

const undos = (state: RunningState): readonly StepCommand[] =>
  undosIn(isGated(state) ? [ending] : undoStages, state);

/**
 * The wanted commands, and the undos that wait for the order's end. Such an undo may have been sent before a late
 * success made it wait, and may fail meanwhile.
 */
export const commandsUnderWay = (state: RunningState): readonly StepCommand[] =>
  isGated(state) ? [...commandsOf(state), ...undosIn(givingBack, state)] : commandsOf(state);

function undosIn(stages: typeof undoStages, state: RunningState): readonly StepCommand[] {
  const open = [...state.undo.keys()].filter((step) => isOpen(state, step));
  const kinds: readonly StepKind[] = stages.flat();
  return open
    .filter((step) => kinds.includes(kindOf(step)))
    .flatMap((step) => {
      const kind = kindOf(step);
      return isUndoKind(kind) ? undoWork[kind](state, step) : none;
    });
}

/** The id of a refund: a second refund has another id than the first. */
export const refundId = (round: number): string => (round === 1 ? 'checkout' : `checkout-${round}`);

const undoWork: Readonly<Record<UndoKind, (state: RunningState, step: Step) => readonly StepCommand[]>> = {
  'end-order': (state) =>
    'ending' in state ? [doing('end-order', endOrder(state.order.orderId, state.ending))] : none,
  'release-funds': ({ order: { customerId, orderId } }) => [
    doing('release-funds', { type: 'ReleaseHold', data: { customerId, orderId } }),
  ],
  refund: ({ order: { customerId, orderId }, undo }, step) => {
    const data = { customerId, orderId, refundId: refundId(roundOf({ undo }, step)) };
    return [doing('refund', { type: 'Refund', data })];
  },
  'void-card': ({ order: { orderId } }, step) => {
    const attempt = attemptOf(step);
    return [doing('void-card', { type: 'VoidPayment', data: { orderId, attempt } }, attempt)];
  },
  release: ({ order: { orderId } }, step) => {
    const sku = skuOf(step);
    return [doing('release', { type: 'ReleaseStock', data: { sku, orderId } }, sku)];
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
  const { attempts, undo, deadline } = state;
  const work = pendingCommands({ commands: commandsOf(state), attempts, undo });
  return deadline === null ? work : [...work, { kind: 'deadline', ...deadline }];
}
