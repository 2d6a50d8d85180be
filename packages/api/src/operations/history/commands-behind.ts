// The command that led to an event. The log has no commands, but from these events the command can be derived.
import type { StockCommand, StockEvent } from '@holdfast/inventory';
import type { CustomerId, OrderId, RecordedEvent, Sku } from '@holdfast/kernel';
import { assertNever, reasonOf, streamId } from '@holdfast/kernel';
import type { OrderCommand, OrderEvent } from '@holdfast/ordering';
import type { WalletCommand, WalletEvent } from '@holdfast/wallet';

/** `before`: the earlier events of the order. */
export function commandOfOrder(
  event: RecordedEvent<OrderEvent>,
  before: readonly RecordedEvent[],
): OrderCommand {
  const orderId = streamId(event.stream) as OrderId;
  switch (event.type) {
    case 'OrderPlaced':
      return { type: 'PlaceOrder', data: { orderId, ...event.data } };
    case 'OrderReserved':
      return { type: 'MarkReserved', data: { orderId, ...event.data } };
    case 'OrderReservationExtended': {
      const earlier = before.findLast(({ type }) => type === 'OrderReserved');
      const { expiresAt } = (earlier?.data ?? {}) as { readonly expiresAt?: string | null };
      const byMs = Date.parse(event.data.expiresAt) - Date.parse(expiresAt ?? event.data.expiresAt);
      return { type: 'ExtendReservation', data: { orderId, at: event.metadata.at, byMs } };
    }
    case 'OrderReservationExpiring':
      return { type: 'RemindOfReservation', data: { orderId, ...event.data } };
    case 'OrderPaymentStarted': {
      const { method, attempt, cardToken, returnUrl } = event.data;
      const card = { ...(cardToken !== null && { cardToken }), ...(returnUrl !== null && { returnUrl }) };
      return { type: 'StartPayment', data: { orderId, method, attempt, ...card } };
    }
    case 'OrderPaymentDeclined':
      return { type: 'MarkPaymentDeclined', data: { orderId, ...event.data } };
    case 'OrderPaid':
      return { type: 'MarkPaid', data: { orderId, ...event.data } };
    case 'OrderPaymentSkipped':
      return { type: 'SkipPayment', data: { orderId } };
    case 'OrderHeldForReview':
      return { type: 'HoldForReview', data: { orderId, ...event.data } };
    case 'OrderReviewed':
      return { type: 'Review', data: { orderId, ...event.data } };
    case 'OrderConfirmed':
      return { type: 'Confirm', data: { orderId, ...event.data } };
    case 'OrderCancelled':
      return { type: 'Cancel', data: { orderId, ...event.data } };
    case 'OrderFailed':
      return { type: 'Fail', data: { orderId, ...event.data } };
    default:
      return commandAfterConfirmation(event, orderId);
  }
}

type AfterConfirmation = Extract<
  OrderEvent,
  {
    type:
      | 'OrderPacked'
      | 'OrderShipped'
      | 'OrderInTransit'
      | 'OrderDelivered'
      | 'OrderRefundRequested'
      | 'OrderReturned'
      | 'OrderRefunded'
      | 'OrderRefundRefused'
      | 'ReturnRequested'
      | 'ReturnDeclined';
  }
>;

function commandAfterConfirmation(event: AfterConfirmation, orderId: OrderId): OrderCommand {
  switch (event.type) {
    case 'OrderPacked':
      return { type: 'MarkPacked', data: { orderId, ...reasonOf(event.data) } };
    case 'OrderShipped': {
      const { carrier, trackingNumber } = event.data;
      return { type: 'MarkShipped', data: { orderId, carrier, trackingNumber, ...reasonOf(event.data) } };
    }
    case 'OrderInTransit':
      return { type: 'MarkInTransit', data: { orderId } };
    case 'OrderDelivered':
      return { type: 'MarkDelivered', data: { orderId } };
    case 'OrderRefundRequested': {
      const { refundId, amount, reason, by, at } = event.data;
      return { type: 'RequestRefund', data: { orderId, refundId, amount, reason, by, at } };
    }
    case 'OrderReturned': {
      const { returnId, stock: lines, reason } = event.data;
      return { type: 'AcceptReturn', data: { orderId, returnId, lines, reason } };
    }
    case 'OrderRefunded':
      return { type: 'RecordRefund', data: { orderId, refundId: event.data.refundId } };
    case 'OrderRefundRefused':
      return { type: 'RefuseRefund', data: { orderId, ...event.data } };
    case 'ReturnRequested': {
      const { requestId, stock: lines, reason } = event.data;
      return { type: 'RequestReturn', data: { orderId, requestId, lines, reason } };
    }
    case 'ReturnDeclined':
      return { type: 'DeclineReturn', data: { orderId, ...event.data } };
    default:
      return assertNever(event);
  }
}

export function commandOfStock({ stream, ...event }: RecordedEvent<StockEvent>): StockCommand {
  const sku = streamId(stream) as Sku;
  switch (event.type) {
    case 'ProductCreated':
      return { type: 'CreateProduct', data: { sku, ...event.data } };
    case 'PriceChanged':
      return { type: 'ChangePrice', data: { sku, reason: '', ...event.data } };
    case 'StockReceived':
      return { type: 'ReceiveStock', data: { sku, ...event.data } };
    case 'StockAdjusted':
      return { type: 'AdjustStock', data: { sku, ...event.data } };
    case 'StockReserved':
      return { type: 'ReserveStock', data: { sku, ...event.data } };
    case 'StockReservationRefused': {
      const { orderId, requested: quantity } = event.data;
      return { type: 'ReserveStock', data: { sku, orderId, quantity } };
    }
    case 'StockReleased':
      return { type: 'ReleaseStock', data: { sku, orderId: event.data.orderId } };
    case 'StockCommitted':
      return { type: 'CommitStock', data: { sku, orderId: event.data.orderId } };
    case 'StockReturned':
      return { type: 'ReturnStock', data: { sku, ...event.data } };
    default:
      return assertNever(event);
  }
}

export function commandOfWallet({ stream, ...event }: RecordedEvent<WalletEvent>): WalletCommand {
  const customerId = streamId(stream) as CustomerId;
  switch (event.type) {
    case 'WalletOpened':
      return { type: 'OpenWallet', data: { customerId, ...event.data } };
    case 'FundsDeposited':
      return { type: 'Deposit', data: { customerId, ...event.data } };
    case 'FundsWithdrawn': {
      const { amount, to } = event.data;
      return { type: 'Withdraw', data: { customerId, amount, isToCards: to !== undefined } };
    }
    case 'FundsHeld':
      return { type: 'HoldFunds', data: { customerId, ...event.data } };
    case 'FundsHoldRefused': {
      const { orderId, requested: amount } = event.data;
      return { type: 'HoldFunds', data: { customerId, orderId, amount } };
    }
    case 'HoldCaptured':
      return { type: 'CaptureHold', data: { customerId, orderId: event.data.orderId } };
    case 'HoldReleased':
      return { type: 'ReleaseHold', data: { customerId, orderId: event.data.orderId } };
    case 'FundsRefunded':
      return { type: 'Refund', data: { customerId, ...event.data } };
    default:
      return assertNever(event);
  }
}
