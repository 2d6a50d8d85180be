// The document of an order as its customer sees it.
import { money, type Document, type Money, type Position } from '@holdfast/kernel';
import type {
  CancellationReason,
  CheckoutDefinition,
  Coordination,
  FailureReason,
  OrderLine,
  OrderStatus,
  PaymentMethod,
  PaymentMode,
} from '@holdfast/ordering';
import type { OrderPayment } from './order-payment.js';
import type { ReturnRequestSummary } from './return-requests.js';

export type OrderSummaryLine = OrderLine & { readonly total: Money };

export type StockShortage = { readonly sku: string; readonly requested: number; readonly available: number };

/** Times are ISO 8601. `id` is the order's. */
export type OrderSummary = Document & {
  /** the order's id when it has no code of its own */
  readonly code: string;
  readonly guestEmail: string | null;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly failureReason: FailureReason | CancellationReason | null;
  readonly failureMessage: string | null;
  readonly lines: readonly OrderSummaryLine[];
  readonly total: Money;
  readonly paymentMethod: PaymentMethod;
  readonly paymentMode: PaymentMode;
  readonly coordination: Coordination;
  readonly definition: CheckoutDefinition;
  /** set while an unpaid reservation runs */
  readonly reservationExpiresAt: string | null;
  /** null until payment starts, and when there is nothing to pay */
  readonly payment: OrderPayment | null;
  readonly invoice: { readonly number: string; readonly issuedAt: string; readonly total: Money } | null;
  /** SKUs without enough stock; empty for other orders */
  readonly shortages: readonly StockShortage[];
  /** when the wallet refused; `available` is null without a wallet in the order's currency */
  readonly refusedFunds: { readonly required: Money; readonly available: Money | null } | null;
  /** whether the parcel was packed, at any time */
  readonly isPacked: boolean;
  /** the customer's requests to send goods back, oldest first */
  readonly returnRequests: readonly ReturnRequestSummary[];
  /** whether the shop waits for goods of a request; staff find orders by it */
  readonly hasOpenReturnRequest: boolean;
  /** of the order's own stream */
  readonly revision: number;
  /** of the last event in this document */
  readonly position: Position;
  readonly placedAt: string;
  /** position of OrderPlaced: orders are listed by it */
  readonly placedPosition: Position;
};

/** The payment in the document; a payment that has not begun when the document has none. */
export const paymentOf = (order: OrderSummary): OrderPayment =>
  order.payment ?? {
    method: order.paymentMethod,
    status: 'PENDING',
    transactionId: null,
    attempts: 0,
    amount: order.total,
    refunded: money.zero(order.total.currency),
    redirectUrl: null,
    declineCode: null,
  };
