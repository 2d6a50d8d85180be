// What has to be asked of the gateway for all captured money to go back.
import type { PaymentEvent } from './payment.events.js';
import { left, type Captured } from './payment-state.js';

/** Whether a refund was asked for by an undo. */
export const isUndoRefund = (refundId: string): boolean => /^undo(-\d+)?$/.test(refundId);

/** Refunds made by an undo: a further one only when the gateway refused the one before. */
const undoRefundId = ({ refunds }: Captured): string => {
  const earlier = refunds.filter(({ refundId }) => isUndoRefund(refundId)).length;
  return earlier === 0 ? 'undo' : `undo-${earlier + 1}`;
};

/** Asks again for refunds with an unknown outcome, and for the rest. None when all is refunded, or on its way. */
export function undoRefunds(state: Captured): readonly PaymentEvent[] {
  const { transactionId } = state;
  const again = state.refunds.filter(({ is }) => is === 'given-up');
  const rest = left(state);
  const missing = rest.minor > 0 ? [{ refundId: undoRefundId(state), amount: rest }] : [];
  return [...again, ...missing].map(({ refundId, amount }) => ({
    type: 'PaymentRefundRequested',
    data: { transactionId, refundId, amount },
  }));
}
