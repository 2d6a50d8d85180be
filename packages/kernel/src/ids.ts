// Branded identifiers: made only by their constructor, at the edge, so that a SKU is never passed as an order.
import { invariant } from './exhaustive.js';

export type Brand<T, Name extends string> = T & { readonly __brand: Name };

export type OrderId = Brand<string, 'OrderId'>;
export type CustomerId = Brand<string, 'CustomerId'>;
export type Sku = Brand<string, 'Sku'>;

/** Characters that may follow the category in a stream name, and that need no escape in a path or URL. */
const identifier = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const isIdentifier = (value: string): boolean => identifier.test(value);

const branded =
  <B extends string>(kind: string) =>
  (value: string): B => {
    invariant(isIdentifier(value), `not a valid ${kind}: ${JSON.stringify(value)}`);
    return value as B;
  };

/** @throws InvariantViolation unless 1 to 64 of A–Z a–z 0–9 . _ -, beginning with a letter or digit */
export const OrderId = branded<OrderId>('order id');
/** @throws InvariantViolation unless 1 to 64 of A–Z a–z 0–9 . _ -, beginning with a letter or digit */
export const CustomerId = branded<CustomerId>('customer id');
/** @throws InvariantViolation unless 1 to 64 of A–Z a–z 0–9 . _ -, beginning with a letter or digit */
export const Sku = branded<Sku>('SKU');

/** `category-id`, EventStoreDB's convention; the category ends at the first hyphen. */
export const streamName = (category: string, id: string): string => `${category}-${id}`;

export const streamCategory = (stream: string): string => {
  const hyphen = stream.indexOf('-');
  return hyphen === -1 ? stream : stream.slice(0, hyphen);
};

export const streamId = (stream: string): string => stream.slice(stream.indexOf('-') + 1);
