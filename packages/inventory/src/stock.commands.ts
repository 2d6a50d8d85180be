// The commands to the stock of one SKU.
import type { DomainCommand, Money, OrderId, Sku } from '@holdfast/kernel';
import type { ProductCreated, StockReceived } from './stock.events.js';

type ForSku<Type extends string, Data = unknown> = DomainCommand<Type, { readonly sku: Sku } & Data>;
type ForReservation<Type extends string> = ForSku<Type, { readonly orderId: OrderId }>;

export type CreateProduct = ForSku<'CreateProduct', ProductCreated['data']>;
export type ChangePrice = ForSku<'ChangePrice', { readonly price: Money; readonly reason: string }>;
export type ReceiveStock = ForSku<'ReceiveStock', StockReceived['data']>;
export type AdjustStock = ForSku<'AdjustStock', { readonly delta: number; readonly reason: string }>;
export type ReserveStock = ForSku<'ReserveStock', { readonly orderId: OrderId; readonly quantity: number }>;
export type ReleaseStock = ForReservation<'ReleaseStock'>;
export type CommitStock = ForReservation<'CommitStock'>;
export type ReturnStock = ForSku<
  'ReturnStock',
  { readonly orderId: OrderId; readonly quantity: number; readonly returnId?: string }
>;

export type StockCommand =
  | CreateProduct
  | ChangePrice
  | ReceiveStock
  | AdjustStock
  | ReserveStock
  | ReleaseStock
  | CommitStock
  | ReturnStock;
