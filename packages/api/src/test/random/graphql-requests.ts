// Random requests for GraphQL: every root field of the schema, with random arguments, and documents that are damaged.
import { readFileSync } from 'node:fs';
import fc, { type Arbitrary } from 'fast-check';
import {
  buildSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLField,
  type GraphQLOutputType,
} from 'graphql';
import { damaged, inputsOf, junk, strange, type Known } from './values.js';

type Field = GraphQLField<unknown, unknown>;
export type Operation = { readonly query: string; readonly variables: unknown };

const file = new URL('../../../src/schema.graphql', import.meta.url);
const schema = buildSchema(readFileSync(file, 'utf8'));
/** The requests must not end the sessions that they are sent in. */
const leftOut = ['logout', 'changePassword'];
/** Fields that move goods and money are picked more often than the others. */
const frequent = /^(place|pay|return|refund|pack|ship)Order$|^(deposit|withdraw|adjustStock)$/;
/** The interface of all refusals. */
const errors = 'ErrorResult';

type Kind = 'query' | 'mutation' | 'subscription';

const fieldsOf = (operation: Kind): readonly Field[] => {
  const root = { query: schema.getQueryType(), mutation: schema.getMutationType() };
  const type = operation === 'subscription' ? schema.getSubscriptionType() : root[operation];
  return Object.values<Field>(type?.getFields() ?? {}).filter(({ name }) => !leftOut.includes(name));
};

/**
 * Selects every field down to that depth that can be had without arguments. Of a union it selects the errors and one member, which
 * `chosen` names: members have fields of one name and of different types.
 */
function selectionOf(type: GraphQLOutputType, depth: number, chosen = 0): string {
  const found = getNamedType(type);
  if (isUnionType(found)) {
    const members = found.getTypes();
    const member = members[chosen % members.length];
    const hasErrors = members.some((one) => one.getInterfaces().some(({ name }) => name === errors));
    const error = hasErrors ? `... on ${errors} { errorCode message retryable }` : '';
    return `{ __typename ${error} ... on ${String(member)} ${selectionOf(member as GraphQLOutputType, depth)} }`;
  }
  if (!isObjectType(found) && !isInterfaceType(found)) return '';
  const fields = Object.values<Field>(found.getFields())
    .filter(({ args }) => args.every((one) => !isNonNullType(one.type) || one.defaultValue !== undefined))
    .filter((one) => depth > 0 || isLeafType(getNamedType(one.type)))
    .map((one) => `${one.name} ${selectionOf(one.type, depth - 1)}`);
  return `{ __typename ${fields.join(' ')} }`;
}

/** An operation on that field, with random arguments as variables. */
function operationOn(operation: Kind, { name, args, type }: Field, known: Known): Arbitrary<Operation> {
  const declared = args.map((one) => `$${one.name}: ${String(one.type)}`).join(', ');
  const passed = args.map((one) => `${one.name}: $${one.name}`).join(', ');
  return fc
    .tuple(damaged(inputsOf(args, known)), fc.integer({ min: 0, max: 2 }), fc.constantFrom(0, 0, 1, 2, 3))
    .map(([variables, depth, chosen]) => ({
      query: `${operation}${declared && `(${declared})`} { ${name}${passed && `(${passed})`} ${selectionOf(type, depth, chosen)} }`,
      variables,
    }));
}

/** Any operation of that kind. */
export const operations = (kind: Kind, known: Known): Arbitrary<Operation> =>
  fc.oneof(
    ...fieldsOf(kind).map((field) => ({
      weight: frequent.test(field.name) ? 8 : 1,
      arbitrary: operationOn(kind, field, known),
    })),
  );

/** The operation with a piece of its text gone, or something put in. */
const cut = ({ query, variables }: Operation, at: number, length: number, put: string): Operation => {
  const from = at % query.length;
  return { query: query.slice(0, from) + put + query.slice(from + length), variables };
};

/** Bodies for a POST of GraphQL: mostly whole operations, at times damaged ones, at times no operation at all. */
export function graphqlBodies(known: Known): Arbitrary<unknown> {
  const whole = fc.oneof(
    { weight: 1, arbitrary: operations('query', known) },
    { weight: 3, arbitrary: operations('mutation', known) },
  );
  const torn = fc
    .tuple(whole, fc.nat(2_000), fc.nat(20), fc.oneof(fc.constantFrom('', '{', '}', '$', '"'), strange))
    .map(([operation, at, length, put]) => cut(operation, at, length, put));
  const batch = fc.array(whole, { maxLength: 2 });
  const none = fc.record(
    { query: junk, variables: junk, operationName: junk, extensions: junk },
    { requiredKeys: [] },
  );
  return fc.oneof(
    { weight: 26, arbitrary: whole },
    { weight: 2, arbitrary: torn },
    { weight: 1, arbitrary: fc.oneof(none, junk, batch, operations('subscription', known)) },
  );
}
