// The deadline of inventory's policy, for stock that an outside service keeps. It runs as long as a question is open: while
// the order's SKUs are reserved, and later while a release is not answered.
import type { Step } from '@holdfast/checkout';
import type { InventoryPolicyEvent } from '@holdfast/choreography';
import { assertNever, streamId, type RecordedEvent } from '@holdfast/kernel';
import type { Timer } from './timer.js';

type Input = Extract<
  InventoryPolicyEvent,
  {
    type:
      | 'DeadlineSet'
      | 'DeadlineMoved'
      | 'DeadlineReached'
      | 'AllStockSecured'
      | 'StockReleaseStarted'
      | 'UndoAdded'
      | 'StepUndone'
      | 'StepSettled';
  }
>;

const handled: ReadonlySet<string> = new Set<Input['type']>([
  'DeadlineSet',
  'DeadlineMoved',
  'DeadlineReached',
  'AllStockSecured',
  'StockReleaseStarted',
  'UndoAdded',
  'StepUndone',
  'StepSettled',
]);

export const inventoryPolicy = 'inventorypolicy';

export const matters = ({ type }: RecordedEvent): boolean => handled.has(type);

/** The timer after one more decision of inventory's policy; null when it has never set a deadline. */
export function stockTimer(id: string, recorded: RecordedEvent, timer: Timer | null): Timer | null {
  const event = recorded as RecordedEvent<Input>;
  if (event.type === 'DeadlineSet' || event.type === 'DeadlineMoved') {
    const { deadline: kind, dueAt } = event.data;
    return { ...timer, id, kind, orderId: streamId(event.stream), dueAt, state: 'ARMED' };
  }
  if (timer === null) return null;
  const { unanswered = [] } = timer;
  switch (event.type) {
    case 'DeadlineReached':
      return ended(timer, 'FIRED');
    case 'AllStockSecured':
      return ended(timer, 'CLEARED');
    // When there is something to release, the next event sets the deadline again.
    case 'StockReleaseStarted':
      return { ...ended(timer, 'CLEARED'), unanswered: event.data.undo };
    case 'UndoAdded':
      return { ...timer, unanswered: [...without(unanswered, event.data.step), event.data.step] };
    case 'StepUndone':
    case 'StepSettled': {
      const left = without(unanswered, event.data.step);
      return { ...(left.length === 0 ? ended(timer, 'CLEARED') : timer), unanswered: left };
    }
    default:
      return assertNever(event);
  }
}

const ended = (timer: Timer, state: 'FIRED' | 'CLEARED'): Timer =>
  timer.state === 'ARMED' ? { ...timer, state } : timer;

const without = (steps: readonly Step[], step: Step): readonly Step[] =>
  steps.filter((other) => other !== step);
