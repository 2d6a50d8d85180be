// The client on a real registry: scripts/with-registry.sh.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { integrationEventsOf } from '../integration/integration-events.js';
import type { IntegrationEvent } from '../integration/integration-event.js';
import { placedExample, storedExamples } from '../test/stored-examples.js';
import { createDeserialise } from './deserialise.js';
import { openSchemaRegistry } from './schema-registry.js';
import { readSchemas } from './schemas.js';
import { createSerialise, subjectOf } from './serialise.js';
import { SchemaRefused, Undeserialisable } from './unserialisable.js';

const { TEST_REGISTRY_URL: url = '' } = process.env;
const schemas = readSchemas();

/** One event of each stored type, in a topic of its own, so that its subjects are new. */
async function examples(topic: string): Promise<readonly IntegrationEvent[]> {
  const published: IntegrationEvent[] = [];
  for (const event of storedExamples())
    published.push(...(await integrationEventsOf(event, () => Promise.resolve([placedExample()]))));
  return published.map((event) => ({ ...event, topic }));
}

if (url === '') test.skip('SKIPPED: run scripts/with-registry.sh npm run test:acceptance', () => undefined);
else
  describe('a real registry', () => {
    const registry = openSchemaRegistry(url);

    test('takes every public schema, and a consumer without schemas of its own reads with those', async () => {
      const serialise = createSerialise({ schemas, format: 'avro', registry });
      const deserialise = createDeserialise({ ...schemas, find: newestOnly }, registry);
      for (const event of await examples(`topic-${randomUUID()}`)) {
        const { value, headers } = await serialise(event);
        const { id, type, subject, time, data, dataSchema } = event;
        const attributes = { ce_id: id, ce_time: time, ce_subject: subject, ce_dataschema: `${dataSchema}0` };
        const read = await deserialise({ value, headers: { ...headers, ...attributes } });
        expect(read).toEqual({ id, type, subject, time, data });
      }
    });

    /** The version that is read by. Of a later one, such as 10, only the registry knows. */
    const newestOnly: typeof schemas.find = (type, version) =>
      version === schemas.newest(type) ? schemas.find(type, version) : undefined;

    test('gives the same schema of a subject the same id', async () => {
      const subject = subjectOf(`topic-${randomUUID()}`, 'holdfast.OrderHeld');
      const { text = '' } = schemas.find('order.held', 1) ?? {};
      expect(await registry.idOf(subject, text)).toBe(await registry.idOf(subject, text));
    });

    test('that holds a subject compatible refuses a schema that is not', async () => {
      const subject = subjectOf(`topic-${randomUUID()}`, 'holdfast.OrderHeld');
      const { text = '' } = schemas.find('order.held', 1) ?? {};
      await registry.idOf(subject, text);
      await fetch(`${url}/config/${subject}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: '{"compatibility":"FULL_TRANSITIVE"}',
      });
      const schema = JSON.parse(text) as { fields: object[] };
      const other = { ...schema, fields: [...schema.fields, { name: 'colour', type: 'string' }] };
      await expect(registry.idOf(subject, JSON.stringify(other))).rejects.toThrow(SchemaRefused);
    });

    test('has no schema under an id that it never gave', async () => {
      await expect(registry.schemaOf(2_000_000_000)).rejects.toThrow(Undeserialisable);
    });
  });
