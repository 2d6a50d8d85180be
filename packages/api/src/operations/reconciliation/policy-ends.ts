// The end of a choreographed order, from the decisions of its policies: completed, or undone by every policy.
import type { OrderingPolicyEvent, PaymentPolicyEvent, InventoryPolicyEvent } from '@holdfast/choreography';
import { policyCategories } from '@holdfast/choreography';
import type { RecordedEvent } from '@holdfast/kernel';
import { streamCategory } from '@holdfast/kernel';

type PolicyEvent = InventoryPolicyEvent | PaymentPolicyEvent | OrderingPolicyEvent;
type PolicyCategory = (typeof policyCategories)[number];

/** `closed`: the policies that have recorded the end. `undo`: their undos that are not done yet. */
export type PolicyEnds = { readonly closed: Set<PolicyCategory>; readonly undo: Set<string> };

export const noPolicyEnds = (): PolicyEnds => ({ closed: new Set(), undo: new Set() });

const isPolicyCategory = (category: string): category is PolicyCategory =>
  (policyCategories as readonly string[]).includes(category);

/** The end of the order; null while it is under way. */
export type PolicyEnd = 'completed' | 'compensated' | null;

/** Enters the decision of a policy. Returns undefined for an event that is no such decision or does not concern the end. */
export function enterPolicy(ends: PolicyEnds, recorded: RecordedEvent): PolicyEnd | undefined {
  const category = streamCategory(recorded.stream);
  if (!isPolicyCategory(category)) return undefined;
  const event = recorded as RecordedEvent<PolicyEvent>;
  const { closed, undo } = ends;
  switch (event.type) {
    case 'OrderKept':
      closed.delete('orderingpolicy');
      return closed.size === 0 ? 'completed' : null;
    case 'OrderEndNoted':
    case 'PaymentFailed':
      closed.add(category);
      break;
    case 'StockReleaseStarted':
    case 'MoneyReturnStarted':
      closed.add(category);
      for (const step of event.data.undo) undo.add(step);
      break;
    case 'UndoAdded':
      undo.add(event.data.step);
      break;
    case 'StepUndone':
    case 'StepSettled':
      undo.delete(event.data.step);
      // The one undo of ordering's policy ends the order.
      if (category === 'orderingpolicy') closed.add(category);
      break;
    default:
      return undefined;
  }
  return closed.size === policyCategories.length && undo.size === 0 ? 'compensated' : null;
}
