// A list of the server: loading, failed and empty look different, and its rows hold still while it is read.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { gql } from '@urql/core';
import { Client, fetchExchange, Provider } from 'urql';
import { PagedTable, type Connection } from './paged-table.js';

type Row = { readonly id: string };
type Data = { readonly rows: Connection<Row> };

const document = gql<Data, { readonly after?: string | null }>`
  query Rows($after: String) {
    rows(after: $after) {
      totalCount
    }
  }
`;

/** The rows of the server; null when it can't be reached. */
let rows: readonly string[] | null;

const client = new Client({
  url: 'http://shop.test/graphql',
  preferGetMethod: false,
  exchanges: [fetchExchange],
  fetch: () => {
    if (rows === null) return Promise.reject(new Error('away'));
    const nodes = rows.map((id) => ({ id }));
    const connection = { totalCount: rows.length, nodes, pageInfo: { hasNextPage: false, endCursor: null } };
    const text = JSON.stringify({ data: { rows: connection } });
    const headers = { get: () => 'application/json' };
    return Promise.resolve({
      status: 200,
      headers,
      text: () => Promise.resolve(text),
    } as unknown as Response);
  },
});

const show = () =>
  render(
    <Provider value={client}>
      <PagedTable
        label="Rows"
        document={document}
        variables={{}}
        listOf={(data) => data.rows}
        columns={[{ name: 'Id', cell: ({ id }: Row) => id }]}
        keyOf={({ id }) => id}
        empty="No row is like this."
      />
    </Provider>,
  );
const shown = () => screen.queryAllByRole('cell').map(({ textContent }) => textContent);
/** Lets the answers come, and so much time pass. */
const pass = (ms: number) => act(() => jest.advanceTimersByTimeAsync(ms));
const lookMs = 5_000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  cleanup();
  jest.useRealTimers();
});

describe('a list', () => {
  test('that loads, that can not be loaded, that is empty and that has rows are four things', async () => {
    rows = null;
    show();
    expect(screen.getByText('Loading …')).toBeTruthy();
    await pass(0);
    expect(screen.getByRole('alert').textContent).toContain('This could not be loaded.');
    expect(screen.queryByText('Loading …')).toBeNull();
    expect(screen.queryByText('No row is like this.')).toBeNull();

    rows = [];
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await pass(0);
    expect(screen.getByText('No row is like this.')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('that grows while it is read holds still, shows the number of new rows, and has them on request', async () => {
    rows = ['b', 'a'];
    show();
    await pass(0);
    expect(shown()).toEqual(['b', 'a']);
    rows = ['d', 'c', 'b', 'a'];
    await pass(lookMs);
    expect(shown()).toEqual(['b', 'a']);
    fireEvent.click(screen.getByRole('button', { name: '2 new – show' }));
    await pass(0);
    expect(shown()).toEqual(['d', 'c', 'b', 'a']);
    expect(screen.queryByRole('button', { name: /show$/ })).toBeNull();
  });

  test('that the server can not be asked about any more keeps its rows', async () => {
    rows = ['b', 'a'];
    show();
    await pass(0);
    rows = null;
    await pass(lookMs);
    expect(shown()).toEqual(['b', 'a']);
  });
});
