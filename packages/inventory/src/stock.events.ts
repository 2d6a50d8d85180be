// The events of the stock of one SKU. Stored type strings are permanent; the stream name carries the SKU.
import type { DomainEvent, Money, OrderId, Reasoned } from '@holdfast/kernel';

type OfOrder = { readonly orderId: OrderId; /** units */ readonly quantity: number };

export type ProductCreated = DomainEvent<
  'ProductCreated',
  Reasoned & { readonly name: string; readonly price: Money }
>;
/** `reason` is absent from changes that were recorded before one was asked for */
export type PriceChanged = DomainEvent<'PriceChanged', { readonly price: Money; readonly reason?: string }>;
/** units, at least 1 */
export type StockReceived = DomainEvent<'StockReceived', Reasoned & { readonly quantity: number }>;
/** units, not 0: found (+) or lost (−) */
export type StockAdjusted = DomainEvent<'StockAdjusted', { readonly delta: number; readonly reason: string }>;
export type StockReserved = DomainEvent<'StockReserved', OfOrder>;
export type StockReservationRefused = DomainEvent<
  'StockReservationRefused',
  { readonly orderId: OrderId; readonly requested: number; readonly available: number }
>;
/** quantity 0: nothing had been reserved, and a reservation that comes later is refused */
export type StockReleased = DomainEvent<'StockReleased', OfOrder>;
/** reserved units left the building */
export type StockCommitted = DomainEvent<'StockCommitted', OfOrder>;
/** committed units came back; `returnId` tells several returns of one order apart */
export type StockReturned = DomainEvent<'StockReturned', OfOrder & { readonly returnId?: string }>;

export type StockEvent =
  | ProductCreated
  | PriceChanged
  | StockReceived
  | StockAdjusted
  | StockReserved
  | StockReservationRefused
  | StockReleased
  | StockCommitted
  | StockReturned;
