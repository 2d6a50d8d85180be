// What stored order events look like, in every version that was ever written.
import { test } from '@jest/globals';
import { CustomerId, Sku } from '@holdfast/kernel';
import { assertGoldenEvents } from '@holdfast/testing';
import { upcasters, type OrderEvent } from './index.js';

test('every stored order event can still be read', () => {
  assertGoldenEvents<OrderEvent>(
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
      OrderPaymentStarted: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
      OrderPaymentDeclined: { attempt: 1, code: 'card_declined', expiresAt: '2026-01-01T00:15:00.000Z' },
      OrderPaid: { transactionId: 'wallet-hold-o-1' },
      OrderPaymentSkipped: {},
      OrderHeldForReview: { reason: 'First order above 1,000' },
      OrderConfirmed: { invoiceNumber: 'INV-2026-000001' },
      OrderCancelled: { reason: 'CUSTOMER_CANCELLED', note: 'Ordered twice' },
      OrderFailed: { reason: 'OUT_OF_STOCK', message: 'Out of stock' },
    },
    upcasters,
  );
});
