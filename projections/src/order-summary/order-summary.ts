// An order as its customer sees it, without its history: one document per order.
import type { Document, Money, Position } from '@holdfast/kernel';
import type {
  CancellationReason,
  Coordination,
  FailureReason,
  OrderLine,
  PaymentMethod,
  PaymentMode,
} from '@holdfast/ordering';
import type { OrderStatus } from '../order-status.js';

export type PaymentStatus =
  'PENDING' | 'HELD' | 'REFUSED' | 'CAPTURED' | 'RELEASED' | 'PARTLY_REFUNDED' | 'REFUNDED';

export type OrderPayment = {
  readonly method: PaymentMethod;
  readonly status: PaymentStatus;
  readonly transactionId: string | null;
  /** how often the money was asked for */
  readonly attempts: number;
  readonly amount: Money;
  readonly refunded: Money;
};

export type OrderSummaryLine = OrderLine & { readonly total: Money };

export type StockShortage = { readonly sku: string; readonly requested: number; readonly available: number };

/** Times are ISO 8601. `id` is the order's. */
export type OrderSummary = Document & {
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly failureReason: FailureReason | CancellationReason | null;
  readonly failureMessage: string | null;
  readonly lines: readonly OrderSummaryLine[];
  readonly total: Money;
  readonly paymentMethod: PaymentMethod;
  readonly paymentMode: PaymentMode;
  readonly coordination: Coordination;
  /** null when payment follows at once, and once the reservation has ended */
  readonly reservationExpiresAt: string | null;
  /** null until payment starts */
  readonly payment: OrderPayment | null;
  readonly invoice: { readonly number: string; readonly issuedAt: string; readonly total: Money } | null;
  /** SKUs of which there was too little; empty unless the order is short of stock */
  readonly shortages: readonly StockShortage[];
  /** when the wallet refused; `available` is null without a wallet in the order's currency */
  readonly refusedFunds: { readonly required: Money; readonly available: Money | null } | null;
  /** of the order's own stream */
  readonly revision: number;
  /** of the last event in this document */
  readonly position: Position;
  readonly placedAt: string;
  /** position of OrderPlaced: orders are listed by it */
  readonly placedPosition: Position;
};
