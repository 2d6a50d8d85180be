// The public integration events: their types, topics and data. `.avro/` has a schema for each of them and each of its versions.
// A consumer gets ids and a country, and nothing else about a person: no name, address, e-mail, card or free text.
import type { CancellationReason, Coordination, FailureReason, PaymentMode } from '@holdfast/ordering';

export type PublicMoney = {
  /** minor units of the currency */
  readonly minor: bigint;
  /** ISO 4217 */
  readonly currency: string;
};
type PublicUnits = { readonly sku: string; readonly quantity: number };
export type PublicLine = PublicUnits & { readonly unitPrice: PublicMoney };
export type ReturnedLine = PublicUnits & { readonly worth: PublicMoney };
type Method = 'WALLET' | 'CARD';

type OfOrder<Data = unknown> = { readonly orderId: string } & Data;
type Ordered = OfOrder<{
  readonly customerId: string;
  readonly country: string;
  readonly lines: readonly PublicLine[];
  readonly total: PublicMoney;
}>;
type StockOfOrder = OfOrder<PublicUnits>;

/** A command that came from Kafka: its type, its id at its sender, and where it was. */
type OfCommand<Data> = {
  readonly command: string;
  readonly commandId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
} & Data;

/** type → data */
export type PublicEvents = {
  'order.created': Ordered & {
    readonly paymentMethod: Method;
    readonly paymentMode: PaymentMode;
    readonly coordination: Coordination;
  };
  'order.paid': OfOrder<{ readonly total: PublicMoney }>;
  'order.held': OfOrder;
  'order.completed': Ordered & { readonly invoiceNumber: string; readonly createdAt: string };
  'order.failed': OfOrder<{ readonly reason: FailureReason }>;
  'order.cancelled': OfOrder<{ readonly reason: CancellationReason; readonly wasCompleted: boolean }>;
  'order.shipped': OfOrder<{ readonly carrier: string; readonly stock: readonly PublicUnits[] }>;
  'order.in_transit': OfOrder;
  'order.delivered': OfOrder;
  'order.returned': OfOrder<{
    readonly returnId: string;
    readonly lines: readonly ReturnedLine[];
    readonly refund: PublicMoney | null;
  }>;
  'order.refunded': OfOrder<{ readonly refundId: string; readonly amount: PublicMoney }>;
  'stock.reduction.success': OfOrder<{
    readonly customerId: string;
    readonly stock: readonly PublicUnits[];
    readonly total: PublicMoney;
  }>;
  'stock.reduction.fail': OfOrder<{
    readonly sku: string;
    readonly requested: number;
    readonly available: number;
  }>;
  'stock.received': PublicUnits;
  'stock.adjusted': { readonly sku: string; readonly delta: number };
  'stock.reserved': StockOfOrder;
  'stock.released': StockOfOrder;
  'stock.committed': StockOfOrder;
  'stock.returned': StockOfOrder;
  'stock.reserve.requested': StockOfOrder;
  'stock.release.requested': StockOfOrder;
  'stock.commit.requested': StockOfOrder;
  'stock.return.requested': StockOfOrder & { readonly returnId: string };
  'payment.requested': OfOrder<{
    readonly customerId: string;
    readonly method: Method;
    readonly attempt: number;
    readonly amount: PublicMoney;
  }>;
  'payment.completed': OfOrder<{
    readonly method: Method;
    readonly amount: PublicMoney;
    readonly transactionId: string;
  }>;
  'payment.fail': OfOrder<{
    readonly method: Method;
    readonly attempt: number | null;
    readonly code: string;
  }>;
  'payment.refunded': OfOrder<{
    readonly method: Method;
    readonly refundId: string;
    readonly amount: PublicMoney;
  }>;
  'command.accepted': OfCommand<{ readonly orderId: string | null }>;
  'command.refused': OfCommand<{ readonly code: string; readonly message: string }>;
};

export type PublicType = keyof PublicEvents;

/** The event itself, without its envelope on the wire. */
export type PublicEvent = {
  [Type in PublicType]: { readonly type: Type; readonly data: PublicEvents[Type] };
}[PublicType];

export const topics = ['order-events', 'inventory-events', 'payment-events', 'command-answers'] as const;
export type Topic = (typeof topics)[number];

/** For each type, its topic and the version of its schema that is written. */
export const publicTypes: Readonly<Record<PublicType, { readonly topic: Topic; readonly version: number }>> =
  {
    'order.created': { topic: 'order-events', version: 1 },
    'order.paid': { topic: 'order-events', version: 1 },
    'order.held': { topic: 'order-events', version: 1 },
    'order.completed': { topic: 'order-events', version: 1 },
    'order.failed': { topic: 'order-events', version: 1 },
    'order.cancelled': { topic: 'order-events', version: 1 },
    'order.shipped': { topic: 'order-events', version: 1 },
    'order.in_transit': { topic: 'order-events', version: 1 },
    'order.delivered': { topic: 'order-events', version: 1 },
    'order.returned': { topic: 'order-events', version: 1 },
    'order.refunded': { topic: 'order-events', version: 1 },
    'stock.reduction.success': { topic: 'inventory-events', version: 1 },
    'stock.reduction.fail': { topic: 'inventory-events', version: 1 },
    'stock.received': { topic: 'inventory-events', version: 1 },
    'stock.adjusted': { topic: 'inventory-events', version: 1 },
    'stock.reserved': { topic: 'inventory-events', version: 1 },
    'stock.released': { topic: 'inventory-events', version: 1 },
    'stock.committed': { topic: 'inventory-events', version: 1 },
    'stock.returned': { topic: 'inventory-events', version: 1 },
    'stock.reserve.requested': { topic: 'inventory-events', version: 1 },
    'stock.release.requested': { topic: 'inventory-events', version: 1 },
    'stock.commit.requested': { topic: 'inventory-events', version: 1 },
    'stock.return.requested': { topic: 'inventory-events', version: 1 },
    'payment.requested': { topic: 'payment-events', version: 1 },
    'payment.completed': { topic: 'payment-events', version: 1 },
    'payment.fail': { topic: 'payment-events', version: 1 },
    'payment.refunded': { topic: 'payment-events', version: 1 },
    'command.accepted': { topic: 'command-answers', version: 1 },
    'command.refused': { topic: 'command-answers', version: 1 },
  };

export const isPublicType = (type: string): type is PublicType => Object.hasOwn(publicTypes, type);

/** Names a schema and its version, for `ce_dataschema`. */
export const schemaUri = (type: string, version: number): string => `urn:holdfast:schema:${type}:${version}`;

/** Null for a text that `schemaUri` did not make. */
export function schemaOfUri(uri: string): { readonly type: string; readonly version: number } | null {
  const { type, version } =
    /^urn:holdfast:schema:(?<type>[a-z_.]+):(?<version>[1-9]\d*)$/.exec(uri)?.groups ?? {};
  return type === undefined ? null : { type, version: Number(version) };
}
