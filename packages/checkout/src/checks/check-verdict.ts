// The checks of an order that is paid: it passes, a person looks at it, or it ends.
import { assertNever } from '@holdfast/kernel';
import type { OrderReviewed } from '@holdfast/ordering';
import type { ReviewRequested } from '../checkout.events.js';
import type { OrderFacts } from '../checkout-facts.js';
import type { FailedEnding } from '../endings.js';

export type CheckVerdict =
  | { readonly verdict: 'pass' }
  | { readonly verdict: 'review'; readonly reason: string }
  | {
      readonly verdict: 'reject';
      readonly reason: 'FRAUD_REJECTED' | 'ADDRESS_INVALID';
      readonly message: string;
    };

/** The fraud and address policy: a pure function, asked once, when nothing is left to pay. */
export type OrderCheck = (order: OrderFacts) => CheckVerdict;

const passesEverything: OrderCheck = () => ({ verdict: 'pass' });

/** The next command for a paid order. */
export function checked(
  check: OrderCheck = passesEverything,
  order: OrderFacts,
): 'passed' | ReviewRequested | FailedEnding {
  const verdict = check(order);
  switch (verdict.verdict) {
    case 'pass':
      return 'passed';
    case 'review':
      return { type: 'ReviewRequested', data: { reason: verdict.reason } };
    case 'reject': {
      const { reason, message } = verdict;
      return { outcome: 'FAILED', reason, message };
    }
    default:
      return assertNever(verdict);
  }
}

/** The next command for a held order, by the decision of a person. */
export const afterReview = ({ approved, reason }: OrderReviewed['data']): 'passed' | FailedEnding =>
  approved ? 'passed' : { outcome: 'FAILED', reason: 'FRAUD_REJECTED', message: reason };
