// The port to a carrier: labels with tracking numbers, and what the carrier reads on the way.
import type { OrderId } from '@holdfast/kernel';
import type { Parcel } from '@holdfast/shipping';

/** What became of a label. Each but the last is final: the same request again gives the same. */
export type LabelOutcome =
  | { readonly kind: 'made'; readonly trackingNumber: string }
  /** the carrier does not take this parcel, or was told before that it is cancelled */
  | { readonly kind: 'refused'; readonly code: string }
  /** the outcome is unknown: a label may have been made */
  | { readonly kind: 'unavailable'; readonly reason: string };

export type VoidOutcome =
  | { readonly kind: 'voided' }
  /** the parcel has been scanned: it is on its way */
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

export type ScanNotice = {
  /** the carrier's id of the reading: the same whenever it is told again */
  readonly id: string;
  readonly trackingNumber: string;
  /** as the carrier writes it */
  readonly code: string;
  readonly location: string | null;
  /** when the label was read, ISO 8601 */
  readonly at: string;
};

export type ReadScan =
  | { readonly kind: 'notice'; readonly notice: ScanNotice }
  /** signed, and about nothing that concerns a parcel */
  | { readonly kind: 'irrelevant' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Both requests can be sent again: they are known by the order, and take effect once. No function rejects because the
 * carrier is away.
 */
export type Carrier = {
  readonly name: string;
  makeLabel(request: { readonly orderId: OrderId; readonly parcel: Parcel }): Promise<LabelOutcome>;
  /** Also of a label that the carrier has not heard of yet: it is not made any more. */
  voidLabel(orderId: OrderId): Promise<VoidOutcome>;
  /** `body` is what came over the wire, byte for byte. */
  readScan(
    body: Uint8Array,
    headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  ): ReadScan;
};
