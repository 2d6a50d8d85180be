// Reads records of a topic as public events, by the newest schema that this program has.
import type { Type } from 'avsc';
import {
  isPublicType,
  publicTypes,
  schemaOfUri,
  type PublicEvent,
  type PublicType,
} from '../integration/public-events.js';
import { fromJson } from './json.js';
import type { SchemaRegistry } from './schema-registry.js';
import { avroType, type PublicSchema, type Schemas } from './schemas.js';
import { contentTypes } from './serialise.js';
import { Undeserialisable } from './unserialisable.js';

export type ReceivedRecord = {
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
};

export type ReceivedEvent = PublicEvent & {
  /** `ce_id`: the same when the event is delivered again */
  readonly id: string;
  readonly subject: string;
  /** ISO 8601, UTC */
  readonly time: string;
};

/** Returns null for an event of an unknown type, which a newer program has published. */
export type Deserialise = (record: ReceivedRecord) => Promise<ReceivedEvent | null>;

type Reading = { readonly type: PublicType; readonly version: number; readonly reader: PublicSchema };

/** The returned function throws Undeserialisable, and RegistryUnavailable where the registry is needed. */
export function createDeserialise(schemas: Schemas, registry: SchemaRegistry | null): Deserialise {
  const writers = new Map<number, Type>();
  const writerOf = async (id: number): Promise<Type> => {
    if (registry === null) throw new Undeserialisable(`schema ${id} is in a registry, and none is set`);
    const writer = writers.get(id) ?? avroType(JSON.parse(await registry.schemaOf(id)) as never);
    writers.set(id, writer);
    return writer;
  };
  // A version that this program has needs no registry, which may have lost it.
  const writtenInRegistry = async (id: number, { type, version }: Reading): Promise<Type> =>
    schemas.find(type, version)?.avro ?? (await writerOf(id));
  const dataOf = async ({ value, headers }: ReceivedRecord, reading: Reading): Promise<unknown> => {
    const { reader } = reading;
    switch (headers['content-type']) {
      case contentTypes.json:
        return checked(fromJson(value.toString(), reader.schema), reader);
      case contentTypes.avro:
        return decode(value, reader.avro, writtenBy(reading, schemas).avro);
      case contentTypes.confluent:
        if (value.length < 5 || value[0] !== 0) throw new Undeserialisable('not in the wire format');
        return decode(
          value.subarray(5),
          reader.avro,
          await writtenInRegistry(value.readUInt32BE(1), reading),
        );
      default:
        throw new Undeserialisable(`unknown content type ${String(headers['content-type'])}`);
    }
  };
  return async (record) => {
    const { ce_id: id, ce_subject: subject = '', ce_time: time, ce_dataschema: uri = '' } = record.headers;
    const written = schemaOfUri(uri);
    if (id === undefined || time === undefined || written === null)
      throw new Undeserialisable('without the headers ce_id, ce_time and ce_dataschema of this program');
    const { type, version } = written;
    if (!isPublicType(type)) return null;
    const reader = schemas.find(type, publicTypes[type].version);
    if (reader === undefined) throw new Undeserialisable(`there is no schema of ${type}`);
    const data = await dataOf(record, { type, version, reader });
    return { id, type, subject, time, data } as ReceivedEvent;
  };
}

function writtenBy({ type, version }: Reading, schemas: Schemas): PublicSchema {
  const writer = schemas.find(type, version);
  if (writer === undefined)
    throw new Undeserialisable(`version ${version} of ${type} is newer than this program`);
  return writer;
}

function checked(data: unknown, { avro }: PublicSchema): unknown {
  if (!avro.isValid(data)) throw new Undeserialisable(`not a ${avro.name ?? 'record'}`);
  return data;
}

function decode(bytes: Buffer, reader: Type, writer: Type): unknown {
  try {
    return reader.fromBuffer(bytes, reader === writer ? undefined : reader.createResolver(writer)) as unknown;
  } catch (error) {
    throw new Undeserialisable(`not a ${reader.name ?? 'record'}: ${(error as Error).message}`);
  }
}
