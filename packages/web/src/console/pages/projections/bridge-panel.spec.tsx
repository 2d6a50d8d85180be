// The bridge on the console's page, in each of its states.
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterContextProvider,
} from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Client, fetchExchange, Provider } from 'urql';
import type { BridgeQuery } from '../../generated/graphql.js';
import { BridgePanel } from './bridge-panel.js';

type Bridge = NonNullable<BridgeQuery['bridge']>;
type Reply = { readonly data: BridgeQuery } | { readonly errors: readonly { readonly message: string }[] };

const running: Bridge = {
  ...{ consumer: 'reactor-bridge', position: '0000000000000120', parked: 2, runsHere: true },
  ...{ caughtUp: true, lagEvents: 0, lagMs: 0 },
  ...{ delivery: 'EXACTLY_ONCE', format: 'AVRO_WITH_REGISTRY', fault: null, lastError: null },
};
const behind: Bridge = { ...running, caughtUp: false, lagEvents: 1200, lagMs: 61_000 };
const elsewhere: Bridge = { ...behind, runsHere: false, lagEvents: null, delivery: null, format: null };

/** Shows the panel to an operator. The shop gives one reply after the other, the last one again. */
function shown(...replies: readonly (Reply | Promise<Reply>)[]): void {
  let asked = 0;
  const client = new Client({
    url: 'http://shop.test/graphql',
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetch: async () => {
      const reply = await replies[Math.min(asked++, replies.length - 1)];
      const headers = { get: () => 'application/json' };
      return {
        status: 200,
        headers,
        text: () => Promise.resolve(JSON.stringify(reply)),
      } as unknown as Response;
    },
  });
  const router = createRouter({ routeTree: createRootRoute(), history: createMemoryHistory() });
  render(
    <RouterContextProvider router={router}>
      <Provider value={client}>
        <BridgePanel everyMs={60_000} />
      </Provider>
    </RouterContextProvider>,
  );
}

/** The cells of the one row, by the names of their columns. */
async function row(): Promise<Readonly<Record<string, string | null>>> {
  const cells = await screen.findAllByRole('cell');
  const names = screen.getAllByRole('columnheader').map(({ textContent }) => textContent);
  return Object.fromEntries(cells.map(({ textContent }, n) => [names[n] ?? '', textContent]));
}

afterEach(cleanup);

describe('the panel of the bridge', () => {
  test('before the shop has replied › says that it is loading, and shows no state', () => {
    shown(new Promise<Reply>(() => undefined));
    expect(screen.getByRole('status').textContent).toBe('Loading …');
    expect(screen.queryByRole('table')).toBeNull();
  });

  test('when the shop fails › says why, and loads again when it is asked to', async () => {
    shown({ errors: [{ message: 'the read models are away' }] }, { data: { bridge: running } });
    expect((await screen.findByRole('alert')).textContent).toMatch(/the read models are away/);
    expect(screen.queryByRole('table')).toBeNull();
    fireEvent.click(screen.getByText('Try again'));
    expect(await row()).toMatchObject({ State: 'Running' });
  });

  test('of a shop without a bridge › says so, and which setting starts one', async () => {
    shown({ data: { bridge: null } });
    await screen.findByText('No bridge has run.');
    screen.getByText(/KAFKA_BROKERS/);
    expect(screen.queryByRole('table')).toBeNull();
  });

  test('that has caught up › shows delivery, position and parked events, with a link to those', async () => {
    shown({ data: { bridge: running } });
    expect(await row()).toEqual({
      ...{ State: 'Running', Delivery: 'exactly once, Avro with a registry', Position: '0000000000000120' },
      ...{ Behind: '0', Lag: '0 ms', Parked: '2', 'Last error': '' },
    });
    const parked = screen.getByRole('link', { name: '2' });
    expect(parked.getAttribute('href')).toBe('/parked?consumer=reactor-bridge');
  });

  test('that is behind › shows how many events wait, and for how long', async () => {
    shown({ data: { bridge: { ...behind, delivery: 'AT_LEAST_ONCE', format: 'JSON' } } });
    expect(await row()).toMatchObject({
      ...{ State: 'Catching up', Delivery: 'at least once, JSON', Behind: '1,200', Lag: '1 min 1 s' },
    });
  });

  test('that has never published › shows no position', async () => {
    shown({ data: { bridge: { ...behind, position: null } } });
    expect(await row()).toMatchObject({ Position: 'none' });
  });

  test('that Kafka refuses › is faulted, with the reason', async () => {
    const lastError = 'Kafka at one:9092: it refuses name and password: KAFKA_USERNAME';
    shown({ data: { bridge: { ...behind, fault: 'PASSWORD', lastError } } });
    expect(await row()).toMatchObject({ State: 'Faulted', Behind: '1,200', 'Last error': lastError });
  });

  test('that another process runs › shows that and no state, since its fault is not known', async () => {
    shown({ data: { bridge: elsewhere } });
    expect(await row()).toMatchObject({ State: 'In another process', Delivery: '', Behind: 'yes' });
  });
});
