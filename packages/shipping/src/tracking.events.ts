// Which order a tracking number belongs to, and what was scanned before that was known. One stream per tracking number.
import type { DomainEvent, OrderId } from '@holdfast/kernel';
import type { Scan } from './shipment.events.js';

export type TrackingAssigned = DomainEvent<'TrackingAssigned', { readonly orderId: OrderId }>;
/** The carrier told of a number that no order has, or has yet. */
export type ScanKept = DomainEvent<'ScanKept', Scan>;
/** A kept scan has found its order. */
export type ScanMatched = DomainEvent<'ScanMatched', Scan & { readonly orderId: OrderId }>;

export type TrackingEvent = TrackingAssigned | ScanKept | ScanMatched;
