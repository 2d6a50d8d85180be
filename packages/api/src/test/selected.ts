// The type of a result, derived from the types of the schema. The exact type would follow from the query, but TypeScript
// can't read the query's text.
import type { Mutation, Query, Subscription } from './schema.types.js';

type KeyOf<U> = U extends unknown ? keyof U : never;
type ValueOf<U, K> = U extends unknown ? (K extends keyof U ? U[K] : never) : never;

/**
 * A result with the fields of all members of a union, none of them null: a spec reads only fields that its query selected.
 * Reading a field that the schema does not have is a type error; reading through a null fails the test.
 */
export type Selected<T> =
  NonNullable<T> extends readonly (infer Item)[]
    ? readonly Selected<Item>[]
    : NonNullable<T> extends object
      ? { readonly [K in KeyOf<NonNullable<T>>]: Selected<ValueOf<NonNullable<T>, K>> }
      : NonNullable<T>;

type Root<T> = Omit<T, '__typename'>;

/** A message of any subscription. */
export type Update = Selected<Root<Subscription>[keyof Root<Subscription>]>;

/** The fields of queries, mutations and subscriptions. A query with aliases has to give its own type. */
export type Fields = Selected<Root<Query> & Root<Mutation> & Root<Subscription>>;
