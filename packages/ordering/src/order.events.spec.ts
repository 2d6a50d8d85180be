// Stored order events in every version that was ever written.
import { test } from '@jest/globals';
import { CustomerId, OrderId, Sku } from '@holdfast/kernel';
import { assertGoldenEvents } from '@holdfast/testing';
import {
  upcasters,
  type InvoiceIssued,
  type OrderEvent,
  type OrderNoted,
  type ReminderEvent,
} from './index.js';

test('every stored order event can still be read', () => {
  assertGoldenEvents<OrderEvent | InvoiceIssued | OrderNoted | ReminderEvent>(
    new URL('../test/golden/', import.meta.url),
    {
      OrderPlaced: {
        customerId: CustomerId('c-1'),
        lines: [
          {
            sku: Sku('85123A'),
            name: 'Tea light holder',
            quantity: 6,
            unitPrice: { minor: 255, currency: 'GBP' },
          },
        ],
        paymentMethod: 'WALLET',
        paymentMode: 'AUTOMATIC',
        coordination: 'ORCHESTRATION',
        shippingAddress: {
          name: 'Ada Lovelace',
          line1: '12 St James Square',
          line2: 'Second floor',
          city: 'London',
          postalCode: 'SW1Y 4JH',
          country: 'GB',
        },
      },
      OrderReserved: { expiresAt: '2026-01-01T00:15:00.000Z' },
      OrderReservationExtended: { expiresAt: '2026-01-01T00:30:00.000Z' },
      OrderReservationExpiring: { expiresAt: '2026-01-01T00:15:00.000Z' },
      OrderPaymentStarted: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
      OrderPaymentDeclined: { attempt: 1, code: 'card_declined', expiresAt: '2026-01-01T00:15:00.000Z' },
      OrderPaid: { transactionId: 'wallet-hold-o-1' },
      OrderPaymentSkipped: {},
      OrderHeldForReview: { reason: 'First order above 1,000' },
      OrderReviewed: { approved: true, reason: 'Known customer' },
      InvoiceIssued: { orderId: OrderId('o-1'), number: 'INV-2026-000001' },
      OrderNoted: { orderId: OrderId('o-1'), at: '2026-01-01T00:00:00.000Z' },
      OrderConfirmed: { invoiceNumber: 'INV-2026-000001' },
      OrderCancelled: { reason: 'CUSTOMER_CANCELLED', note: 'Ordered twice' },
      OrderFailed: { reason: 'OUT_OF_STOCK', message: 'Out of stock' },
      OrderPacked: {
        stock: [{ sku: Sku('85123A'), quantity: 6 }],
        shippingAddress: {
          name: 'Ada Lovelace',
          line1: '12 St James Square',
          city: 'London',
          postalCode: 'SW1Y 4JH',
          country: 'GB',
        },
      },
      OrderShipped: {
        carrier: 'simulated',
        trackingNumber: 'HF000000000017',
        stock: [{ sku: Sku('85123A'), quantity: 6 }],
      },
      OrderInTransit: {},
      OrderDelivered: {},
      OrderRefundRequested: {
        ...{ refundId: 'r-1', amount: { minor: 255, currency: 'GBP' }, customerId: CustomerId('c-1') },
        ...{ method: 'WALLET', attempt: 1, reason: 'One was broken' },
        ...{ by: 'staff:s-1', at: '2026-01-05T10:00:00.000Z' },
      },
      OrderReturned: {
        returnId: 'r-2',
        stock: [{ sku: Sku('85123A'), quantity: 2 }],
        reason: 'Wrong colour',
        refund: {
          ...{ refundId: 'r-2', amount: { minor: 510, currency: 'GBP' }, customerId: CustomerId('c-1') },
          ...{ method: 'WALLET', attempt: 1 },
        },
      },
      OrderRefunded: { refundId: 'r-1', amount: { minor: 255, currency: 'GBP' } },
      OrderRefundRefused: { refundId: 'r-1', code: 'RefundExceedsCaptured' },
      ReturnRequested: {
        requestId: 'q-1',
        stock: [{ sku: Sku('85123A'), quantity: 2 }],
        reason: 'Too small',
      },
      ReturnDeclined: { requestId: 'q-1', reason: 'Asked for too late' },
      ReminderSet: {
        ...{ orderId: OrderId('o-1'), position: 5 },
        ...{ dueAt: '2026-01-01T00:10:00.000Z', expiresAt: '2026-01-01T00:15:00.000Z' },
      },
      ReminderDue: {},
      ReminderDelayed: { attempt: 1, error: 'down', retryAt: '2026-01-01T00:10:01.000Z' },
      ReminderSent: { position: 9 },
      ReminderCleared: { position: 7 },
    },
    upcasters,
  );
});
