// No event is published or left out by accident: the table has every stored type, and the mapping agrees with the table.
import { expect, test } from '@jest/globals';
import { streamCategory } from '@holdfast/kernel';
import { placedExample, storedExamples, storedTypes } from '../test/stored-examples.js';
import { integrationEventsOf } from './integration-events.js';
import { publication, publicCategories } from './publication.js';
import { publicTypes } from './public-events.js';

const rows = new Map(Object.entries(publication));

test('every stored type of ordering, inventory, wallet and payments is public, or has a reason why not', () => {
  expect([...rows.keys()].sort()).toEqual([...storedTypes].sort());
});

test('every public type is made of some stored event', () => {
  const made = new Set([...rows.values()].flatMap((row) => ('as' in row ? row.as : [])));
  expect([...made].sort()).toEqual(Object.keys(publicTypes).sort());
});

test('a stored event gives the events of its row, and one that is not public gives none', async () => {
  for (const event of storedExamples()) {
    const published = await integrationEventsOf(event, () => Promise.resolve([placedExample()]));
    const row = rows.get(event.type);
    const expected = row !== undefined && 'as' in row ? row.as : [];
    expect([event.type, published.map(({ type }) => type)]).toEqual([event.type, expected]);
  }
});

test('all published events come from the categories that the bridge reads', async () => {
  for (const event of storedExamples()) {
    const published = await integrationEventsOf(event, () => Promise.resolve([placedExample()]));
    if (published.length > 0) expect(publicCategories).toContain(streamCategory(event.stream));
  }
});

test('no name, address or free text of the stored events gets out', async () => {
  const secrets = [
    'Ada',
    'Lovelace',
    'St James',
    'London',
    'SW1Y',
    'HF0000',
    'tok_',
    'staff:',
    'Ordered twice',
  ];
  for (const event of storedExamples()) {
    const published = await integrationEventsOf(event, () => Promise.resolve([placedExample()]));
    const text = JSON.stringify(published, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    for (const secret of secrets) expect(text).not.toContain(secret);
  }
});
