// The cost of operations: with their variables and page sizes multiplied out, however the query is written.
import { expect, describe, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { costOf } from './query-cost.js';

const schema = buildSchema(`
  type Query { things(first: Int! = 20, last: Int): ThingConnection! thing: Thing some: [Thing!]! }
  type ThingConnection { nodes: [Thing!]! edges: [ThingEdge!]! totalCount: Int! }
  type ThingEdge { node: Thing! }
  type Thing { id: ID! name: String! parts(first: Int, last: Int): ThingConnection! tags: [String!]! }
`);
const cost = (query: string, variables = {}) => costOf(schema, parse(query), variables, null);

describe('the cost of an operation', () => {
  test.each([
    ['a field', '{ thing { id } }', {}, 2],
    ['a page of the size that the schema gives it', '{ things { nodes { id } } }', {}, 1 + 20 * 2],
    ['a page of a literal size', '{ things(first: 5) { nodes { id } totalCount } }', {}, 1 + 5 * 3],
    [
      'a page whose size is a variable',
      'query ($n: Int!) { things(first: $n) { nodes { id } } }',
      { n: 7 },
      15,
    ],
    ['a variable with a default', 'query ($n: Int! = 3) { things(first: $n) { nodes { id } } }', {}, 7],
    ['a page of no size', '{ thing { parts { nodes { id } } } }', {}, 2 + 100 * 2],
    ['a page from the end', '{ thing { parts(last: 4) { nodes { id } } } }', {}, 2 + 4 * 2],
    [
      'pages inside pages',
      '{ things(first: 100) { nodes { parts(first: 100) { nodes { id } } } } }',
      {},
      20_201,
    ],
    ['a list without pages', '{ some { id name } }', {}, 1 + 10 * 2],
    ['aliases, each', '{ a: thing { id } b: thing { id } }', {}, 4],
    ['an inline fragment', '{ thing { ... on Thing { id name } } }', {}, 3],
    ['what is skipped: nothing', 'query ($s: Boolean!) { thing { id @skip(if: $s) name } }', { s: true }, 2],
    ['what is not included: nothing', '{ thing { id name @include(if: false) } }', {}, 2],
    ['an empty page: as one of one', '{ things(first: 0) { nodes { id } } }', {}, 3],
  ])('counts %s', (_, query, variables, expected) => {
    expect(cost(query, variables)).toBe(expected);
  });

  test('counts fragments that spread each other wherever they are used, without exponential work', () => {
    const doubling = Array.from(
      { length: 60 },
      (_, n) => `fragment f${n} on Thing { ...f${n + 1} ... on Thing { ...f${n + 1} } }`,
    );
    const query = `{ thing { ...f0 } } ${doubling.join('\n')} fragment f60 on Thing { id }`;
    expect(cost(query)).toBe(1 + 2 ** 60);
  });

  test('is unknown when variables are not valid for their types', () => {
    expect(cost('query ($n: Int!) { things(first: $n) { nodes { id } } }', { n: 'many' })).toBeNull();
  });
});
