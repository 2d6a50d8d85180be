// Makes a valid operation on any root field of the schema, with meaningless arguments, for specs over all fields.
import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

const schema = buildSchema(readFileSync(new URL('../../src/schema.graphql', import.meta.url), 'utf8'));

const roots = {
  query: schema.getQueryType(),
  mutation: schema.getMutationType(),
  subscription: schema.getSubscriptionType(),
};

export const rootFields = (operation: keyof typeof roots): readonly Field[] =>
  Object.values<Field>(roots[operation]?.getFields() ?? {});

/** The operation with that field only, and with its required arguments only. */
export function anyDocument(operation: string, { name, args, type }: Field): string {
  const given = neededOf(args);
  const named = getNamedType(type);
  const selection = isObjectType(named) || isUnionType(named) ? ' { __typename }' : '';
  return `${operation} { ${name}${given === '' ? '' : `(${given})`}${selection} }`;
}

const neededOf = (inputs: readonly (GraphQLArgument | GraphQLInputField)[]): string =>
  inputs
    .filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined)
    .map(({ name, type }) => `${name}: ${anyValue(type)}`)
    .join(', ');

const scalars: Readonly<Record<string, string>> = {
  Int: '1',
  Boolean: 'true',
  MinorUnits: '"1"',
  Position: '"1"',
  DateTime: '"2026-01-01T00:00:00.000Z"',
};

function anyValue(type: GraphQLInputType): string {
  if (isNonNullType(type)) return anyValue(type.ofType);
  if (isListType(type)) return `[${anyValue(type.ofType)}]`;
  if (isEnumType(type)) return String(type.getValues()[0]?.name);
  if (isInputObjectType(type)) return `{ ${neededOf(Object.values(type.getFields()))} }`;
  return isScalarType(type) ? (scalars[type.name] ?? '"nothing-of-that-name"') : 'null';
}
