// The Avro schemas of `.avro/`, one file for each public type and version, and their types in memory.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import avro, { type Schema, type Type } from 'avsc';

/** Avro's `long` as a bigint: exact in all of its 64 bits. */
const longs = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
  compare: (one: bigint, other: bigint) => (one < other ? -1 : one > other ? 1 : 0),
});

export const avroType = (schema: Schema): Type => avro.Type.forSchema(schema, { registry: { long: longs } });

export type PublicSchema = {
  /** as registries take it */
  readonly text: string;
  readonly schema: Schema;
  readonly avro: Type;
  /** full name of the record */
  readonly name: string;
};

export type Schemas = {
  /** undefined for a type or version that the folder does not have */
  find(this: void, type: string, version: number): PublicSchema | undefined;
  /** undefined for a type that the folder does not have */
  newest(this: void, type: string): number | undefined;
  readonly types: readonly string[];
};

/** The folder in the repository, seen from the compiled file. */
export const schemaFolder = fileURLToPath(new URL('../../../../.avro/', import.meta.url));

/** @throws when a file is no schema */
export function readSchemas(folder = schemaFolder): Schemas {
  const byType = new Map<string, Map<number, PublicSchema>>();
  for (const file of readdirSync(folder).sort()) {
    const { type, version } = /^(?<type>.+)\.v(?<version>\d+)\.avsc$/.exec(file)?.groups ?? {};
    if (type === undefined) continue;
    const schema = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Schema;
    const avro = avroType(schema);
    const versions = byType.get(type) ?? new Map<number, PublicSchema>();
    versions.set(Number(version), { text: JSON.stringify(schema), schema, avro, name: avro.name ?? type });
    byType.set(type, versions);
  }
  return {
    find: (type, version) => byType.get(type)?.get(version),
    newest: (type) => {
      const versions = byType.get(type);
      return versions === undefined ? undefined : Math.max(...versions.keys());
    },
    types: [...byType.keys()],
  };
}
