// Events to bytes and back, in each format. An event that can't be written is refused by name.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RegistryUnavailable, type IntegrationEvent } from '../integration/integration-event.js';
import { integrationEventsOf } from '../integration/integration-events.js';
import { publicTypes, schemaUri, type PublicType } from '../integration/public-events.js';
import { placedExample, storedExamples } from '../test/stored-examples.js';
import { createDeserialise } from './deserialise.js';
import { openSchemaRegistry } from './schema-registry.js';
import { avroType, readSchemas } from './schemas.js';
import { createSerialise, type SerialiseOptions } from './serialise.js';
import { SchemaRefused, Undeserialisable, Unserialisable } from './unserialisable.js';

const schemas = readSchemas();
const json: SerialiseOptions = { schemas, format: 'json', registry: null };
const avro: SerialiseOptions = { schemas, format: 'avro', registry: null };

/** One event of each public type. */
async function examples(): Promise<readonly IntegrationEvent[]> {
  const published: IntegrationEvent[] = [];
  for (const event of storedExamples())
    published.push(...(await integrationEventsOf(event, () => Promise.resolve([placedExample()]))));
  return published;
}

const received = (event: IntegrationEvent, headers: Readonly<Record<string, string>>, value: Buffer) => ({
  value,
  headers: {
    ...headers,
    ce_id: event.id,
    ce_time: event.time,
    ce_subject: event.subject,
    ce_dataschema: event.dataSchema,
  },
});

async function thereAndBack(event: IntegrationEvent, options: SerialiseOptions) {
  const { value, headers } = await createSerialise(options)(event);
  return createDeserialise(schemas, options.registry)(received(event, headers, value));
}

const example = async (type: PublicType): Promise<IntegrationEvent> => {
  const found = (await examples()).find((event) => event.type === type);
  if (found === undefined) throw new Error(`no example of ${type}`);
  return found;
};

/** A total far above what the shop allows: 64 bits stay exact on the wire. */
const largest = 2n ** 53n + 1n;
const withTotal = (event: IntegrationEvent, minor: unknown): IntegrationEvent => ({
  ...event,
  data: { ...event.data, total: { minor, currency: 'GBP' } },
});

test('the schemas that are written are the newest of `.avro/`, and every type has one', () => {
  const written = Object.entries(publicTypes).map(([type, { version }]) => [type, version]);
  expect(written.sort()).toEqual(schemas.types.map((type) => [type, schemas.newest(type)]).sort());
});

describe.each([
  ['JSON', json],
  ['Avro', avro],
])('in %s', (_, options) => {
  test('every public event comes back as it was', async () => {
    const events = await examples();
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(Object.keys(publicTypes)));
    for (const event of events) {
      const { id, type, subject, time, data } = event;
      expect(await thereAndBack(event, options)).toEqual({ id, type, subject, time, data });
    }
  });

  test('a number of 64 bits is exact', async () => {
    const event = withTotal(await example('order.paid'), largest);
    expect(await thereAndBack(event, options)).toMatchObject({ data: { total: { minor: largest } } });
  });

  test('a replay gives the same bytes', async () => {
    const serialise = createSerialise(options);
    for (const event of await examples()) {
      const [once, again] = [await serialise(event), await serialise(structuredClone(event))];
      expect(again).toEqual(once);
    }
  });

  test.each([
    ['has a number that is no bigint', { orderId: 'o', total: { minor: 1, currency: 'GBP' } }, 'total.minor'],
    [
      'has a number of more than 64 bits',
      { orderId: 'o', total: { minor: 2n ** 63n, currency: 'GBP' } },
      'total.minor',
    ],
    ['misses a field', { orderId: 'o' }, 'total'],
    [
      'has a field that the contract does not have',
      { orderId: 'o', total: { minor: 1n, currency: 'GBP' }, name: 'Ada' },
      'the event',
    ],
  ])('what %s is refused with the name of the field', async (_name, data, field) => {
    const event = { ...(await example('order.paid')), data };
    const serialise = createSerialise(options);
    expect(() => serialise(event)).toThrow(Unserialisable);
    expect(() => serialise(event)).toThrow(`urn:holdfast:schema:order.paid:1: ${field}`);
  });

  test('an event without a schema is refused', async () => {
    const event = { ...(await example('order.paid')), dataSchema: schemaUri('order.paid', 99) };
    expect(() => createSerialise(options)(event)).toThrow(Unserialisable);
  });
});

