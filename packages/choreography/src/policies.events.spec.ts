// Stored decisions of the policies in every version that was ever written. The golden files of types that the policies
// share with the checkout are in the checkout's package.
import { test } from '@jest/globals';
import { CustomerId, money, OrderId, Sku } from '@holdfast/kernel';
import { assertGoldenEvents } from '@holdfast/testing';
import type {
  AllStockSecured,
  AnotherAttemptAllowed,
  CaptureAllowed,
  DeclineNoted,
  FundsNoted,
  InventoryPolicyStarted,
  MoneyReturnStarted,
  OrderEndDecided,
  OrderEndNoted,
  OrderingPolicyStarted,
  OrderKept,
  PaymentCompleted,
  PaymentFailed,
  PaymentNoted,
  PaymentPolicyStarted,
  PaymentStartNoted,
  StockNoted,
  StockReleaseStarted,
  StockUnavailable,
} from './index.js';

type Own =
  | InventoryPolicyStarted
  | FundsNoted
  | AllStockSecured
  | StockUnavailable
  | StockReleaseStarted
  | PaymentPolicyStarted
  | CaptureAllowed
  | AnotherAttemptAllowed
  | PaymentCompleted
  | PaymentFailed
  | MoneyReturnStarted
  | OrderingPolicyStarted
  | StockNoted
  | PaymentStartNoted
  | DeclineNoted
  | PaymentNoted
  | OrderEndDecided
  | OrderEndNoted
  | OrderKept;

test('every stored decision of the policies can still be read', () => {
  const sku = Sku('85123A');
  const began = { definition: 'stock-first', definitionVersion: 1, orderId: OrderId('o-1') } as const;
  const customerId = CustomerId('c-1');
  const stock = [{ sku, quantity: 6 }];
  const total = money.of(1530, 'GBP');
  const paid = { paymentMethod: 'WALLET', paymentMode: 'ON_CONFIRMATION' } as const;
  assertGoldenEvents<Own>(new URL('../test/golden/', import.meta.url), {
    InventoryPolicyStarted: { ...began, stock },
    FundsNoted: {},
    AllStockSecured: {},
    StockUnavailable: { reason: 'OUT_OF_STOCK', message: 'Out of stock: 85123A (2 of 6)' },
    StockReleaseStarted: { undo: ['release:85123A'] },
    PaymentPolicyStarted: { ...began, customerId, total, ...paid },
    CaptureAllowed: {},
    AnotherAttemptAllowed: {
      attempt: 1,
      code: 'card_declined',
      reason: 'PAYMENT_DECLINED',
      message: 'The card was declined',
    },
    PaymentCompleted: { transactionId: 'wallet-hold-o-1' },
    PaymentFailed: { reason: 'PAYMENT_TIMEOUT', message: 'The payment took too long' },
    MoneyReturnStarted: { undo: ['release-funds'] },
    OrderingPolicyStarted: {
      ...began,
      coordination: 'CHOREOGRAPHY',
      customerId,
      stock,
      total,
      ...paid,
      shippingAddress: {
        name: 'Ada Lovelace',
        line1: '12 St James Square',
        city: 'London',
        postalCode: 'SW1Y 4JH',
        country: 'GB',
      },
    },
    StockNoted: {},
    PaymentStartNoted: {},
    DeclineNoted: { attempt: 1, code: 'card_declined' },
    PaymentNoted: { transactionId: 'wallet-hold-o-1' },
    OrderEndDecided: {
      outcome: 'FAILED',
      reason: 'PAYMENT_TIMEOUT',
      message: 'The payment took too long',
    },
    OrderEndNoted: {},
    OrderKept: {},
  });
});
