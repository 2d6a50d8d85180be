// Published examples of every version of every public type, as JSON on the wire. They are in the documentation, and they
// show that neither the mapping nor a consumer forgets an older version.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { createDeserialise } from '../serialisation/deserialise.js';
import { readSchemas } from '../serialisation/schemas.js';
import { createSerialise } from '../serialisation/serialise.js';
import { placedExample, storedExamples } from '../test/stored-examples.js';
import { integrationEventsOf } from './integration-events.js';
import { publicTypes, schemaUri } from './public-events.js';

const folder = new URL('../../test/published/', import.meta.url);
const schemas = readSchemas();
const published = (file: string): string => readFileSync(new URL(file, folder), 'utf8');

describe.each(Object.entries(publicTypes))('%s', (type, { version }) => {
  test('is published as its example says', async () => {
    const serialise = createSerialise({ schemas, format: 'json', registry: null });
    for (const stored of storedExamples()) {
      const events = await integrationEventsOf(stored, () => Promise.resolve([placedExample()]));
      const event = events.find((one) => one.type === type);
      if (event === undefined) continue;
      const { value } = await serialise(event);
      expect(value.toString()).toBe(JSON.stringify(JSON.parse(published(`${type}.v${version}.json`))));
      return;
    }
    throw new Error(`no stored event gives ${type}`);
  });
});

test.each(readdirSync(folder))('%s can still be read', async (file) => {
  const { type = '', version } = /^(?<type>.+)\.v(?<version>\d+)\.json$/.exec(file)?.groups ?? {};
  const headers = {
    'content-type': 'application/json',
    ce_id: 'e',
    ce_time: '2026-01-01T12:00:00.000Z',
    ce_dataschema: schemaUri(type, Number(version)),
  };
  const read = await createDeserialise(schemas, null)({ value: Buffer.from(published(file)), headers });
  expect(read?.type).toBe(type);
});
