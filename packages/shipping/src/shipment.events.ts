// The events of an order's parcel. Stored type strings are permanent; the stream name carries the order's id.
import type { DomainEvent, Reasoned, Sku } from '@holdfast/kernel';

export type ParcelAddress = {
  readonly name: string;
  readonly line1: string;
  readonly line2?: string;
  readonly city: string;
  readonly postalCode: string;
  readonly country: string;
};

export type Parcel = {
  /** every SKU once; quantities are at least 1 */
  readonly stock: readonly { readonly sku: Sku; readonly quantity: number }[];
  readonly shippingAddress: ParcelAddress;
};

/** The carrier scanned the label. */
export type Scan = {
  /** the carrier's id of the scan, or the id of the request by staff; a repeated report has the same id */
  readonly scanId: string;
  /** in capitals; DELIVERED is the last */
  readonly code: string;
  readonly location: string | null;
  /** time of the scan, ISO 8601 */
  readonly at: string;
};

/** The warehouse has the order. */
export type ShipmentCreated = DomainEvent<'ShipmentCreated', Record<string, never>>;
/** A carrier is then asked for a label. */
export type ShipmentPacked = DomainEvent<'ShipmentPacked', Parcel>;
export type LabelGenerated = DomainEvent<
  'LabelGenerated',
  { readonly carrier: string; readonly trackingNumber: string }
>;
/** `reason`: only of a scan that staff report. */
export type CarrierScanned = DomainEvent<'CarrierScanned', Scan & Reasoned>;
/** Recorded with the first scan that reports the delivery. */
export type ShipmentDelivered = DomainEvent<'ShipmentDelivered', { readonly at: string }>;
/** The order ended before its parcel was handed over. The carrier is then told, with or without a label. */
export type ShipmentCancelled = DomainEvent<'ShipmentCancelled', Record<string, never>>;

export type ShipmentEvent =
  ShipmentCreated | ShipmentPacked | LabelGenerated | CarrierScanned | ShipmentDelivered | ShipmentCancelled;
