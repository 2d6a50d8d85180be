// The form that asks to send goods back: what it sends, once for each intent, and the errors at their fields.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { Client, fetchExchange, Provider } from 'urql';
import { chosenLocale } from '../words/words.js';
import { AskReturn } from './ask-return.js';
import { GivenBack } from './given-back.js';
import { unitsToAskFor } from './units-back.js';
import type { LiveOrder } from './use-order.js';

type Shown = Pick<LiveOrder, 'id' | 'code' | 'status' | 'lines' | 'returns' | 'returnRequests'>;

const eur = (amount: string) => ({ amount, currency: 'EUR', __typename: 'Money' as const });
const line = (sku: string, name: string, quantity: number) => ({
  ...{ sku, name, quantity },
  ...{ unitPrice: eur('100'), total: eur('100') },
});
const order: Shown = {
  ...{ id: 'o-1', code: 'ABCD', status: 'DELIVERED' },
  lines: [line('LAMP', 'Oak lamp', 2), line('BOWL', 'Bowl', 1), line('LAMP', 'Oak lamp', 1)],
  ...{ returns: [], returnRequests: [] },
};
const requested = (status: 'OPEN' | 'CAME_BACK' | 'DECLINED', quantity: number) => ({
  ...{ id: `q-${quantity}`, at: '2026-01-02T10:00:00.000Z', status, reason: 'too bright' },
  lines: [{ sku: 'LAMP', quantity: 2 }],
  openLines: quantity === 0 ? [] : [{ sku: 'LAMP', quantity }],
  declineReason: status === 'DECLINED' ? 'it was used' : null,
});

type Sent = {
  readonly idempotencyKey: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly reason: string;
};
let sent: Sent[];
let loaded: number;
/** The next answer of the server; null: it does not answer. */
let answer: ({ readonly __typename: string } & Record<string, unknown>) | null;

const client = (): Client =>
  new Client({
    url: 'http://shop.test/graphql',
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetch: (_, init) => {
      sent.push(
        (JSON.parse(init?.body as string) as { readonly variables: { readonly input: Sent } }).variables
          .input,
      );
      if (answer === null) return Promise.reject(new TypeError('no connection'));
      const body = JSON.stringify({ data: { requestReturn: answer } });
      const headers = { get: () => 'application/json' };
      return Promise.resolve({
        status: 200,
        headers,
        text: () => Promise.resolve(body),
      } as unknown as Response);
    },
  });

beforeEach(() => {
  [sent, loaded, answer] = [[], 0, { __typename: 'OrderSuccess' }];
  sessionStorage.clear();
  chosenLocale.set('en');
});
afterEach(() => {
  cleanup();
  chosenLocale.set('en');
});

function show(shown: Shown = order): void {
  const again = (): void => {
    loaded += 1;
  };
  render(
    <Provider value={client()}>
      <AskReturn order={shown} again={again} />
    </Provider>,
  );
}
const open = (): void => {
  fireEvent.click(screen.getByText('Send something back'));
};
const type = (label: string, value: string): void => {
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
};
const send = (): void => {
  fireEvent.click(screen.getByText('Ask to send back'));
};
function fill(lamps: string): void {
  open();
  type('Oak lamp (of 3)', lamps);
  type('Why?', ' too bright ');
}

