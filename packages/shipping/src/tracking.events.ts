// The order of a tracking number, and the scans that arrived before the order was known. One stream per tracking number.
import type { DomainEvent, OrderId } from '@holdfast/kernel';
import type { Scan } from './shipment.events.js';

export type TrackingAssigned = DomainEvent<'TrackingAssigned', { readonly orderId: OrderId }>;
/** The carrier reported a scan of a number that no order has so far. */
export type ScanKept = DomainEvent<'ScanKept', Scan>;
/** The order of a kept scan is now known. */
export type ScanMatched = DomainEvent<'ScanMatched', Scan & { readonly orderId: OrderId }>;

export type TrackingEvent = TrackingAssigned | ScanKept | ScanMatched;
