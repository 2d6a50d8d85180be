// The commands to the stock that an outside service keeps for one order.
import type { DomainCommand, OrderId, Sku } from '@holdfast/kernel';

type OfSku<Type extends string, Data = unknown> = DomainCommand<
  Type,
  { readonly orderId: OrderId; readonly sku: Sku } & Data
>;

export type AskToReserve = OfSku<'AskToReserve', { readonly quantity: number }>;
export type AskToRelease = OfSku<'AskToRelease'>;
export type AskToCommit = OfSku<'AskToCommit'>;
export type AskToReturn = OfSku<'AskToReturn', { readonly quantity: number; readonly returnId: string }>;

/** The answer of the outside service about one SKU of the order. */
export type StockResult =
  | { readonly status: 'reserved' | 'released' | 'committed' }
  | { readonly status: 'refused'; readonly available: number; readonly reason: string }
  | { readonly status: 'returned'; readonly returnId: string };
export type RecordStockResult = OfSku<'RecordStockResult', { readonly result: StockResult }>;

export type AllocationCommand = AskToReserve | AskToRelease | AskToCommit | AskToReturn | RecordStockResult;
