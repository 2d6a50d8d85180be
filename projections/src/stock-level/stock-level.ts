// What of a product is there, what is spoken for, and each movement that led to it.
import type { Document, Money, Position } from '@holdfast/kernel';

/** `id` is the SKU. Quantities are units; `available` is on hand less reserved. */
export type StockLevel = Document & {
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly onHand: number;
  readonly reserved: number;
  readonly available: number;
};

export type StockMovementKind = 'RECEIVED' | 'ADJUSTED' | 'RESERVED' | 'RELEASED' | 'COMMITTED' | 'RETURNED';

/** `quantity` is positive, but for an ADJUSTED that was a loss. */
export type StockMovement = Document & {
  readonly sku: string;
  readonly kind: StockMovementKind;
  readonly quantity: number;
  readonly orderId: string | null;
  readonly at: string;
  readonly position: Position;
};
