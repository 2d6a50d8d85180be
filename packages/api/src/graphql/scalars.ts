// The scalars of the schema. Resolvers see only values that these accept.
import type { Json, Position } from '@holdfast/kernel';
import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode } from 'graphql';

const refuse = (message: string): never => {
  throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
};

const positionDigits = 16;

/** The text has a fixed width, so that sorted texts have the order of the log. Before the first event it is `-1`. */
export const positionText = (position: Position): string =>
  position < 0 ? '-1' : String(position).padStart(positionDigits, '0');

/** @throws GraphQLError for a text that is not a position */
export function positionOf(text: unknown): Position {
  if (typeof text !== 'string' || !/^(\d{1,16}|-1)$/.test(text)) return refuse('not a position');
  const position = Number(text);
  return Number.isSafeInteger(position) ? position : refuse('not a position');
}

function minorOf(value: unknown): number {
  const minor = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof minor === 'number' && Number.isSafeInteger(minor)
    ? minor
    : refuse('minor units are an integer within ±9007199254740991, sent as a string; floats are refused');
}

const literal = (node: ValueNode): string | number | undefined => {
  if (node.kind === Kind.STRING) return node.value;
  return node.kind === Kind.INT ? Number(node.value) : undefined;
};

function timeOf(value: unknown): string {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? refuse('not an ISO 8601 time') : new Date(time).toISOString();
}

const textOf = (value: unknown): string =>
  typeof value === 'string' && value.length <= 1024 ? value : refuse('not a cursor');

const deepestJson = 32;

/** Plain JSON data, without keys such as `__proto__` that are unsafe to merge into an object. */
function jsonOf(value: unknown, depth = 0): Json {
  if (typeof value !== 'object' || value === null) return value as Json;
  if (depth === deepestJson) return refuse(`JSON is nested deeper than ${deepestJson}`);
  for (const [key, part] of Object.entries(value)) {
    if (key === '__proto__' || key === 'constructor' || /[$.]/.test(key))
      return refuse(`a key of JSON is not allowed: ${key.slice(0, 64)}`);
    jsonOf(part, depth + 1);
  }
  return value as Json;
}

export const scalars = {
  Position: new GraphQLScalarType<Position, string>({
    name: 'Position',
    serialize: (position) => positionText(position as Position),
    parseValue: positionOf,
    parseLiteral: (node) => positionOf(node.kind === Kind.STRING ? node.value : undefined),
  }),
  MinorUnits: new GraphQLScalarType<number, string>({
    name: 'MinorUnits',
    serialize: String,
    parseValue: minorOf,
    parseLiteral: (node) => minorOf(literal(node)),
  }),
  DateTime: new GraphQLScalarType<string, string>({
    name: 'DateTime',
    serialize: String,
    parseValue: timeOf,
    parseLiteral: (node) => timeOf(literal(node)),
  }),
  Cursor: new GraphQLScalarType<string, string>({
    name: 'Cursor',
    serialize: String,
    parseValue: textOf,
    parseLiteral: (node) => textOf(literal(node)),
  }),
  JSON: new GraphQLScalarType<Json, Json>({
    name: 'JSON',
    serialize: (value) => value as Json,
    parseValue: (value) => jsonOf(value),
    parseLiteral: (node, variables) => jsonOf(valueFromASTUntyped(node, variables)),
  }),
};
