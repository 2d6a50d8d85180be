// The steps of an order's life: the refusals of its commands, and the move one step forward.
import { accepted, rejected, type Money, type Result } from '@holdfast/kernel';
import type { RefundRejection } from './order-refunds.js';
import type { ReturnRequestRejection } from './return-requests.js';
import type { OrderState } from './order-state.js';
import type { OrderStatus } from './order-status.js';
import type { OrderEvent } from './order.events.js';

export type OrderRejection =
  | { readonly code: 'NoLines' }
  | { readonly code: 'TooManyLines'; readonly limit: number }
  /** `line` counts from 0 */
  | { readonly code: 'InvalidQuantity' | 'InvalidPrice'; readonly line: number }
  | { readonly code: 'MixedCurrencies' }
  | { readonly code: 'TotalTooLarge' }
  /** another request was placed under this id */
  | { readonly code: 'OrderAlreadyPlaced' }
  | { readonly code: 'OrderNotFound' }
  | {
      readonly code:
        | 'OrderNotPayable'
        | 'ReservationNotExtendable'
        | 'OrderNotCancellable'
        | 'OrderNotRefundable'
        | 'OrderNotReturnable'
        | 'OrderNotReviewable';
      readonly status: OrderStatus;
    }
  /** an earlier step of the order has not happened */
  | { readonly code: 'OrderNotReady'; readonly status: OrderStatus }
  | { readonly code: 'OrderEnded'; readonly status: OrderStatus }
  /** an order is given more time once */
  | { readonly code: 'ReservationExtended'; readonly status: OrderStatus; readonly expiresAt: string }
  /** the payment of an order that costs something can't be skipped */
  | { readonly code: 'PaymentDue'; readonly total: Money }
  | RefundRejection
  | ReturnRequestRejection;

export type Decision = Result<readonly OrderEvent[], OrderRejection>;

export const life = [
  ...(['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'UNDER_REVIEW', 'CONFIRMED'] as const),
  ...(['SHIPPED', 'IN_TRANSIT', 'DELIVERED'] as const),
];

/** A step forward from one of `from`; does nothing when the order is already past it. */
export function advance(
  state: OrderState,
  from: readonly (typeof life)[number][],
  event: OrderEvent,
): Decision {
  const { status } = state;
  if (status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  if (status === 'FAILED' || status === 'CANCELLED') return rejected({ code: 'OrderEnded', status });
  if (from.includes(status)) return accepted([event]);
  const behind = from.every((earlier) => life.indexOf(status) > life.indexOf(earlier));
  return behind ? accepted([]) : rejected({ code: 'OrderNotReady', status });
}
