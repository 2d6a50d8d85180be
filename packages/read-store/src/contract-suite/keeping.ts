// Documents are read back as they were stored, with any content, also after the store is opened again.
import { expect, test } from '@jest/globals';
import { idsOf, item, oddStrings, put, removed, type Item, type Rig } from './rig.js';

/** False for a field name that msgpackr, of the embedded store, refuses, to protect prototypes. */
const isField = (text: string): boolean => text !== '__proto__';

export function describeKeeping(rig: Rig): void {
  const { write, get, find, found, pages } = rig;

  test('strings of any content and length are stored, found, paged and removed', async () => {
    await write(...oddStrings.map((text) => put(item(text, { owner: text, rank: 1 }))));
    expect(await rig.store.getMany('items', oddStrings)).toEqual(
      oddStrings.map((text) => ({ id: text, owner: text, rank: 1 })),
    );
    for (const text of oddStrings) {
      expect(await found({ index: 'byOwner', equals: [text] })).toEqual([text]);
      expect(await rig.store.count('items', { index: 'byOwner', equals: [text] })).toBe(1);
    }
    expect((await pages({ index: 'byOwner', limit: 1 })).flat().sort()).toEqual([...oddStrings].sort());
    expect((await pages({ limit: 2, order: 'descending' })).flat().sort()).toEqual([...oddStrings].sort());

    await write(...oddStrings.map((text) => put(item(text, { owner: 'nobody', rank: 1 }))));
    for (const text of oddStrings) expect(await found({ index: 'byOwner', equals: [text] })).toEqual([]);
    await write(...oddStrings.map((text) => removed(text)));
    expect(await rig.store.count('items')).toBe(0);
    expect(await rig.store.count('items', { index: 'byOwner' })).toBe(0);
  });

  test('a document of any JSON is read back equal', async () => {
    const document: Item = {
      id: 'a',
      ...Object.fromEntries(oddStrings.filter(isField).map((text) => [text, { [text]: [text] }])),
      numbers: [0, -1, 0.1, 1e300, 2 ** 53 - 1, -(2 ** 31), 2 ** 31],
      nested: [[[], {}], [[null, true, { $set: { 'a.b': 1 } }]]],
      json: '{"id":"b"}',
      keys: { rank: 1 },
      _id: 'b',
      v: { entry: 1e9 },
    };
    await write(put(document));
    expect(await get('a')).toEqual(document);
    expect((await find({ limit: 1 })).items[0]?.document).toEqual(document);
  });

  test('everything is there after it is opened again', async () => {
    const documents = Array.from({ length: 100 }, (_, n) =>
      item(`i${n}`, { rank: n, [`field${n % 40}`]: { [`inner${n % 50}`]: n } }),
    );
    await write(...documents.map((document) => put(document)));
    const { cursor = '' } = (await find({ index: 'byRank', limit: 10 })).items.at(-1) ?? {};

    await rig.reopen();
    expect(await rig.store.checkpoint('writer')).toBe(rig.position);
    expect(
      await rig.store.getMany(
        'items',
        documents.map(({ id }) => id),
      ),
    ).toEqual(documents);
    expect(idsOf(await find({ index: 'byRank', after: cursor, limit: 2 }))).toEqual(['i10', 'i11']);
    await write(put(item('i0', { rank: 1_000 })));
    expect(await found({ index: 'byRank', equals: [0] })).toEqual([]);
  });
}
