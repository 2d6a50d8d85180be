// The stock of one SKU: the units on hand, and the orders that they are reserved for. Reserved units never exceed units on
// hand.
import {
  accepted,
  assertNever,
  entriesOfPart,
  invariant,
  money,
  PersistentMap,
  RecentMap,
  rejected,
  streamName,
  type Aggregate,
  type Json,
  type Money,
  type OrderId,
  type RecentSlice,
  type Result,
  type Sku,
} from '@holdfast/kernel';
import type {
  AdjustStock,
  ChangePrice,
  CommitStock,
  CreateProduct,
  ReceiveStock,
  ReleaseStock,
  ReserveStock,
  ReturnStock,
  StockCommand,
} from './stock.commands.js';
import type { StockEvent } from './stock.events.js';

export const stockCategory = 'stock';
export const stockStream = (sku: Sku): string => streamName(stockCategory, sku);

/**
 * How an order ended for this SKU. `released`: a later reservation will be refused. `barred`: such a reservation was
 * refused. `committed`: units that left the building and have not come back.
 */
type Ending = 'refused' | 'released' | 'barred' | { readonly committed: number };

/** A product that was never created has no stock. A checkout can try to reserve it, and undo that. */
type Unlisted = { readonly kind: 'unlisted'; readonly ended: RecentMap<OrderId, Ending> };
type Listed = {
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

export type StockRejection =
  | { readonly code: 'UnknownProduct' | 'ProductExists' | 'InvalidPrice' | 'InvalidQuantity' }
  | { readonly code: 'StockTooLarge'; readonly limit: number }
  | { readonly code: 'AdjustmentBelowReserved'; readonly onHand: number; readonly reserved: number }
  | { readonly code: 'NotReserved' | 'AlreadyCommitted' }
  | { readonly code: 'ReturnExceedsCommitted'; readonly committed: number };

type Decision = Result<readonly StockEvent[], StockRejection>;

/** The largest number of units: fits a GraphQL Int, with room. */
export const maxOnHand = 2_000_000_000;

/** How many ended orders are remembered at least: far more than can end before a late message arrives. */
const endingsRemembered = 50_000;

/** The units that an order can still reserve. */
export const available = (state: StockState): number =>
  state.kind === 'listed' ? state.onHand - state.reserved : 0;

const initialState: StockState = { kind: 'unlisted', ended: RecentMap.empty(endingsRemembered) };

function evolve(state: StockState, event: StockEvent): StockState {
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

/** The units that an order may return, as far as this stream remembers. The order's own stream never forgets them. */
function returnable({ ended, away }: Listed, orderId: OrderId): number {
  const ending = ended.get(orderId);
  if (typeof ending === 'object') return ending.committed;
  return ending === undefined && ended.mayHaveForgotten ? away : 0;
}

function decide(command: StockCommand, state: StockState): Decision {
  switch (command.type) {
    case 'CreateProduct':
      return create(command, state);
    case 'ChangePrice':
      return ofProduct(state, (product) => changePrice(command, product));
    case 'ReceiveStock':
      return ofProduct(state, (product) => receive(command, product));
    case 'AdjustStock':
      return ofProduct(state, (product) => adjust(command, product));
    case 'ReserveStock':
      return reserve(command, state);
    case 'ReleaseStock':
      return release(command, state);
    case 'CommitStock':
      return ofProduct(state, (product) => commit(command, product));
    case 'ReturnStock':
      return ofProduct(state, (product) => takeBack(command, product));
    default:
      return assertNever(command);
  }
}

const ofProduct = (state: StockState, decision: (product: Listed) => Decision): Decision =>
  state.kind === 'listed' ? decision(state) : rejected({ code: 'UnknownProduct' });

/** The checkout reacts to success and refusal alike, so both are events. An order gets one of the two, once. */
function reserve({ data }: ReserveStock, state: StockState): Decision {
  const { orderId, quantity } = data;
  if (!isQuantity(quantity)) return rejected({ code: 'InvalidQuantity' });
  const ending = state.ended.get(orderId);
  const isDecided = ending !== undefined && ending !== 'released';
  if (isDecided || (state.kind === 'listed' && state.reservations.has(orderId))) return accepted([]);
  return ending === 'released' || quantity > available(state)
    ? accepted([
        {
          type: 'StockReservationRefused',
          data: { orderId, requested: quantity, available: available(state) },
        },
      ])
    : accepted([{ type: 'StockReserved', data: { orderId, quantity } }]);
}

/** A release without a reservation is recorded, so that a reservation that arrives later is refused. */
function release({ data: { orderId } }: ReleaseStock, state: StockState): Decision {
  const ending = state.ended.get(orderId);
  if (ending === 'released' || ending === 'barred') return accepted([]);
  if (typeof ending === 'object') return rejected({ code: 'AlreadyCommitted' });
  const quantity = state.kind === 'listed' ? (state.reservations.get(orderId) ?? 0) : 0;
  return accepted([{ type: 'StockReleased', data: { orderId, quantity } }]);
}

function create({ data }: CreateProduct, state: StockState): Decision {
  const { name, price } = data;
  if (!isPrice(price)) return rejected({ code: 'InvalidPrice' });
  if (state.kind === 'unlisted') return accepted([{ type: 'ProductCreated', data: { name, price } }]);
  const same = state.name === name && samePrice(state.price, price);
  return same ? accepted([]) : rejected({ code: 'ProductExists' });
}

function changePrice({ data: { price, reason } }: ChangePrice, product: Listed): Decision {
  if (!isPrice(price)) return rejected({ code: 'InvalidPrice' });
  return samePrice(price, product.price)
    ? accepted([])
    : accepted([{ type: 'PriceChanged', data: { price, reason } }]);
}

function receive({ data: { quantity } }: ReceiveStock, { onHand }: Listed): Decision {
  if (!isQuantity(quantity)) return rejected({ code: 'InvalidQuantity' });
  if (onHand + quantity > maxOnHand) return rejected({ code: 'StockTooLarge', limit: maxOnHand });
  return accepted([{ type: 'StockReceived', data: { quantity } }]);
}

function adjust({ data }: AdjustStock, { onHand, reserved }: Listed): Decision {
  const { delta, reason } = data;
  if (!isQuantity(Math.abs(delta))) return rejected({ code: 'InvalidQuantity' });
  if (onHand + delta < reserved) return rejected({ code: 'AdjustmentBelowReserved', onHand, reserved });
  if (onHand + delta > maxOnHand) return rejected({ code: 'StockTooLarge', limit: maxOnHand });
  return accepted([{ type: 'StockAdjusted', data: { delta, reason } }]);
}

function commit({ data: { orderId } }: CommitStock, { reservations, ended }: Listed): Decision {
  if (typeof ended.get(orderId) === 'object') return accepted([]);
  const quantity = reservations.get(orderId);
  if (quantity === undefined) return rejected({ code: 'NotReserved' });
  return accepted([{ type: 'StockCommitted', data: { orderId, quantity } }]);
}

function takeBack({ data }: ReturnStock, product: Listed): Decision {
  const { orderId, quantity, returnId } = data;
  const { onHand } = product;
  const committed = returnable(product, orderId);
  if (!isQuantity(quantity)) return rejected({ code: 'InvalidQuantity' });
  if (quantity > committed) return rejected({ code: 'ReturnExceedsCommitted', committed });
  if (onHand + quantity > maxOnHand) return rejected({ code: 'StockTooLarge', limit: maxOnHand });
  const returned = { orderId, quantity, ...(returnId !== undefined && { returnId }) };
  return accepted([{ type: 'StockReturned', data: returned }]);
}

const isQuantity = (units: number): boolean => Number.isInteger(units) && units >= 1 && units <= maxOnHand;
const isPrice = ({ minor, currency }: Money): boolean =>
  money.isMinor(minor) && minor >= 0 && money.isCurrency(currency);
const samePrice = (a: Money, b: Money): boolean => a.minor === b.minor && a.currency === b.currency;

const commandTypes: Record<StockCommand['type'], true> = {
  CreateProduct: true,
  ChangePrice: true,
  ReceiveStock: true,
  AdjustStock: true,
  ReserveStock: true,
  ReleaseStock: true,
  CommitStock: true,
  ReturnStock: true,
};

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

export const stock: Aggregate<StockCommand, StockEvent, StockState, StockRejection> = {
  category: stockCategory,
  commandTypes: Object.keys(commandTypes) as StockCommand['type'][],
  stream: (command) => stockStream(command.data.sku),
  initialState,
  evolve,
  decide,
  recognisedById: ['ChangePrice', 'ReceiveStock', 'AdjustStock', 'ReturnStock'],
  snapshot: { version: 3, parts, add: addPart },
};
