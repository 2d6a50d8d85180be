// The shipment of one order: packed, labelled, scanned, delivered. Scans may come twice and in any order; each counts once.
import {
  accepted,
  assertNever,
  invariant,
  reasonOf,
  rejected,
  streamName,
  type Aggregate,
  type OrderId,
  type Result,
} from '@holdfast/kernel';
import type { GenerateLabel, RecordPacked, RecordScan, ShipmentCommand } from './shipment.commands.js';
import type { LabelGenerated, Parcel, ShipmentEvent } from './shipment.events.js';

export const shipmentCategory = 'shipment';
export const shipmentStream = (orderId: OrderId): string => streamName(shipmentCategory, orderId);

type Label = LabelGenerated['data'];

export type ShipmentState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'open';
      readonly parcel: Parcel | null;
      readonly label: Label | null;
      readonly scanIds: ReadonlySet<string>;
      readonly isDelivered: boolean;
      readonly isCancelled: boolean;
    };
type Open = Extract<ShipmentState, { kind: 'open' }>;

export type ShipmentRejection =
  /** an earlier step of the shipment is missing */
  | { readonly code: 'ShipmentNotFound' | 'ShipmentNotPacked' | 'LabelMissing' }
  | { readonly code: 'ShipmentIsCancelled' }
  /** the parcel has a label, with another tracking number */
  | { readonly code: 'LabelExists'; readonly trackingNumber: string }
  | { readonly code: 'InvalidScan' };

type Decision = Result<readonly ShipmentEvent[], ShipmentRejection>;
const nothing: Decision = accepted([]);

/** The code of the scan after which a parcel is delivered. */
export const delivered = 'DELIVERED';

const codes = /^[A-Z][A-Z0-9_]{0,39}$/;

/**
 * Returns the code in the form that shipments store; null for a text that is not a code. Carriers write "in transit"
 * and "IN-TRANSIT".
 */
export function scanCode(text: string): string | null {
  const code = text
    .trim()
    .toUpperCase()
    .replaceAll(/[\s-]+/g, '_');
  return codes.test(code) ? code : null;
}

const initialState: ShipmentState = { kind: 'none' };

const created: Open = {
  kind: 'open',
  parcel: null,
  label: null,
  scanIds: new Set(),
  isDelivered: false,
  isCancelled: false,
};

function evolve(state: ShipmentState, event: ShipmentEvent): ShipmentState {
  if (event.type === 'ShipmentCreated') return created;
  if (event.type === 'ShipmentCancelled')
    return { ...(state.kind === 'none' ? created : state), isCancelled: true };
  invariant(state.kind === 'open', `${event.type} in a shipment that does not exist`);
  switch (event.type) {
    case 'ShipmentPacked':
      return { ...state, parcel: event.data };
    case 'LabelGenerated':
      return { ...state, label: event.data };
    case 'CarrierScanned':
      return { ...state, scanIds: new Set([...state.scanIds, event.data.scanId]) };
    case 'ShipmentDelivered':
      return { ...state, isDelivered: true };
    default:
      return assertNever(event);
  }
}

function decide(command: ShipmentCommand, state: ShipmentState): Decision {
  switch (command.type) {
    case 'CreateShipment':
      return state.kind === 'open' ? nothing : accepted([{ type: 'ShipmentCreated', data: {} }]);
    case 'CancelShipment':
      // The order has ended, so a shipment that is not created yet is barred.
      return state.kind === 'open' && state.isCancelled
        ? nothing
        : accepted([{ type: 'ShipmentCancelled', data: {} }]);
    case 'RecordPacked':
      return ofShipment(state, (open) => pack(command, open));
    case 'GenerateLabel':
      return ofShipment(state, (open) => label(command, open));
    case 'RecordScan':
      return ofShipment(state, (open) => scan(command, open));
    default:
      return assertNever(command);
  }
}

const ofShipment = (state: ShipmentState, decision: (open: Open) => Decision): Decision =>
  state.kind === 'open' ? decision(state) : rejected({ code: 'ShipmentNotFound' });

function pack({ data: { stock, shippingAddress } }: RecordPacked, state: Open): Decision {
  if (state.parcel !== null) return nothing;
  if (state.isCancelled) return rejected({ code: 'ShipmentIsCancelled' });
  return accepted([{ type: 'ShipmentPacked', data: { stock, shippingAddress } }]);
}

/** A label that was made for a cancelled shipment is not recorded: the carrier is told to void it. */
function label({ data: { carrier, trackingNumber } }: GenerateLabel, state: Open): Decision {
  if (state.label !== null)
    return state.label.trackingNumber === trackingNumber
      ? nothing
      : rejected({ code: 'LabelExists', trackingNumber: state.label.trackingNumber });
  if (state.isCancelled) return nothing;
  if (state.parcel === null) return rejected({ code: 'ShipmentNotPacked' });
  return accepted([{ type: 'LabelGenerated', data: { carrier, trackingNumber } }]);
}

/** A scan is a fact, also after the order has ended. */
function scan({ data }: RecordScan, state: Open): Decision {
  const { scan: read } = data;
  if (!codes.test(read.code)) return rejected({ code: 'InvalidScan' });
  if (state.label === null) return rejected({ code: 'LabelMissing' });
  if (state.scanIds.has(read.scanId)) return nothing;
  const { scanId, code, location, at } = read;
  const scanned: ShipmentEvent = {
    type: 'CarrierScanned',
    data: { scanId, code, location, at, ...reasonOf(data) },
  };
  return code === delivered && !state.isDelivered
    ? accepted([scanned, { type: 'ShipmentDelivered', data: { at } }])
    : accepted([scanned]);
}

const commandTypes: Record<ShipmentCommand['type'], true> = {
  CreateShipment: true,
  RecordPacked: true,
  GenerateLabel: true,
  RecordScan: true,
  CancelShipment: true,
};

export const shipment: Aggregate<ShipmentCommand, ShipmentEvent, ShipmentState, ShipmentRejection> = {
  category: shipmentCategory,
  commandTypes: Object.keys(commandTypes) as ShipmentCommand['type'][],
  stream: (command) => shipmentStream(command.data.orderId),
  beginWith: ['CreateShipment'],
  isSettled: (state) => state.kind === 'open' && (state.isDelivered || state.isCancelled),
  initialState,
  evolve,
  decide,
};