describe('asking to send goods back', () => {
  test('sends the units and the reason once, though the button is clicked twice', async () => {
    show();
    fill('2');
    send();
    send();
    await screen.findByText('We have your request. What becomes of it stands here.');
    expect(sent).toEqual([
      {
        ...{ idempotencyKey: 'return:o-1:1', orderId: 'o-1', reason: 'too bright' },
        lines: [{ sku: 'LAMP', quantity: 2 }],
      },
    ]);
    expect(screen.queryByLabelText('Why?')).toBeNull();
  });

  test('uses the key of the next request when there is one', async () => {
    show({ ...order, returnRequests: [requested('OPEN', 2)] });
    open();
    type('Oak lamp (of 1)', '1');
    type('Why?', 'too bright');
    send();
    await waitFor(() => expect(sent).toMatchObject([{ idempotencyKey: 'return:o-1:2' }]));
  });

  test.each([
    ['too many units', '4', 'A whole number from 0 to 3, please.'],
    ['a part of a unit', '1.5', 'A whole number from 0 to 3, please.'],
    ['no unit', '0', 'Say how many have to go back.'],
  ])('sends nothing for %s, and the field has the error', async (_, lamps, error) => {
    show();
    fill(lamps);
    send();
    await screen.findByText(error);
    expect(screen.getByLabelText('Oak lamp (of 3)').getAttribute('aria-invalid')).toBe('true');
    expect(sent).toEqual([]);
  });

  test('sends nothing without a reason, and the field has the error', async () => {
    show();
    open();
    type('Oak lamp (of 3)', '1');
    send();
    await waitFor(() => expect(screen.getByLabelText('Why?').getAttribute('aria-invalid')).toBe('true'));
    expect(sent).toEqual([]);
  });

  test('has the server’s refusal of a line at its field, and loads the order again', async () => {
    answer = { __typename: 'ValidationError', message: 'lines: 1 of LAMP', fields: ['lines.0.quantity'] };
    show();
    fill('3');
    send();
    await screen.findByText('So many can’t go back any more.');
    expect(screen.getByLabelText('Oak lamp (of 3)').getAttribute('aria-invalid')).toBe('true');
    expect(loaded).toBe(1);
  });

  test('keeps what was typed, and the key, when nobody knows whether the request has arrived', async () => {
    answer = null;
    show();
    fill('2');
    send();
    await screen.findByRole('alert');
    expect(screen.getByLabelText<HTMLInputElement>('Oak lamp (of 3)').value).toBe('2');
    answer = { __typename: 'OrderSuccess' };
    send();
    await screen.findByText('We have your request. What becomes of it stands here.');
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['return:o-1:1', 'return:o-1:1']);
  });

  test('says that the order has changed when another request came first', async () => {
    answer = { __typename: 'IdempotencyConflictError', message: 'used before' };
    show();
    fill('2');
    send();
    await screen.findByText('Your order has changed meanwhile. Look at what stands here now.');
    expect(loaded).toBe(1);
  });

  test('is not offered once everything is back or asked for', () => {
    const { container } = render(<p />);
    const returns = [{ ...{ id: 'r', at: '', refund: null }, lines: [{ sku: 'BOWL', quantity: 1 }] }];
    show({ ...order, returns, returnRequests: [requested('OPEN', 3)] });
    expect(container.querySelector('section')).toBeNull();
    expect(screen.queryByText('Send something back')).toBeNull();
  });
});

test('the units to ask for are those of the order less what is back and what is asked for', () => {
  const returns = [{ ...{ id: 'r', at: '', refund: null }, lines: [{ sku: 'BOWL', quantity: 1 }] }];
  const returnRequests = [requested('DECLINED', 0), requested('OPEN', 1)];
  expect(unitsToAskFor({ ...order, returns, returnRequests })).toEqual([
    { sku: 'LAMP', name: 'Oak lamp', left: 2 },
  ]);
});

test.each([
  ['OPEN', 1, 'We wait for 1 × Oak lamp.', 'We wachten op 1 × Oak lamp.'],
  ['CAME_BACK', 0, 'All of it has come back.', 'Alles is teruggekomen.'],
  ['DECLINED', 0, 'We have declined this: it was used', 'We hebben dit afgewezen: it was used'],
] as const)('a request that is %s says so, in the reader’s language', (status, open, english, dutch) => {
  const shown = { ...order, returnRequests: [requested(status, open)] };
  const { unmount } = render(<GivenBack order={shown} />);
  expect(screen.getByText('2 × Oak lamp')).toBeTruthy();
  expect(screen.getByText(english)).toBeTruthy();
  unmount();
  chosenLocale.set('nl');
  render(<GivenBack order={shown} />);
  expect(screen.getByText(dutch)).toBeTruthy();
});
