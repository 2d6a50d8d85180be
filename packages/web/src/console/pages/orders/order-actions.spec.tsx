// The actions that staff see: only those that the order's state and their roles allow.
import { afterEach, describe, expect, test } from '@jest/globals';
import { cleanup, render, screen } from '@testing-library/react';
import { SessionProvider } from '../../../shared/api/provider.js';
import { createSession, type Ask } from '../../../shared/api/session.js';
import type { Role } from '../../../shared/generated/graphql.js';
import type { ActionableFragment } from '../../generated/graphql.js';
import { runOf } from '../compare/run.js';
import { leftToReturn } from './giving-back.js';
import { OrderActions } from './order-actions.js';

const gbp = (amount: string) => ({ amount, currency: 'GBP', __typename: 'Money' as const });
const shipped: ActionableFragment = {
  id: 'o-1',
  status: 'SHIPPED',
  nextActions: [],
  total: gbp('600'),
  payment: { amount: gbp('600'), refunded: gbp('0') },
  lines: [
    { sku: 'LAMP', name: 'Lamp', quantity: 2 },
    { sku: 'BOWL', name: 'Bowl', quantity: 1 },
  ],
  shipments: [
    { id: 'o-1', carrier: 'Post', trackingNumber: 'T1', labelUrl: '/orders/o-1/label.pdf', scans: [] },
  ],
  returns: [],
  returnRequests: [],
};
const back = (sku: string, quantity: number) => ({
  id: `${sku} ${quantity}`,
  at: '2026-01-01T00:00:00.000Z',
  lines: [{ sku, quantity }],
  refund: null,
});

const asked = (quantity: number) => ({
  ...{ id: `q-${quantity}`, at: '2026-01-01T00:00:00.000Z', status: 'OPEN' as const },
  ...{ reason: 'too bright', declineReason: null },
  lines: [{ sku: 'LAMP', quantity: 2 }],
  openLines: quantity === 0 ? [] : [{ sku: 'LAMP', quantity }],
});

async function shownTo(roles: readonly Role[], order: ActionableFragment): Promise<readonly string[]> {
  const user = { id: 's', email: 's@example.com', name: 'S', roles };
  const tokens = { accessToken: '', refreshToken: 'r', expiresAt: '' };
  const ask = (() =>
    Promise.resolve({ login: { __typename: 'Session', ...tokens, user } })) as unknown as Ask;
  const session = createSession({
    ask,
    now: () => 0,
    storage: sessionStorage,
    oneAtATime: (_, work) => work(),
  });
  await session.signIn('s@example.com', 'p');
  cleanup();
  render(
    <SessionProvider session={session} waiting={null}>
      <OrderActions order={order} again={() => undefined} />
      <p>there</p>
    </SessionProvider>,
  );
  await screen.findByText('there');
  // A dialog that is not open is hidden, and so are the buttons in it.
  return screen
    .queryAllByRole('button')
    .filter((button) => button.closest('dialog') === null)
    .map(({ textContent }) => textContent);
}

afterEach(() => {
  cleanup();
  sessionStorage.clear();
});

describe('what staff can do', () => {
  test('follows the order’s state on the server', async () => {
    const order = { ...shipped, nextActions: ['SCAN', 'DELIVER', 'REFUND'] as const };
    expect(await shownTo(['WAREHOUSE', 'SUPPORT'], order)).toEqual([
      'Label (PDF)',
      'Scan',
      'Take back',
      'Refund',
    ]);
  });

  test('is nothing for operators of a shipped order', async () => {
    expect(await shownTo(['OPERATOR'], shipped)).toEqual([]);
  });

  test('has no return once everything came back', async () => {
    const returns = [back('LAMP', 2), back('BOWL', 1)];
    expect(await shownTo(['WAREHOUSE'], { ...shipped, returns })).toEqual(['Label (PDF)']);
  });

  test('is to decline what the customer asked to send back, also for support', async () => {
    const order = { ...shipped, returnRequests: [asked(1)] };
    expect(await shownTo(['SUPPORT'], order)).toEqual(['Decline return']);
    const two = { ...shipped, returnRequests: [asked(1), { ...asked(2), id: 'q-other' }] };
    expect(await shownTo(['SUPPORT'], two)).toEqual([
      'Decline return of 1 × LAMP',
      'Decline return of 2 × LAMP',
    ]);
    const done = { ...shipped, returnRequests: [{ ...asked(0), status: 'CAME_BACK' as const }] };
    expect(await shownTo(['SUPPORT'], done)).toEqual([]);
  });

  test('is to take back, with the units and the reason that the customer gave', async () => {
    await shownTo(['WAREHOUSE'], { ...shipped, returnRequests: [asked(2)] });
    const valueOf = (label: string) => screen.getByLabelText<HTMLInputElement>(label).value;
    expect([valueOf('Lamp (of 2)'), valueOf('Bowl (of 1)')]).toEqual(['2', '0']);
    expect(screen.getAllByLabelText<HTMLInputElement>('Reason')[0]?.value).toBe('too bright');
  });

  test('is to approve or reject an order that waits for a person', async () => {
    const order = { ...shipped, status: 'UNDER_REVIEW' as const, nextActions: ['REVIEW', 'CANCEL'] as const };
    expect(await shownTo(['SUPPORT'], { ...order, shipments: [] })).toEqual(['Approve', 'Reject', 'Cancel']);
  });
});

test('the returnable units are the shipped ones less the returned ones, part by part', () => {
  const returns = [back('LAMP', 1), back('BOWL', 1)];
  expect(leftToReturn({ lines: shipped.lines, returns })).toEqual([
    { sku: 'LAMP', name: 'Lamp', quantity: 1 },
  ]);
});

test('the returnable units of a product in two lines are counted once', () => {
  const lines = [2, 1].map((quantity) => ({ sku: 'LAMP', name: 'Lamp', quantity }));
  expect(leftToReturn({ lines, returns: [back('LAMP', 1)] })).toEqual([
    { sku: 'LAMP', name: 'Lamp', quantity: 2 },
  ]);
});

test('a run shows its duration, and the processes that decided', () => {
  const at = (stream: string, second: number) => ({
    stream,
    createdAt: `2026-01-01T00:00:0${second}.000Z`,
  });
  expect(
    runOf([at('order-1', 1), at('paymentpolicy-1', 2), at('orderingpolicy-1', 2), at('paymentpolicy-1', 4)]),
  ).toEqual({
    tookMs: 3_000,
    deciders: [
      { name: 'paymentpolicy', decisions: 2 },
      { name: 'orderingpolicy', decisions: 1 },
    ],
  });
  expect(runOf([])).toEqual({ tookMs: 0, deciders: [] });
});
