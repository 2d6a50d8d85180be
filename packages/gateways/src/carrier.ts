// The port to a carrier: labels with tracking numbers, and scans of parcels.
import type { OrderId } from '@holdfast/kernel';
import type { Parcel } from '@holdfast/shipping';

/** The outcome of a request for a label. All but the last are final: the same request again has the same outcome. */
export type LabelOutcome =
  | { readonly kind: 'made'; readonly trackingNumber: string }
  /** the carrier does not take this parcel */
  | { readonly kind: 'refused'; readonly code: string }
  /** the label was voided before: by the shop itself, since nobody else can */
  | { readonly kind: 'voided' }
  /** the outcome is unknown: a label may have been made */
  | { readonly kind: 'unavailable'; readonly reason: string };

export type VoidOutcome =
  | { readonly kind: 'voided' }
  /** the parcel has been scanned: it is on its way */
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

export type ScanNotice = {
  /** the carrier's id of the scan; a repeated report has the same id */
  readonly id: string;
  readonly trackingNumber: string;
  /** in the carrier's own spelling */
  readonly code: string;
  readonly location: string | null;
  /** time of the scan, ISO 8601 */
  readonly at: string;
};

export type ReadScan =
  | { readonly kind: 'notice'; readonly notice: ScanNotice }
  /** signed, and about nothing that concerns a parcel */
  | { readonly kind: 'irrelevant' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Both requests can be sent again: the order identifies them, and they take effect once. No promise rejects because the
 * carrier is unavailable.
 */
export type Carrier = {
  readonly name: string;
  makeLabel(request: { readonly orderId: OrderId; readonly parcel: Parcel }): Promise<LabelOutcome>;
  /** Also voids a label that the carrier does not know yet: the carrier then does not make it. */
  voidLabel(orderId: OrderId): Promise<VoidOutcome>;
  /** `body` is the received body, byte for byte. */
  readScan(
    body: Uint8Array,
    headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  ): ReadScan;
};
