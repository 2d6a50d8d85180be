// JSON that keeps every digit of a 64-bit number and is read by a schema: unknown fields are left out, and missing fields
// get their defaults.
import type { Schema } from 'avsc';
import { parse, parseNumberAndBigInt, stringify } from 'lossless-json';
import { Undeserialisable } from './unserialisable.js';

export const toJson = (data: object): string => stringify(data) ?? '';

/** @throws Undeserialisable when the text is no JSON, or does not fit the schema */
export function fromJson(text: string, schema: Schema): unknown {
  let value: unknown;
  try {
    value = parse(text, null, parseNumberAndBigInt);
  } catch (error) {
    throw new Undeserialisable(`not JSON: ${(error as Error).message}`);
  }
  return fitted(schema, value, '', new Map());
}

type Field = { readonly name: string; readonly type: Schema; readonly default?: unknown };
type Named = {
  readonly type: string;
  readonly name?: string;
  readonly fields?: readonly Field[];
  readonly items?: Schema;
};

function fitted(schema: Schema, value: unknown, path: string, records: Map<string, Named>): unknown {
  if (Array.isArray(schema)) {
    if (value === null && schema.includes('null')) return null;
    const [other = 'null'] = schema.filter((branch) => branch !== 'null');
    return fitted(other, value, path, records);
  }
  if (typeof schema === 'string') {
    const record = records.get(schema);
    return record === undefined ? primitive(schema, value, path) : fittedRecord(record, value, path, records);
  }
  const named = schema as Named;
  if (named.type === 'record') {
    if (named.name !== undefined) records.set(named.name, named);
    return fittedRecord(named, value, path, records);
  }
  if (named.type === 'array') {
    if (!Array.isArray(value)) throw unfit('array', path);
    return value.map((item, index) => fitted(named.items ?? 'null', item, `${path}[${index}]`, records));
  }
  return fitted(named.type, value, path, records);
}

function fittedRecord({ fields = [] }: Named, value: unknown, path: string, records: Map<string, Named>) {
  if (typeof value !== 'object' || value === null) throw unfit('record', path);
  const given = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    fields.map((field) => {
      const at = path === '' ? field.name : `${path}.${field.name}`;
      if (!Object.hasOwn(given, field.name) && !('default' in field))
        throw new Undeserialisable(`${at} is missing`);
      const one = Object.hasOwn(given, field.name) ? given[field.name] : asParsed(field.default);
      return [field.name, fitted(field.type, one, at, records)];
    }),
  );
}

/** A default of a schema, in the form that parsed JSON has. */
const asParsed = (value: unknown): unknown => parse(JSON.stringify(value), null, parseNumberAndBigInt);

const numbers = new Set(['int', 'float', 'double']);
const unfit = (type: string, path: string): Undeserialisable =>
  new Undeserialisable(`${path || 'the event'} is no ${type}`);

function primitive(type: string, value: unknown, path: string): unknown {
  if (numbers.has(type) && (typeof value === 'bigint' || typeof value === 'number')) return Number(value);
  if (type === 'long' && typeof value === 'bigint') return value;
  if (type === typeof value || (type === 'null' && value === null)) return value;
  throw unfit(type, path);
}
