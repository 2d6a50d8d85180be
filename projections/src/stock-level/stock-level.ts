// The stock of a product, the part that is reserved, and each movement that led to it.
import type { StockEvent } from '@holdfast/inventory';
import {
  assertNever,
  invariant,
  streamId,
  type Change,
  type Document,
  type Money,
  type Position,
  type Projection,
  type RecordedEvent,
} from '@holdfast/kernel';

/** `id` is the SKU. Quantities are units; `available` is on hand less reserved. */
export type StockLevel = Document & {
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly onHand: number;
  readonly reserved: number;
  readonly available: number;
};

export type StockMovementKind = 'RECEIVED' | 'ADJUSTED' | 'RESERVED' | 'RELEASED' | 'COMMITTED' | 'RETURNED';

/**
 * `id` is `SKU:revision`. `quantity` is positive, but for an ADJUSTED that was a loss. `onHandAfter` and `reservedAfter` tell the
 * stock at any time without its whole stream.
 */
export type StockMovement = Document & {
  readonly sku: string;
  readonly kind: StockMovementKind;
  readonly quantity: number;
  readonly onHandAfter: number;
  readonly reservedAfter: number;
  readonly orderId: string | null;
  readonly at: string;
  readonly position: Position;
};

/** A refusal moves nothing. */
type Input = Exclude<StockEvent, { type: 'StockReservationRefused' }>;

const kinds: Readonly<Record<Input['type'], StockMovementKind | null>> = {
  ProductCreated: null,
  PriceChanged: null,
  StockReceived: 'RECEIVED',
  StockAdjusted: 'ADJUSTED',
  StockReserved: 'RESERVED',
  StockReleased: 'RELEASED',
  StockCommitted: 'COMMITTED',
  StockReturned: 'RETURNED',
};

function project(
  recorded: RecordedEvent,
  level: StockLevel | null,
): readonly Change<StockLevel | StockMovement>[] {
  const event = recorded as RecordedEvent<Input>;
  const sku = streamId(event.stream);
  if (event.type === 'ProductCreated') {
    const { name, price } = event.data;
    return [{ document: { id: sku, sku, name, price, onHand: 0, reserved: 0, available: 0 } }];
  }
  // Nothing had been reserved: the event only bars a late reservation.
  if (event.type === 'StockReleased' && event.data.quantity === 0) return [];
  invariant(level !== null, `${event.type} of a product that was never created`);
  if (event.type === 'PriceChanged') return [{ document: { ...level, price: event.data.price } }];
  const [onHand, reserved] = moved(event);
  const document = changed(level, onHand, reserved);
  return [{ document }, movement(event, document)];
}

type Movement = Exclude<Input, { type: 'ProductCreated' | 'PriceChanged' }>;

/** The event's changes to the units on hand and to the reserved units. */
function moved(event: Movement): readonly [onHand: number, reserved: number] {
  switch (event.type) {
    case 'StockReceived':
    case 'StockReturned':
      return [event.data.quantity, 0];
    case 'StockAdjusted':
      return [event.data.delta, 0];
    case 'StockReserved':
      return [0, event.data.quantity];
    case 'StockReleased':
      return [0, -event.data.quantity];
    case 'StockCommitted':
      return [-event.data.quantity, -event.data.quantity];
    default:
      return assertNever(event);
  }
}

function changed(level: StockLevel, onHandBy: number, reservedBy: number): StockLevel {
  const onHand = level.onHand + onHandBy;
  const reserved = level.reserved + reservedBy;
  return { ...level, onHand, reserved, available: onHand - reserved };
}

function movement(
  event: RecordedEvent<Movement>,
  { sku, onHand, reserved }: StockLevel,
): Change<StockMovement> {
  const kind = kinds[event.type];
  invariant(kind !== null, `${event.type} moves nothing`);
  const { data } = event;
  return {
    collection: 'stock-movements',
    document: {
      id: `${sku}:${event.revision}`,
      sku,
      kind,
      quantity: 'delta' in data ? data.delta : data.quantity,
      onHandAfter: onHand,
      reservedAfter: reserved,
      orderId: 'orderId' in data ? data.orderId : null,
      at: event.metadata.at,
      position: event.position,
    },
  };
}

export const stockLevel: Projection<StockLevel> = {
  name: 'stock-level',
  version: 2,
  prefixes: ['stock-'],
  indexes: { name: ['name'] },
  collections: { 'stock-movements': { sku: ['sku', 'position'] } },
  key: (event) => (Object.hasOwn(kinds, event.type) ? streamId(event.stream) : null),
  project,
};
