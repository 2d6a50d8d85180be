// The order of an index over strings, and over values of different types.
import { expect, test } from '@jest/globals';
import { item, put, type Rig } from './rig.js';

export function describeSorting(rig: Rig): void {
  const { write, find, found, pages } = rig;

  test('strings are listed in the order of their code points', async () => {
    const ordered = ['', 'A', 'a', 'a\0', 'a b', 'aa', 'b', 'ü', '\uFFFD', '\u{1F600}'];
    await write(...ordered.map((owner, n) => put(item(`${99 - n}`, { owner, rank: 1 }))));
    const page = await find({ index: 'byOwner', limit: 100 });
    expect(page.items.map(({ document }) => document['owner'])).toEqual(ordered);
  });

  test('values of different types are listed booleans first, then numbers, then strings', async () => {
    const ordered = [
      ...[false, true],
      ...[-1e300, -5_000_000_000, -2, -1.5, -1e-9, 0, 1e-9, 0.5, 1, 2, 10, 2 ** 53 - 1, 1e300],
      ...['', '-1', '0', '10', '2', 'false', 'n'],
    ];
    await write(...ordered.map((rank, n) => put(item(`${99 - n}`, { rank }))));
    for (const order of ['ascending', 'descending'] as const) {
      const listed = await pages({ index: 'byRank', limit: 3, order });
      const expected = ordered.map((_, n) => `${99 - n}`);
      expect(listed.flat()).toEqual(order === 'ascending' ? expected : expected.reverse());
    }
    for (const [n, rank] of ordered.entries()) {
      expect(await found({ index: 'byRank', equals: [rank] })).toEqual([`${99 - n}`]);
    }
  });
}
