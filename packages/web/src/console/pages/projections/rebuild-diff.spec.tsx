// A rebuild on the console's page: the difference before the switch, and the switch with a reason.
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { Client, fetchExchange, Provider } from 'urql';
import { HeldRebuild } from './rebuild-diff.js';

type Sent = { readonly operationName: string; readonly variables: object };

const diff = {
  position: '0000000000000007',
  rebuiltPosition: '0000000000000007',
  servedCount: 40,
  rebuiltCount: 41,
  compared: 42,
  same: 39,
  changed: 1,
  onlyServed: 0,
  onlyRebuilt: 2,
  samples: [
    {
      collection: 'sums',
      id: 'tally-a',
      served: { id: 'tally-a', sum: 99 },
      rebuilt: { id: 'tally-a', sum: 3 },
    },
    { collection: 'sums', id: 'tally-b', served: null, rebuilt: { id: 'tally-b', sum: 5 } },
  ],
};

const shown = (rebuilt: boolean) => {
  const sent: Sent[] = [];
  const done: string[] = [];
  const client = new Client({
    url: 'http://shop.test/graphql',
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetch: (_, init) => {
      const { operationName, variables } = JSON.parse(init?.body as string) as Sent;
      sent.push({ operationName, variables });
      const data =
        operationName === 'RebuildDiff'
          ? { rebuildDiff: diff }
          : { switchProjection: { name: 'sums', state: 'RUNNING', held: false } };
      const text = JSON.stringify({ data });
      const headers = { get: () => 'application/json' };
      return Promise.resolve({
        status: 200,
        headers,
        text: () => Promise.resolve(text),
      } as unknown as Response);
    },
  });
  render(
    <Provider value={client}>
      <HeldRebuild name="sums" rebuilt={rebuilt} onDone={(text) => done.push(text)} />
    </Provider>,
  );
  return { sent, done };
};

beforeAll(() => {
  // jsdom has no dialogs.
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
    this.open = false;
  };
});
afterEach(cleanup);

test('a rebuild that has not caught up can only be abandoned', () => {
  const { sent } = shown(false);
  expect(screen.getAllByRole('button').map(({ textContent }) => textContent)).toContain('Abandon');
  expect(screen.queryByText('Switch')).toBeNull();
  expect(sent).toEqual([]);
});

test('a rebuild that has caught up shows its counts and both sides of each document that differs', async () => {
  shown(true);
  await screen.findByText('3 of 42 documents differ.');
  screen.getByText(/39 same, 1 changed, 0 only in the old, 2 only in the new/);
  screen.getByText('tally-a');
  screen.getByText('not there');
  screen.getByText('99');
});

test('a switch needs a reason, and says that it is done', async () => {
  const { sent, done } = shown(true);
  const [open] = screen.getAllByText('Switch');
  fireEvent.click(open as HTMLElement);
  const submit = () => {
    fireEvent.click(screen.getAllByText('Switch').at(-1) as HTMLElement);
  };
  submit();
  await screen.findByText('Give a reason: it stands in the audit log.');
  fireEvent.change(screen.getAllByLabelText('Reason')[0] as HTMLElement, {
    target: { value: 'it is right' },
  });
  submit();
  await waitFor(() => {
    expect(done).toEqual(['sums is served from its rebuild.']);
  });
  expect(sent.filter(({ operationName }) => operationName !== 'RebuildDiff')).toEqual([
    { operationName: 'SwitchProjection', variables: { name: 'sums', reason: 'it is right' } },
  ]);
});
