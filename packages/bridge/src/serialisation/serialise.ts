// Integration events as the bytes of a record: JSON, Avro, or Avro in Confluent's wire format when there is a registry.
import type { IntegrationEvent, Serialise, SerialisedEvent } from '../integration/integration-event.js';
import { schemaOfUri } from '../integration/public-events.js';
import { toJson } from './json.js';
import type { SchemaRegistry } from './schema-registry.js';
import type { PublicSchema, Schemas } from './schemas.js';
import { Unserialisable } from './unserialisable.js';

export type Format = 'json' | 'avro';

export const contentTypes = {
  json: 'application/json',
  avro: 'application/avro',
  /** a zero byte, the schema's id in four bytes, then Avro */
  confluent: 'application/vnd.confluent.avro',
} as const;

export type SerialiseOptions = {
  readonly schemas: Schemas;
  /** ignored when there is a registry, which implies Avro */
  readonly format: Format;
  readonly registry: SchemaRegistry | null;
};

/** One subject for each type in a topic, so that the types keep their order and evolve alone (TopicRecordNameStrategy). */
export const subjectOf = (topic: string, recordName: string): string => `${topic}-${recordName}`;

/** The returned function throws Unserialisable, and RegistryUnavailable where there is a registry. */
export function createSerialise({ schemas, format, registry }: SerialiseOptions): Serialise {
  if (registry !== null) return inWireFormat(schemas, registry);
  const contentType = contentTypes[format];
  return (event) => {
    const schema = schemaOf(event, schemas);
    assertFits(event, schema);
    const value = format === 'json' ? Buffer.from(toJson(event.data)) : schema.avro.toBuffer(event.data);
    return record(event, value, contentType);
  };
}

const record = ({ key }: IntegrationEvent, value: Buffer, contentType: string): SerialisedEvent => ({
  key: Buffer.from(key),
  value,
  headers: { 'content-type': contentType },
});

function inWireFormat(schemas: Schemas, registry: SchemaRegistry): Serialise {
  const ids = new Map<string, number>();
  return async (event) => {
    const schema = schemaOf(event, schemas);
    assertFits(event, schema);
    // An alias has topic and subject of its own.
    const cached = `${event.topic} ${event.dataSchema}`;
    const id = ids.get(cached) ?? (await registry.idOf(subjectOf(event.topic, schema.name), schema.text));
    ids.set(cached, id);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(id, 1);
    return record(event, Buffer.concat([head, schema.avro.toBuffer(event.data)]), contentTypes.confluent);
  };
}

function schemaOf({ dataSchema }: IntegrationEvent, schemas: Schemas): PublicSchema {
  const named = schemaOfUri(dataSchema);
  const schema = named === null ? undefined : schemas.find(named.type, named.version);
  if (schema === undefined) throw new Unserialisable(`there is no schema ${dataSchema}`);
  return schema;
}

/** Also refuses fields that the schema does not have: nothing gets out that is not in the contract. */
function assertFits({ dataSchema, data }: IntegrationEvent, { avro }: PublicSchema): void {
  const unfit: string[] = [];
  const errorHook = (path: readonly string[], value: unknown, type: { toString(): string }): void => {
    unfit.push(`${path.join('.') || 'the event'} is ${shown(value)}, which is no ${kindOf(type)}`);
  };
  if (!avro.isValid(data, { noUndeclaredFields: true, errorHook: errorHook as never }))
    throw new Unserialisable(`${dataSchema}: ${unfit.join('; ')}`);
}

const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null ? toJson(value).slice(0, 100) : String(value).slice(0, 100);

const kindOf = (type: { toString(): string; readonly name?: string; readonly typeName?: string }): string =>
  type.name ?? type.typeName ?? String(type);
