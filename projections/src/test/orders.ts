// One order and the events of its life, for the specs of its summary.
import { CustomerId, money, OrderId, Sku } from '@holdfast/kernel';
import type { OrderEvent, OrderPlaced } from '@holdfast/ordering';
import type { StockEvent } from '@holdfast/inventory';
import type { WalletEvent } from '@holdfast/wallet';
import { recorder } from '@holdfast/testing';
import type { CardEvent } from '../order-summary/card-payment.js';
import type { OrderPayment } from '../order-summary/order-payment.js';
import type { OrderSummary } from '../order-summary/order-document.js';

export const gbp = (minor: number) => money.of(minor, 'GBP');
export const at = (position: number) => `2026-01-01T00:00:${String(position).padStart(2, '0')}.000Z`;
export const orderId = OrderId('o-1');

export const orderPlaced: OrderPlaced = {
  type: 'OrderPlaced',
  data: {
    customerId: CustomerId('ann'),
    lines: [
      { sku: Sku('TEA'), name: 'Tea', quantity: 2, unitPrice: gbp(150) },
      { sku: Sku('CUP'), name: 'Cup', quantity: 1, unitPrice: gbp(500) },
    ],
    paymentMethod: 'WALLET',
    paymentMode: 'ON_CONFIRMATION',
    coordination: 'ORCHESTRATION',
    shippingAddress: { name: 'Ann', line1: '1 High St', city: 'York', postalCode: 'YO1', country: 'GB' },
  },
};

export const created: OrderSummary = {
  id: 'o-1',
  code: 'o-1',
  guestEmail: null,
  customerId: 'ann',
  status: 'CREATED',
  failureReason: null,
  failureMessage: null,
  lines: [
    { sku: Sku('TEA'), name: 'Tea', quantity: 2, unitPrice: gbp(150), total: gbp(300) },
    { sku: Sku('CUP'), name: 'Cup', quantity: 1, unitPrice: gbp(500), total: gbp(500) },
  ],
  total: gbp(800),
  paymentMethod: 'WALLET',
  paymentMode: 'ON_CONFIRMATION',
  coordination: 'ORCHESTRATION',
  definition: 'stock-first',
  reservationExpiresAt: null,
  payment: null,
  invoice: null,
  shortages: [],
  refusedFunds: null,
  isPacked: false,
  returnRequests: [],
  hasOpenReturnRequest: false,
  revision: 0,
  position: 0,
  placedAt: at(0),
  placedPosition: 0,
};

export const pending: OrderPayment = {
  method: 'WALLET',
  status: 'PENDING',
  transactionId: null,
  attempts: 0,
  amount: gbp(800),
  refunded: gbp(0),
  redirectUrl: null,
  declineCode: null,
};

/** The log of one placed order, with the later events in their streams. */
export const log = (...events: readonly (OrderEvent | StockEvent | WalletEvent | CardEvent)[]) => {
  const record = recorder();
  const streamOf = ({ type }: { readonly type: string }): string => {
    if (/^(Order|Return)/.test(type)) return 'order-o-1';
    if (type.startsWith('Payment')) return 'payment-o-1.1';
    return type.startsWith('Stock') ? 'stock-TEA' : 'wallet-ann';
  };
  return [orderPlaced, ...events].map((event) => record(streamOf(event), event));
};

export const reserved: OrderEvent = { type: 'OrderReserved', data: { expiresAt: at(50) } };
export const paymentStarted: OrderEvent = {
  type: 'OrderPaymentStarted',
  data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
};
export const held: WalletEvent = { type: 'FundsHeld', data: { orderId, amount: gbp(800) } };
export const captured: WalletEvent = { type: 'HoldCaptured', data: { orderId, amount: gbp(800) } };
export const released: WalletEvent = { type: 'HoldReleased', data: { orderId, amount: gbp(800) } };
export const neverHeld: WalletEvent = { type: 'HoldReleased', data: { orderId, amount: gbp(0) } };
export const paid: OrderEvent = { type: 'OrderPaid', data: { transactionId: 't-1' } };
export const confirmed: OrderEvent = { type: 'OrderConfirmed', data: { invoiceNumber: 'INV-1' } };
export const refunded = (minor: number): WalletEvent => ({
  type: 'FundsRefunded',
  data: { orderId, refundId: `r-${minor}`, amount: gbp(minor) },
});
export const holdRefused: WalletEvent = {
  type: 'FundsHoldRefused',
  data: { orderId, requested: gbp(800), available: gbp(30) },
};
export const refused = (requested: number, available: number): StockEvent => ({
  type: 'StockReservationRefused',
  data: { orderId, requested, available },
});
