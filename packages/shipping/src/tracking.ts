// A tracking number belongs to one order. It keeps the scans that arrived before the order was known.
import {
  accepted,
  assertNever,
  rejected,
  streamName,
  type Aggregate,
  type DomainCommand,
  type OrderId,
  type Result,
} from '@holdfast/kernel';
import type { Scan } from './shipment.events.js';
import type { ScanMatched, TrackingEvent } from './tracking.events.js';

export const trackingCategory = 'tracking';
/** `trackingNumber` has to be an identifier. */
export const trackingStream = (trackingNumber: string): string =>
  streamName(trackingCategory, trackingNumber);

type ForNumber<Type extends string, Data> = DomainCommand<Type, { readonly trackingNumber: string } & Data>;

export type AssignTracking = ForNumber<'AssignTracking', { readonly orderId: OrderId }>;
/** The carrier scanned this number. */
export type ReceiveScan = ForNumber<'ReceiveScan', { readonly scan: Scan }>;
export type TrackingCommand = AssignTracking | ReceiveScan;

export type TrackingState = {
  /** null while no order has the number */
  readonly orderId: OrderId | null;
  readonly kept: readonly Scan[];
  readonly matched: ReadonlySet<string>;
};

export type TrackingRejection =
  | { readonly code: 'TrackingNumberTaken'; readonly orderId: OrderId }
  /** more scans of an unknown number than a parcel has */
  | { readonly code: 'TooManyScans'; readonly limit: number };

type Decision = Result<readonly TrackingEvent[], TrackingRejection>;

/** No order has the number: the limit stops a mistaken carrier from filling the log. */
export const maxKeptScans = 100;

const matched = (orderId: OrderId, scan: Scan): ScanMatched => ({
  type: 'ScanMatched',
  data: { ...scan, orderId },
});

function decide(command: TrackingCommand, state: TrackingState): Decision {
  switch (command.type) {
    case 'AssignTracking': {
      const { orderId } = command.data;
      if (state.orderId !== null)
        return state.orderId === orderId
          ? accepted([])
          : rejected({ code: 'TrackingNumberTaken', orderId: state.orderId });
      const found = state.kept.map((scan) => matched(orderId, scan));
      return accepted([{ type: 'TrackingAssigned', data: { orderId } }, ...found]);
    }
    case 'ReceiveScan': {
      const { scan } = command.data;
      const isKnown =
        state.matched.has(scan.scanId) || state.kept.some(({ scanId }) => scanId === scan.scanId);
      if (isKnown) return accepted([]);
      if (state.orderId !== null) return accepted([matched(state.orderId, scan)]);
      return state.kept.length < maxKeptScans
        ? accepted([{ type: 'ScanKept', data: scan }])
        : rejected({ code: 'TooManyScans', limit: maxKeptScans });
    }
    default:
      return assertNever(command);
  }
}

function evolve(state: TrackingState, event: TrackingEvent): TrackingState {
  switch (event.type) {
    case 'TrackingAssigned':
      return { ...state, orderId: event.data.orderId };
    case 'ScanKept':
      return { ...state, kept: [...state.kept, event.data] };
    case 'ScanMatched': {
      const { scanId } = event.data;
      const kept = state.kept.filter((scan) => scan.scanId !== scanId);
      return { ...state, kept, matched: new Set([...state.matched, scanId]) };
    }
    default:
      return assertNever(event);
  }
}

const commandTypes: Record<TrackingCommand['type'], true> = { AssignTracking: true, ReceiveScan: true };

export const tracking: Aggregate<TrackingCommand, TrackingEvent, TrackingState, TrackingRejection> = {
  category: trackingCategory,
  commandTypes: Object.keys(commandTypes) as TrackingCommand['type'][],
  stream: ({ data }) => trackingStream(data.trackingNumber),
  initialState: { orderId: null, kept: [], matched: new Set() },
  evolve,
  decide,
};
