// Compares the schema with the contract that clients rely on: the schema may add to it, but must not drop or rename.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const schema = buildSchema(read('../../src/schema.graphql'));
const contract = read('../../test/contract.graphql');

type Input = GraphQLArgument | GraphQLInputField;

const isRequired = ({ type, defaultValue }: Input): boolean =>
  isNonNullType(type) && defaultValue === undefined;

/** Lists the parts of the contract that the schema lacks, and the inputs that it requires and the contract does not. */
function breaches(sdl: string, ours: GraphQLSchema): readonly string[] {
  const theirs = buildSchema(sdl, { assumeValidSDL: true });
  return Object.values(theirs.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => breachesOf(type, ours.getType(type.name)));
}

function breachesOf(type: GraphQLNamedType, own: GraphQLNamedType | undefined): readonly string[] {
  const { name } = type;
  if (own === undefined) return [`no type ${name}`];
  if (isEnumType(type) && isEnumType(own)) return missing(name, type.getValues(), own.getValues());
  if (isUnionType(type) && isUnionType(own)) return missing(name, type.getTypes(), own.getTypes());
  if (isInputObjectType(type) && isInputObjectType(own))
    return inputs(name, Object.values(type.getFields()), Object.values(own.getFields()));
  const isOutput = isObjectType(type) || isInterfaceType(type);
  if (!isOutput || !(isObjectType(own) || isInterfaceType(own)))
    return type.constructor === own.constructor ? [] : [`${name} is of another kind`];
  const fields = own.getFields();
  return Object.values(type.getFields()).flatMap((field) => {
    const kept = fields[field.name];
    if (kept === undefined) return [`no ${name}.${field.name}`];
    const path = `${name}.${field.name}`;
    const isSame = String(kept.type) === String(field.type);
    return [...(isSame ? [] : [`${path} is ${String(kept.type)}`]), ...inputs(path, field.args, kept.args)];
  });
}

type Named = { readonly name: string };

const missing = (of: string, wanted: readonly Named[], kept: readonly Named[]): readonly string[] =>
  wanted.filter(({ name }) => !kept.some((one) => one.name === name)).map(({ name }) => `no ${of}.${name}`);

/** Each input may be left out where the contract lets a client leave it out, and takes the same type. */
function inputs(of: string, wanted: readonly Input[], kept: readonly Input[]): readonly string[] {
  const bare = ({ type }: Input): string => String(type).replace(/!$/, '');
  const changed = wanted.flatMap((one) => {
    const own = kept.find(({ name }) => name === one.name);
    if (own === undefined) return [];
    const isNarrower = isRequired(own) && !isRequired(one);
    return bare(own) === bare(one) && !isNarrower ? [] : [`${of}.${one.name} is ${String(own.type)}`];
  });
  const added = kept.filter((one) => isRequired(one) && !wanted.some(({ name }) => name === one.name));
  return [...missing(of, wanted, kept), ...changed, ...added.map(({ name }) => `${of}.${name} is required`)];
}

describe('the schema', () => {
  test('has everything that the contract with clients has', () => {
    expect(breaches(contract, schema)).toEqual([]);
  });

  test('that dropped or narrowed something › is found', () => {
    const promised = `type Query { a(b: Int): E, c: Int } enum E { ONE TWO } input I { x: Int } union U = Query`;
    const kept = buildSchema(
      `type Query { a(b: Int!, d: Int!): E } enum E { ONE } input I { x: Int y: Int! } type T { i: Int } union U = T`,
    );
    expect(breaches(promised, kept)).toEqual([
      ...['Query.a.b is Int!', 'Query.a.d is required', 'no Query.c'],
      ...['no E.TWO', 'I.y is required', 'no U.Query'],
    ]);
  });
});
