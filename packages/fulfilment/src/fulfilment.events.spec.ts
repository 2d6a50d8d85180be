// Stored decisions of a fulfilment in every version that was ever written.
import { test } from '@jest/globals';
import { CustomerId, OrderId, Sku } from '@holdfast/kernel';
import { assertGoldenEvents } from '@holdfast/testing';
import type { FulfilmentEvent, FulfilmentRequestEvent } from './index.js';

test('every stored decision of a fulfilment can still be read', () => {
  const stock = [{ sku: Sku('85123A'), quantity: 6 }];
  const refund = {
    ...{ refundId: 'r-1', amount: { minor: 255, currency: 'GBP' }, customerId: CustomerId('c-1') },
    ...({ method: 'WALLET', attempt: 1 } as const),
  };
  assertGoldenEvents<FulfilmentEvent | FulfilmentRequestEvent>(new URL('../test/golden/', import.meta.url), {
    FulfilmentStarted: { orderId: OrderId('o-1'), definitionVersion: 1 },
    ParcelPacked: {
      stock,
      shippingAddress: {
        name: 'Ada Lovelace',
        line1: '12 St James Square',
        city: 'London',
        postalCode: 'SW1Y 4JH',
        country: 'GB',
      },
    },
    LabelReceived: { trackingNumber: 'HF000000000017' },
    ParcelHandedOver: { stock },
    ParcelMoved: {},
    ParcelArrived: {},
    FulfilmentCancelled: {},
    FulfilmentCompleted: {},
    ReturnStarted: { returnId: 'r-1', stock, refund },
    RefundStarted: refund,
    RefundConfirmed: { refundId: 'r-1' },
    RefundDenied: { refundId: 'r-1', code: 'RefundExceedsCaptured' },
    FulfilmentStepDone: { step: 'commit:85123A' },
    FulfilmentAttemptFailed: {
      step: 'refund:r-1',
      attempt: 2,
      error: 'the store does not answer',
      retryAt: '2026-01-05T10:00:00.400Z',
    },
    FulfilmentAnswerAwaited: {
      step: 'commit:TEA',
      attempt: 1,
      retryAt: '2026-01-01T00:01:00.000Z',
      position: 42,
    },
    FulfilmentStuck: { step: 'refund:r-1', attempts: 6, error: 'the store does not answer' },
    FulfilmentStepRetried: {
      step: 'refund:r-1',
      actor: 'staff:s-1',
      reason: 'The bank is back',
      position: 40,
    },
    FulfilmentStepSettled: { step: 'refund:r-1', actor: 'staff:s-1', reason: 'Paid in cash', position: 41 },
    FulfilmentRetryRequested: { step: 'refund:r-1', reason: 'The bank is back' },
    FulfilmentSettlementRequested: { step: 'refund:r-1', reason: 'Paid in cash' },
  });
});
