// The commands to a shipment: requests of the warehouse, and reports of the carrier.
import type { DomainCommand, OrderId, Reasoned } from '@holdfast/kernel';
import type { LabelGenerated, Parcel, Scan } from './shipment.events.js';

type ForShipment<Type extends string, Data = unknown> = DomainCommand<
  Type,
  { readonly orderId: OrderId } & Data
>;

export type CreateShipment = ForShipment<'CreateShipment'>;
export type RecordPacked = ForShipment<'RecordPacked', Parcel>;
/** The carrier has made a label. */
export type GenerateLabel = ForShipment<'GenerateLabel', LabelGenerated['data']>;
export type RecordScan = ForShipment<'RecordScan', Reasoned & { readonly scan: Scan }>;
export type CancelShipment = ForShipment<'CancelShipment'>;

export type ShipmentCommand = CreateShipment | RecordPacked | GenerateLabel | RecordScan | CancelShipment;
