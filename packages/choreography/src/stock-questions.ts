// The questions of inventory's policy to the keeper of an order's stock. Our own stock answers by itself. An outside
// service may answer late or never, so its questions have a deadline: a reservation that is not answered by then ends
// the order, and a release is asked for again, without limit.
import {
  deadlineEnding,
  isOpen,
  onAttemptFailed,
  plus,
  type Ending,
  type StepCommand,
} from '@holdfast/checkout';
import type { AskToRelease, AskToReserve, ReleaseStock, ReserveStock } from '@holdfast/inventory';
import type { Sku } from '@holdfast/kernel';
import type { InventoryPolicyEvent, InventoryPolicyStarted } from './inventory.events.js';
import type { Armed, StepState } from './policy-steps.js';

export type StockQuestionSettings = {
  /** how long an outside service may take for an answer; 60 s unless given */
  readonly stockAnswerMs?: number;
};

type Order = InventoryPolicyStarted['data'];

const isAskedOutside = ({ stockKeeper }: Pick<Order, 'stockKeeper'>): boolean => stockKeeper === 'OUTSIDE';

export const toReserve = (order: Order, sku: Sku, quantity: number): ReserveStock | AskToReserve => ({
  type: isAskedOutside(order) ? 'AskToReserve' : 'ReserveStock',
  data: { sku, orderId: order.orderId, quantity },
});

export const toRelease = (order: Order, sku: Sku): ReleaseStock | AskToRelease => ({
  type: isAskedOutside(order) ? 'AskToRelease' : 'ReleaseStock',
  data: { sku, orderId: order.orderId },
});

/** The end of an order whose reservation was not answered in time. */
export const stockEnding: Extract<Ending, { readonly outcome: 'FAILED' }> = deadlineEnding.stock;

const defaultAnswerMs = 60_000;
const longestWaitMs = 3_600_000;

/** The deadline of questions that are asked at `at`, ISO 8601; `again`: how often they were asked before. */
export function asking(
  { stockAnswerMs = defaultAnswerMs }: StockQuestionSettings,
  order: Order,
  at: string,
  again = 0,
): readonly InventoryPolicyEvent[] {
  if (!isAskedOutside(order)) return [];
  const waitMs = Math.min(stockAnswerMs * 2 ** Math.min(again, 10), Math.max(stockAnswerMs, longestWaitMs));
  return [{ type: 'DeadlineSet', data: { deadline: 'stock', dueAt: plus(at, waitMs) } }];
}

type Asking = StepState & {
  readonly order: Order;
  readonly stage: 'waiting' | 'reserving' | 'secured' | 'releasing';
  readonly deadline: Armed | null;
};

const isAnyOpen = (state: Asking): boolean => [...state.undo.keys()].some((step) => isOpen(state, step));

/** The deadline that counts now: none when every question is answered. */
export const armedIn = (state: Asking): Armed | null =>
  state.stage === 'reserving' || (state.stage === 'releasing' && isAnyOpen(state)) ? state.deadline : null;

/** Every release that is not answered is asked for again at once, and waits longer than before. */
export function askedAgain(
  settings: StockQuestionSettings,
  state: Asking,
  commands: readonly StepCommand[],
  at: string,
): readonly InventoryPolicyEvent[] {
  const attemptOf = ({ step }: StepCommand): number => (state.attempts.get(step)?.failed ?? 0) + 1;
  const failure = { error: 'the outside service has not answered', retryAt: at };
  const again = commands.flatMap((command) =>
    onAttemptFailed(command.step, { ...failure, attempt: attemptOf(command) }, { ...state, commands }),
  );
  return [...again, ...asking(settings, state.order, at, Math.max(0, ...commands.map(attemptOf)))];
}