describe('a consumer', () => {
  const deserialise = createDeserialise(schemas, null);
  const head = { ce_id: 'e', ce_time: '2026-01-01T00:00:00.000Z', 'content-type': 'application/json' };

  const newerInRegistry = {
    'content-type': 'application/vnd.confluent.avro',
    ce_dataschema: schemaUri('order.held', 2),
  };

  test('ignores a type that it does not know, and a field that it does not know', async () => {
    const unknown = {
      value: Buffer.from('{}'),
      headers: { ...head, ce_dataschema: schemaUri('order.praised', 1) },
    };
    expect(await deserialise(unknown)).toBeNull();
    const newer = {
      value: Buffer.from('{"orderId":"o","colour":"red"}'),
      headers: { ...head, ce_dataschema: schemaUri('order.held', 2) },
    };
    expect(await deserialise(newer)).toMatchObject({ type: 'order.held', data: { orderId: 'o' } });
  });

  test.each([
    ['is no JSON', '{', {}],
    ['misses a field', '{}', {}],
    ['has a text where a number belongs', '{"orderId":1}', {}],
    ['has no known format', '{"orderId":"o"}', { 'content-type': 'text/xml' }],
    ['is not by this program', '{"orderId":"o"}', { ce_dataschema: 'urn:other' }],
    ['is in a registry that is not set', '\0\0\0\0\x01x', newerInRegistry],
  ])('refuses by name what %s', async (_, text, headers) => {
    const record = {
      value: Buffer.from(text),
      headers: { ...head, ce_dataschema: schemaUri('order.held', 1), ...headers },
    };
    await expect(deserialise(record)).rejects.toThrow(Undeserialisable);
  });

  test('takes the default for a field that the writer did not have yet', async () => {
    const value = Buffer.from('{"orderId":"o","method":"WALLET","code":"insufficient_funds"}');
    const record = { value, headers: { ...head, ce_dataschema: schemaUri('payment.fail', 1) } };
    expect(await deserialise(record)).toMatchObject({ data: { attempt: null } });
  });
});

