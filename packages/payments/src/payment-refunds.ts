// The refunds to ask of the gateway, so that all captured money goes back.
import type { PaymentEvent } from './payment.events.js';
import { left, type Captured } from './payment-state.js';

/** Whether an undo asked for this refund. */
export const isUndoRefund = (refundId: string): boolean => /^undo(-\d+)?$/.test(refundId);

/** Refunds asked for by an undo: a further one only when the gateway refused the previous one. */
const undoRefundId = ({ refunds }: Captured): string => {
  const earlier = refunds.filter(({ refundId }) => isUndoRefund(refundId)).length;
  return earlier === 0 ? 'undo' : `undo-${earlier + 1}`;
};

/**
 * Asks again for refunds with an unknown outcome, and for the rest. Returns no events when all money is refunded, or
 * its refund is under way.
 */
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
