// What happens to the parcel of an order. Stored type strings are permanent; the stream name carries the order's id.
import type { DomainEvent, Sku } from '@holdfast/kernel';

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

/** One reading of the label by the carrier. */
export type Scan = {
  /** the carrier's id of the reading, or that of the request of staff: the same whenever it is told again */
  readonly scanId: string;
  /** in capitals; DELIVERED is the last */
  readonly code: string;
  readonly location: string | null;
  /** when the carrier read it, ISO 8601 */
  readonly at: string;
};

/** The warehouse has the order. */
export type ShipmentCreated = DomainEvent<'ShipmentCreated', Record<string, never>>;
/** The carrier is to be asked for a label. */
export type ShipmentPacked = DomainEvent<'ShipmentPacked', Parcel>;
export type LabelGenerated = DomainEvent<
  'LabelGenerated',
  { readonly carrier: string; readonly trackingNumber: string }
>;
export type CarrierScanned = DomainEvent<'CarrierScanned', Scan>;
/** With the first scan that says so. */
export type ShipmentDelivered = DomainEvent<'ShipmentDelivered', { readonly at: string }>;
/** The order has ended before its parcel was handed over: the carrier is to be told, whether it made a label or not. */
export type ShipmentCancelled = DomainEvent<'ShipmentCancelled', Record<string, never>>;

export type ShipmentEvent =
  ShipmentCreated | ShipmentPacked | LabelGenerated | CarrierScanned | ShipmentDelivered | ShipmentCancelled;
