// The type of an answer, made from the types of the schema: an answer has the shape of its query, which is a text that
// TypeScript does not read.
import type { Mutation, Query, Subscription } from './schema.types.js';

type KeyOf<U> = U extends unknown ? keyof U : never;
type ValueOf<U, K> = U extends unknown ? (K extends keyof U ? U[K] : never) : never;

/**
 * A result of which a spec reads only fields that its query selected: those of all members of a union together, none of
 * them null. A field that the schema does not have is an error; one that is null where a spec reads on fails the test.
 */
export type Selected<T> =
  NonNullable<T> extends readonly (infer Item)[]
    ? readonly Selected<Item>[]
    : NonNullable<T> extends object
      ? { readonly [K in KeyOf<NonNullable<T>>]: Selected<ValueOf<NonNullable<T>, K>> }
      : NonNullable<T>;

type Root<T> = Omit<T, '__typename'>;

/** A message of a subscription, whichever it is. */
export type Update = Selected<Root<Subscription>[keyof Root<Subscription>]>;

/** The fields of queries, mutations and subscriptions, without aliases: a query that has some says its own type. */
export type Fields = Selected<Root<Query> & Root<Mutation> & Root<Subscription>>;
