// Every catalogue has every text, with the same arguments.
import { expect, test } from '@jest/globals';
import { en } from './en.js';
import { nl } from './nl.js';

type Tree = { readonly [name: string]: unknown };

const leaves = (tree: Tree, path = ''): readonly (readonly [string, unknown])[] =>
  Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? leaves(value as Tree, `${path}${name}.`)
      : [[`${path}${name}`, value] as const],
  );

test('a catalogue has every text, and none is empty', () => {
  const dutch = new Map(leaves(nl));
  for (const [path, value] of leaves(en)) {
    const other = dutch.get(path);
    expect([path, typeof other]).toEqual([path, typeof value]);
    if (typeof value === 'function') expect([path, (other as Tree)['length']]).toEqual([path, value.length]);
    else expect([path, other === '']).toEqual([path, false]);
  }
  expect(dutch.size).toBe(leaves(en).length);
});
