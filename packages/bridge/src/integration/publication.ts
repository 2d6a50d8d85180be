// For every event that the contexts store about orders, stock and money: its public events, or why it has none. A new event
// type does not compile until it has a row. Events of all other streams (accounts, processes, shipments …) are not public:
// the order's own events have the part of them that concerns an outside reader.
import {
  allocationCategory,
  stockCategory,
  type AllocationEvent,
  type StockEvent,
} from '@holdfast/inventory';
import {
  orderCategory,
  type InvoiceIssued,
  type OrderEvent,
  type OrderNoted,
  type ReminderEvent,
} from '@holdfast/ordering';
import { answerCategory } from '../inbound/answer.js';
import type { AnswerEvent } from '../inbound/inbox.events.js';
import { paymentCategory, type PaymentEvent, type WebhookEvent } from '@holdfast/payments';
import { walletCategory, type DepositEvent, type WalletEvent } from '@holdfast/wallet';
import type { PublicType } from './public-events.js';

/** The categories whose events have rows that publish something. */
export const publicCategories = [
  orderCategory,
  stockCategory,
  allocationCategory,
  walletCategory,
  paymentCategory,
  answerCategory,
] as const;

export type SourceEvent =
  OrderEvent | StockEvent | AllocationEvent | WalletEvent | PaymentEvent | AnswerEvent;
type Inner = OrderNoted | InvoiceIssued | ReminderEvent | DepositEvent | WebhookEvent;
type StoredType = (SourceEvent | Inner)['type'];

type Publication = { readonly as: readonly PublicType[] } | { readonly notPublic: string };

const as = (...types: readonly PublicType[]): Publication => ({ as: types });
const notPublic = (why: string): Publication => ({ notPublic: why });

export const publication: Readonly<Record<StoredType, Publication>> = {
  OrderPlaced: as('order.created'),
  OrderReserved: as('stock.reduction.success'),
  OrderReservationExtended: notPublic('between the customer and the shop'),
  OrderReservationExpiring: notPublic('between the customer and the shop'),
  OrderPaymentStarted: as('payment.requested'),
  OrderPaymentDeclined: notPublic('payment.fail says it'),
  // An order that is paid first is reserved by then, and has no event of its own for that.
  OrderPaid: as('order.paid', 'stock.reduction.success'),
  OrderPaymentSkipped: as('order.paid', 'stock.reduction.success'),
  OrderHeldForReview: as('order.held'),
  OrderReviewed: notPublic('names a member of staff; order.completed or order.failed follows'),
  OrderConfirmed: as('order.completed'),
  OrderCancelled: as('order.cancelled'),
  OrderFailed: as('order.failed'),
  OrderPacked: notPublic('has the address; order.shipped follows'),
  OrderShipped: as('order.shipped'),
  OrderInTransit: as('order.in_transit'),
  OrderDelivered: as('order.delivered'),
  OrderRefundRequested: notPublic('names a member of staff; order.refunded follows once it is made'),
  OrderReturned: as('order.returned'),
  OrderRefunded: as('order.refunded'),
  OrderRefundRefused: notPublic('between staff and the payment: no money moved'),
  ReturnRequested: notPublic(
    'between the customer and the shop; order.returned follows once goods come back',
  ),
  ReturnDeclined: notPublic('between the customer and the shop'),
  OrderNoted: notPublic('counts the orders of a customer for the check'),
  InvoiceIssued: notPublic('order.completed has the number'),
  ReminderSet: notPublic('between the customer and the shop'),
  ReminderDue: notPublic('between the customer and the shop'),
  ReminderDelayed: notPublic('between the customer and the shop'),
  ReminderSent: notPublic('between the customer and the shop'),
  ReminderCleared: notPublic('between the customer and the shop'),

  ProductCreated: notPublic('the catalogue is read through GraphQL'),
  PriceChanged: notPublic('the catalogue is read through GraphQL'),
  StockReceived: as('stock.received'),
  StockAdjusted: as('stock.adjusted'),
  StockReserved: as('stock.reserved'),
  StockReservationRefused: as('stock.reduction.fail'),
  StockReleased: as('stock.released'),
  StockCommitted: as('stock.committed'),
  StockReturned: as('stock.returned'),

  AllocationAsked: as('stock.reserve.requested'),
  AllocationReserved: as('stock.reserved'),
  AllocationRefused: as('stock.reduction.fail'),
  AllocationReleaseAsked: as('stock.release.requested'),
  AllocationReleased: as('stock.released'),
  AllocationCommitAsked: as('stock.commit.requested'),
  AllocationCommitted: as('stock.committed'),
  AllocationReturnAsked: as('stock.return.requested'),
  AllocationReturned: as('stock.returned'),

  WalletOpened: notPublic('what a customer has is nobody else’s matter'),
  FundsDeposited: notPublic('what a customer has is nobody else’s matter'),
  FundsWithdrawn: notPublic('what a customer has is nobody else’s matter'),
  FundsHeld: notPublic('no money moved yet'),
  FundsHoldRefused: as('payment.fail'),
  HoldCaptured: as('payment.completed'),
  HoldReleased: notPublic('no money moved'),
  FundsRefunded: as('payment.refunded'),
  DepositRequested: notPublic('what a customer has is nobody else’s matter'),

  PaymentRequested: notPublic('payment.requested comes from the order'),
  PaymentRedirectOffered: notPublic('between the customer and the gateway'),
  PaymentAuthorized: notPublic('no money moved yet'),
  PaymentDeclined: as('payment.fail'),
  PaymentCaptureRequested: notPublic('asks the gateway'),
  PaymentCaptured: as('payment.completed'),
  PaymentVoidRequested: notPublic('asks the gateway'),
  PaymentVoided: notPublic('no money moved, or payment.refunded says so'),
  PaymentAuthorizationExpired: as('payment.fail'),
  PaymentRefundRequested: notPublic('asks the gateway'),
  PaymentRefunded: as('payment.refunded'),
  PaymentRefundRefused: notPublic('no money moved'),
  PaymentGatewayGivenUp: notPublic('asked again'),
  PaymentReportKept: notPublic('counts once the payment is requested'),
  CommandAccepted: as('command.accepted'),
  CommandRefused: as('command.refused'),
  WebhookReceived: notPublic('what the gateway told; the payment has the effect'),
};
