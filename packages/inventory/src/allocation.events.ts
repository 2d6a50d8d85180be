// The events of the stock that an outside service keeps for one order: the questions to it, and its answers. Stored type
// strings are permanent.
import type { DomainEvent, OrderId, Sku } from '@holdfast/kernel';

type OfSku<Data = unknown> = { readonly orderId: OrderId; readonly sku: Sku } & Data;
type Units = OfSku<{ readonly quantity: number }>;
type Returned = OfSku<{ readonly quantity: number; readonly returnId: string }>;

export type AllocationAsked = DomainEvent<'AllocationAsked', Units>;
export type AllocationReserved = DomainEvent<'AllocationReserved', Units>;
/** `reason`: the code of the outside service */
export type AllocationRefused = DomainEvent<
  'AllocationRefused',
  OfSku<{ readonly requested: number; readonly available: number; readonly reason: string }>
>;
export type AllocationReleaseAsked = DomainEvent<'AllocationReleaseAsked', Units>;
/** quantity 0: nothing had been reserved */
export type AllocationReleased = DomainEvent<'AllocationReleased', Units>;
/** The units left the building: the outside service is to take them off its books. */
export type AllocationCommitAsked = DomainEvent<'AllocationCommitAsked', Units>;
export type AllocationCommitted = DomainEvent<'AllocationCommitted', Units>;
export type AllocationReturnAsked = DomainEvent<'AllocationReturnAsked', Returned>;
export type AllocationReturned = DomainEvent<'AllocationReturned', Returned>;

export type AllocationEvent =
  | AllocationAsked
  | AllocationReserved
  | AllocationRefused
  | AllocationReleaseAsked
  | AllocationReleased
  | AllocationCommitAsked
  | AllocationCommitted
  | AllocationReturnAsked
  | AllocationReturned;
