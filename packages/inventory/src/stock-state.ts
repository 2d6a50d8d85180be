// The state of a product's stock, folded from its events: units on hand, reservations, and orders that have ended.
import {
  assertNever,
  entriesOfPart,
  invariant,
  PersistentMap,
  RecentMap,
  type Json,
  type Money,
  type OrderId,
  type RecentSlice,
} from '@holdfast/kernel';
import type { StockEvent } from './stock.events.js';

/**
 * How an order ended for this SKU. `released`: a later reservation will be refused. `barred`: such a reservation was
 * refused. `committed`: units that left the building and have not come back.
 */
type Ending = 'refused' | 'released' | 'barred' | { readonly committed: number };

/** A product that was never created has no stock. A checkout can try to reserve it, and undo that. */
type Unlisted = { readonly kind: 'unlisted'; readonly ended: RecentMap<OrderId, Ending> };
export type Listed = {
  readonly kind: 'listed';
  readonly name: string;
  readonly price: Money;
  readonly onHand: number;
  /** Σ of the reservations */
  readonly reserved: number;
  /** units by order; the units of shipped orders are in `endings`, and are forgotten with them */
  readonly reservations: PersistentMap<OrderId, number>;
  /** units of all orders that left the building and have not come back */
  readonly away: number;
  readonly ended: RecentMap<OrderId, Ending>;
};
export type StockState = Unlisted | Listed;

/** At least so many ended orders are remembered: far more than can end before a late message arrives. */
const endingsRemembered = 50_000;

/** The units that an order can still reserve. */
export const available = (state: StockState): number =>
  state.kind === 'listed' ? state.onHand - state.reserved : 0;

export const initialState: StockState = { kind: 'unlisted', ended: RecentMap.empty(endingsRemembered) };

export function evolve(state: StockState, event: StockEvent): StockState {
  switch (event.type) {
    case 'ProductCreated': {
      const { name, price } = event.data;
      const reservations = PersistentMap.empty<OrderId, number>();
      const nothing = { onHand: 0, reserved: 0, away: 0 };
      return { kind: 'listed', name, price, ...nothing, reservations, ended: state.ended };
    }
    case 'StockReservationRefused': {
      const { orderId } = event.data;
      return {
        ...state,
        ended: state.ended.set(orderId, state.ended.get(orderId) === 'released' ? 'barred' : 'refused'),
      };
    }
    case 'StockReleased': {
      const ended = state.ended.set(event.data.orderId, 'released');
      return event.data.quantity === 0
        ? { ...state, ended }
        : { ...unreserve(listed(state), event.data), ended };
    }
    case 'PriceChanged':
      return { ...listed(state), price: event.data.price };
    case 'StockReceived':
      return { ...listed(state), onHand: listed(state).onHand + event.data.quantity };
    case 'StockAdjusted':
      return { ...listed(state), onHand: listed(state).onHand + event.data.delta };
    case 'StockReserved': {
      const { orderId, quantity } = event.data;
      const { reserved, reservations } = listed(state);
      return {
        ...listed(state),
        reserved: reserved + quantity,
        reservations: reservations.set(orderId, quantity),
      };
    }
    case 'StockCommitted': {
      const { orderId, quantity } = event.data;
      const left = unreserve(listed(state), event.data);
      return {
        ...left,
        onHand: left.onHand - quantity,
        away: left.away + quantity,
        ended: left.ended.set(orderId, { committed: quantity }),
      };
    }
    case 'StockReturned': {
      const { orderId, quantity } = event.data;
      const { onHand, away, ended } = listed(state);
      const back = { ...listed(state), onHand: onHand + quantity, away: away - quantity };
      const ending = ended.get(orderId);
      // The order was forgotten: only the units taken by all orders together limit its return.
      if (typeof ending !== 'object') return back;
      return { ...back, ended: ended.set(orderId, { committed: ending.committed - quantity }) };
    }
    default:
      return assertNever(event);
  }
}

function listed(state: StockState): Listed {
  invariant(state.kind === 'listed', 'a product has stock only after it was created');
  return state;
}

function unreserve(state: Listed, { orderId, quantity }: { orderId: OrderId; quantity: number }): Listed {
  return { ...state, reserved: state.reserved - quantity, reservations: state.reservations.delete(orderId) };
}

/** The first part has all but reservations and ended orders; the parts after it have their entries. */
type Part =
  | { readonly kind: 'unlisted' }
  | ({ readonly kind: 'listed' } & Omit<Listed, 'kind' | 'reservations' | 'ended'>)
  | { readonly kind: 'reservations'; readonly entries: readonly (readonly [OrderId, number])[] }
  | ({ readonly kind: 'ended' } & RecentSlice<OrderId, Ending>);

function* parts(state: StockState): Generator<Part & Json> {
  if (state.kind === 'unlisted') yield { kind: 'unlisted' };
  else {
    const { kind, name, price, onHand, reserved, away, reservations } = state;
    yield { kind, name, price, onHand, reserved, away };
    for (const entries of reservations.slices(entriesOfPart)) yield { kind: 'reservations', entries };
  }
  for (const slice of state.ended.slices(entriesOfPart)) yield { kind: 'ended', ...slice };
}

function addPart(state: StockState, json: Json): StockState {
  const part = json as Part;
  switch (part.kind) {
    case 'unlisted':
      return state;
    case 'listed':
      return { ...part, reservations: PersistentMap.empty(), ended: state.ended };
    case 'reservations':
      return { ...listed(state), reservations: listed(state).reservations.setAll(part.entries) };
    case 'ended':
      return { ...state, ended: state.ended.addSlice(part) };
    default:
      return assertNever(part);
  }
}

export const snapshot = { version: 3, parts, add: addPart };
