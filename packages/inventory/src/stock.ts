// The stock of one SKU: the units on hand, and the orders that they are reserved for. Reserved units never exceed units on
// hand.
import {
  accepted,
  assertNever,
  money,
  reasonOf,
  rejected,
  streamName,
  type Aggregate,
  type Money,
  type OrderId,
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
import { available, initialState, evolve, snapshot, type Listed, type StockState } from './stock-state.js';

export const stockCategory = 'stock';
export const stockStream = (sku: Sku): string => streamName(stockCategory, sku);

export type StockRejection =
  | { readonly code: 'UnknownProduct' | 'ProductExists' | 'InvalidPrice' | 'InvalidQuantity' }
  | { readonly code: 'StockTooLarge'; readonly limit: number }
  | { readonly code: 'AdjustmentBelowReserved'; readonly onHand: number; readonly reserved: number }
  | { readonly code: 'NotReserved' | 'AlreadyCommitted' }
  | { readonly code: 'ReturnExceedsCommitted'; readonly committed: number };

type Decision = Result<readonly StockEvent[], StockRejection>;

/** The largest number of units: fits a GraphQL Int, with room. */
export const maxOnHand = 2_000_000_000;

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
  if (state.kind === 'unlisted')
    return accepted([{ type: 'ProductCreated', data: { name, price, ...reasonOf(data) } }]);
  const same = state.name === name && samePrice(state.price, price);
  return same ? accepted([]) : rejected({ code: 'ProductExists' });
}

function changePrice({ data: { price, reason } }: ChangePrice, product: Listed): Decision {
  if (!isPrice(price)) return rejected({ code: 'InvalidPrice' });
  return samePrice(price, product.price)
    ? accepted([])
    : accepted([{ type: 'PriceChanged', data: { price, reason } }]);
}

function receive({ data }: ReceiveStock, { onHand }: Listed): Decision {
  const { quantity } = data;
  if (!isQuantity(quantity)) return rejected({ code: 'InvalidQuantity' });
  if (onHand + quantity > maxOnHand) return rejected({ code: 'StockTooLarge', limit: maxOnHand });
  return accepted([{ type: 'StockReceived', data: { quantity, ...reasonOf(data) } }]);
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

export const stock: Aggregate<StockCommand, StockEvent, StockState, StockRejection> = {
  category: stockCategory,
  commandTypes: Object.keys(commandTypes) as StockCommand['type'][],
  stream: (command) => stockStream(command.data.sku),
  initialState,
  evolve,
  decide,
  recognisedById: ['ChangePrice', 'ReceiveStock', 'AdjustStock', 'ReturnStock'],
  snapshot,
};
