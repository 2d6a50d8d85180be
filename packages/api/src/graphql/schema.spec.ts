// The schema is the manual of the API: its descriptions have to tell a client everything.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLField,
  type GraphQLInputField,
} from 'graphql';

const source = readFileSync(new URL('../../src/schema.graphql', import.meta.url), 'utf8');

type Described = { readonly description?: string | null | undefined };

/** Every name of a schema, with `.` between a type, its field and the field's argument, and its description. */
function* described(sdl: string): Generator<readonly [string, Described]> {
  const types = Object.values(buildSchema(sdl).getTypeMap());
  for (const type of types) {
    if (isSpecifiedScalarType(type) || type.name.startsWith('__')) continue;
    yield [type.name, type];
    if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values<GraphQLField<unknown, unknown> | GraphQLInputField>(type.getFields())) {
      yield [`${type.name}.${field.name}`, field];
      if ('args' in field)
        for (const argument of field.args) yield [`${type.name}.${field.name}.${argument.name}`, argument];
    }
  }
}

const without = (sdl: string): readonly string[] =>
  [...described(sdl)]
    .filter(([, { description }]) => (description ?? '').trim() === '')
    .map(([name]) => name);

describe('the schema', () => {
  test('describes every type, field, argument and value of an enum', () => {
    expect([...described(source)].length).toBeGreaterThan(400);
    expect(without(source)).toEqual([]);
  });

  test('with a name that has no description › is found', () => {
    const sdl = `"The root." type Query { a(b: Int): E } enum E { "Said." ONE TWO }`;
    expect(without(sdl)).toEqual(['Query.a', 'Query.a.b', 'E', 'E.TWO']);
  });
});