describe('with a registry', () => {
  let server: Server;
  let url: string;
  let asked: string[];
  let ids: Map<string, number>;
  let answer: { readonly status: number; readonly body: object } | null;

  beforeEach(async () => {
    asked = [];
    ids = new Map();
    answer = null;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim());
        const { status, body } = answer ?? handled(String(request.url), Buffer.concat(chunks).toString());
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function handled(path: string, body: string) {
    const id = /^\/schemas\/ids\/(\d+)$/.exec(path)?.[1];
    if (id !== undefined) {
      const [schema] = [...ids].find(([, known]) => known === Number(id)) ?? [];
      return schema === undefined
        ? { status: 404, body: { error_code: 40403, message: 'Schema not found' } }
        : { status: 200, body: { schema } };
    }
    const { schema } = JSON.parse(body) as { schema: string };
    if (!ids.has(schema)) ids.set(schema, 256 + ids.size);
    return { status: 200, body: { id: ids.get(schema) } };
  }
  const options = (): SerialiseOptions => ({ ...avro, registry: openSchemaRegistry(url) });

  test('events are in Confluent’s wire format, under topic and record name', async () => {
    const event = await example('order.paid');
    const { value, headers } = await createSerialise(options())(event);
    expect([...value.subarray(0, 5)]).toEqual([0, 0, 0, 1, 0]);
    expect(headers['content-type']).toBe('application/vnd.confluent.avro');
    expect(asked).toEqual(['POST /subjects/order-events-holdfast.OrderPaid/versions']);
    expect(value.subarray(5)).toEqual((await createSerialise(avro)(event)).value);
  });

  test('a schema is asked for once', async () => {
    const serialise = createSerialise(options());
    const event = await example('order.paid');
    await serialise(event);
    await serialise(event);
    expect(asked).toHaveLength(1);
  });

  test('every public event comes back as it was, also with 64 bits', async () => {
    for (const event of await examples()) {
      const { id, type, subject, time, data } = event;
      expect(await thereAndBack(event, options())).toEqual({ id, type, subject, time, data });
    }
    const event = withTotal(await example('order.paid'), largest);
    expect(await thereAndBack(event, options())).toMatchObject({ data: { total: { minor: largest } } });
  });

  test('a consumer reads what another version of the schema wrote', async () => {
    const newer = { ...(schemas.find('order.held', 1)?.schema as object) } as { fields: object[] };
    newer.fields = [...newer.fields, { name: 'colour', type: 'string', default: 'red' }];
    ids.set(JSON.stringify(newer), 700);
    const head = Buffer.from([0, 0, 0, 700 >> 8, 700 & 255]);
    const value = Buffer.concat([head, avroType(newer as never).toBuffer({ orderId: 'o', colour: 'blue' })]);
    const event = { ...(await example('order.held')), dataSchema: schemaUri('order.held', 2) };
    const record = received(event, { 'content-type': 'application/vnd.confluent.avro' }, value);
    const read = await createDeserialise(schemas, options().registry)(record);
    expect(read).toMatchObject({ type: 'order.held', data: { orderId: 'o' } });
  });

  test('a user and a password go along as basic authentication', async () => {
    const registry = openSchemaRegistry(url.replace('//', '//ada:p%40ss@'));
    await registry.idOf('s', '"string"');
    expect(asked).toEqual([`POST /subjects/s/versions Basic ${Buffer.from('ada:p@ss').toString('base64')}`]);
  });

  test('an incompatible schema is refused for good, in the words of the registry', async () => {
    answer = { status: 409, body: { error_code: 409, message: 'incompatible with an earlier schema' } };
    const event = await example('order.paid');
    const refused = createSerialise(options())(event);
    await expect(refused).rejects.toThrow(SchemaRefused);
    await expect(createSerialise(options())(event)).rejects.toThrow('incompatible with an earlier schema');
    await expect(createSerialise(options())(event)).rejects.toBeInstanceOf(Unserialisable);
  });

  test.each([401, 403, 429, 500, 503])('that answers %i is away, and is asked again', async (status) => {
    answer = { status, body: {} };
    const serialise = createSerialise(options());
    const event = await example('order.paid');
    await expect(serialise(event)).rejects.toThrow(RegistryUnavailable);
    answer = null;
    expect((await serialise(event)).value[0]).toBe(0);
  });

  test('that can not be reached, or sends an unknown reply, counts as away', async () => {
    const event = await example('order.paid');
    const nowhere = openSchemaRegistry('http://127.0.0.1:1');
    await expect(createSerialise({ ...avro, registry: nowhere })(event)).rejects.toThrow(RegistryUnavailable);
    answer = { status: 200, body: { hello: 'world' } };
    await expect(createSerialise(options())(event)).rejects.toThrow(RegistryUnavailable);
  });

  test('a version that the consumer has needs no registry, which may have lost it', async () => {
    const event = await example('order.held');
    const { value, headers } = await createSerialise(options())(event);
    ids.clear();
    const read = createDeserialise(schemas, null)(received(event, headers, value));
    expect(await read).toMatchObject({ type: 'order.held', data: event.data });
  });

  test('an event whose schema is unknown everywhere can’t be read', async () => {
    const event = { ...(await example('order.held')), dataSchema: schemaUri('order.held', 2) };
    const record = received(
      event,
      { 'content-type': 'application/vnd.confluent.avro' },
      Buffer.from([0, 0, 0, 0, 9, 2, 111]),
    );
    const read = createDeserialise(schemas, options().registry)(record);
    await expect(read).rejects.toThrow(Undeserialisable);
  });
});
