// Stored decisions of the checkout, and stored requests of operators, in every version that was ever written.
import { test } from '@jest/globals';
import { CustomerId, money, OrderId, Sku } from '@holdfast/kernel';
import { assertGoldenEvents } from '@holdfast/testing';
import { upcasters, type AlarmEvent, type CheckoutEvent, type InterventionEvent } from './index.js';

test('every stored decision of the checkout can still be read', () => {
  const sku = Sku('85123A');
  assertGoldenEvents<CheckoutEvent | InterventionEvent | AlarmEvent>(
    new URL('../test/golden/', import.meta.url),
    {
      StaffAlarmed: {
        kind: 'COMPENSATION_STUCK',
        subject: 'checkout-o-1',
        reason: 'refund has failed 6 times: no wallet',
      },
      CheckoutStarted: {
        definition: 'stock-first',
        definitionVersion: 1,
        coordination: 'ORCHESTRATION',
        orderId: OrderId('o-1'),
        customerId: CustomerId('c-1'),
        stock: [{ sku, quantity: 6 }],
        total: money.of(1530, 'GBP'),
        paymentMethod: 'WALLET',
        paymentMode: 'ON_CONFIRMATION',
        shippingAddress: {
          name: 'Ada Lovelace',
          line1: '12 St James Square',
          city: 'London',
          postalCode: 'SW1Y 4JH',
          country: 'GB',
        },
      },
      StockSecured: { sku },
      StockDenied: { sku, requested: 6, available: 2 },
      DeadlineSet: { deadline: 'reservation', dueAt: '2026-01-01T00:15:00.000Z' },
      DeadlineReached: { deadline: 'reservation' },
      FundsRequested: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
      CustomerRedirected: { attempt: 1 },
      CardDeclined: { attempt: 1, code: 'card_declined', position: 41 },
      FundsSecured: {},
      FundsDenied: { available: money.of(200, 'GBP') },
      FundsCaptured: { transactionId: 'wallet-hold-o-1' },
      PaymentSkipped: {},
      InvoiceRequested: { year: 2026, since: 41 },
      InvoiceNumbered: { invoiceNumber: 'INV-2026-000001' },
      ChecksPassed: { invoiceNumber: 'INV-2026-000001' },
      ReviewRequested: { reason: 'First order above 1,000' },
      StepAttemptFailed: {
        step: 'reserve:85123A',
        attempt: 1,
        error: 'StoreUnavailable: the disk is full',
        retryAt: '2026-01-01T00:00:01.000Z',
      },
      StepFailed: { step: 'capture-funds', reason: 'rejected', error: 'HoldAlreadyReleased' },
      CompensationStarted: {
        outcome: 'FAILED',
        reason: 'OUT_OF_STOCK',
        message: 'Out of stock',
        undo: ['release:85123A', 'end-order'],
      },
      UndoAdded: { step: 'refund', position: null },
      UndoStuck: { step: 'refund', attempts: 6, error: 'StoreUnavailable: the disk is full' },
      StepRetried: { step: 'refund', actor: 'staff:s-1', reason: 'The disk has room again', position: 41 },
      StepSettled: { step: 'refund', actor: 'staff:s-1', reason: 'Paid back by bank transfer', position: 42 },
      StepUndone: { step: 'release:85123A', position: null },
      CompensationCompleted: {},
      CheckoutCompleted: {},
      StepRetryRequested: { step: 'refund', reason: 'The disk has room again' },
      DeadlineMoveRequested: {
        deadline: 'payment',
        dueAt: '2026-01-01T01:00:00.000Z',
        reason: 'The gateway was down',
      },
      DeadlineMoved: {
        deadline: 'payment',
        dueAt: '2026-01-01T01:00:00.000Z',
        actor: 'staff:s-1',
        reason: 'The gateway was down',
        position: 43,
      },
      StepSettlementRequested: { step: 'refund', reason: 'Paid back by bank transfer' },
    },
    upcasters,
  );
});
