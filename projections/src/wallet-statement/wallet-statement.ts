// What a customer's wallet holds, and each entry that led to it.
import type { Document, Money, Position } from '@holdfast/kernel';

/** `id` is the customer's. `balance` includes what is held; `available` is the rest. */
export type WalletStatement = Document & {
  readonly customerId: string;
  readonly balance: Money;
  readonly held: Money;
  readonly available: Money;
};

export type WalletEntryKind = 'DEPOSIT' | 'WITHDRAWAL' | 'HOLD' | 'RELEASE' | 'CAPTURE' | 'REFUND';

export type WalletEntry = Document & {
  readonly customerId: string;
  readonly kind: WalletEntryKind;
  readonly amount: Money;
  readonly balanceAfter: Money;
  readonly orderId: string | null;
  readonly at: string;
  readonly position: Position;
};
