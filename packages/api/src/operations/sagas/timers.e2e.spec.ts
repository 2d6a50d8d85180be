// Deadlines that an operator moves, for both kinds of coordination.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { startRig, type Rig } from '../../test/rig.js';
import { address, openShop, type Shop } from '../../test/shop.js';

let rig: Rig;
let shop: Shop;

beforeAll(async () => {
  rig = await startRig();
  shop = await openShop(rig);
});
afterAll(() => rig.stop());

/** An order that waits for its payment, with its reservation's deadline armed. */
async function waiting(coordination: string): Promise<{ readonly id: string; readonly token: string }> {
  const sku = await shop.product(200, 5);
  const { token } = await shop.customer(1000);
  const more = { coordination, paymentMode: 'ON_CONFIRMATION', waitFor: 'RESERVED' };
  const { order } = await shop.place(token, { lines: [{ sku, quantity: 1 }], ...more });
  await eventually(async () => expect((await timerOf(order.id))?.state).toBe('ARMED'));
  return { id: order.id, token };
}

type Timer = {
  readonly id: string;
  readonly orderId: string;
  readonly kind: string;
  readonly dueAt: string;
  readonly state: string;
};

async function timerOf(orderId: string): Promise<Timer | undefined> {
  const { data } = await rig.ask(
    '{ timers(first: 100) { nodes { id orderId kind dueAt state } } }',
    {},
    shop.operator,
  );
  return (data.timers.nodes as readonly Timer[]).find((timer) => timer.orderId === orderId);
}

const move = async (orderId: string, more: object = {}, token = shop.operator) => {
  const { data } = await rig.ask(
    `mutation ($input: MoveTimerInput!) {
      moveTimer(input: $input) { __typename ... on ErrorResult { message } ... on ValidationError { fields } }
    }`,
    { input: { idempotencyKey: 'm1', orderId, kind: 'reservation', reason: 'rang us', ...more } },
    token,
  );
  return data.moveTimer as { readonly __typename: string };
};

const status = async (id: string, token: string): Promise<string> =>
  (await rig.ask('query ($id: ID!) { order(id: $id) { status } }', { id }, token)).data.order.status;

describe.each(['ORCHESTRATION', 'CHOREOGRAPHY'])('%s › a deadline', (coordination) => {
  test('that an operator fires ends the reservation at once, and the audit log says who and why', async () => {
    const { id, token } = await waiting(coordination);
    expect(await move(id)).toMatchObject({ __typename: 'SagaSuccess' });
    await eventually(async () => expect(await status(id, token)).toBe('CANCELLED'), { timeoutMs: 20_000 });
    expect(await move(id)).toMatchObject({ __typename: 'SagaSuccess' });
    const { data } = await rig.ask(
      'query ($subject: String) { auditLog(subject: $subject) { nodes { actor action reason } } }',
      { subject: `order-${id}` },
      shop.operator,
    );
    expect(data.auditLog.nodes).toEqual([
      { actor: expect.stringMatching(/^staff:/), action: 'DeadlineMoveRequested', reason: 'rang us' },
    ]);
  }, 60_000);

  test('that is brought forward is due then', async () => {
    const { id } = await waiting(coordination);
    const before = await timerOf(id);
    const dueAt = new Date(Date.parse(before?.dueAt ?? '') - 60_000).toISOString();
    expect(await move(id, { dueAt })).toMatchObject({ __typename: 'SagaSuccess' });
    await eventually(async () => expect(await timerOf(id)).toMatchObject({ state: 'ARMED', dueAt }));
  }, 60_000);
});

type Outcome = { readonly timer: Timer | null; readonly codes: readonly string[] };

/** `fireTimer` or `rescheduleTimer` of an order's timer. */
async function act(document: string, variables: object, token = shop.operator): Promise<Outcome> {
  type Acted = { readonly acted: Timer };
  const { data, errors = [] } = await rig.ask<Acted | null>(document, variables, token);
  return { timer: data?.acted ?? null, codes: errors.map(({ extensions }) => extensions.code) };
}

const fire = (id: string, token?: string): Promise<Outcome> =>
  act('mutation ($id: ID!) { acted: fireTimer(id: $id) { orderId kind dueAt state } }', { id }, token);

const reschedule = (id: string, dueAt: string, reason = 'agreed on the phone'): Promise<Outcome> =>
  act(
    `mutation ($id: ID!, $dueAt: DateTime!, $reason: String!) {
      acted: rescheduleTimer(id: $id, dueAt: $dueAt, reason: $reason) { orderId kind dueAt state }
    }`,
    { id, dueAt, reason },
  );

/** The id of the armed timer of an order that waits for its payment. */
async function armed(coordination: string) {
  const order = await waiting(coordination);
  const timer = await timerOf(order.id);
  return { ...order, timerId: timer?.id ?? '', dueAt: timer?.dueAt ?? '' };
}

describe.each(['ORCHESTRATION', 'CHOREOGRAPHY'])('%s › a timer', (coordination) => {
  test('that is fired has come due, and is fired once, however often it is asked for', async () => {
    const { id, token, timerId } = await armed(coordination);
    expect(await fire(timerId)).toMatchObject({ timer: { orderId: id, state: 'FIRED' }, codes: [] });
    await eventually(async () => expect(await status(id, token)).toBe('CANCELLED'), { timeoutMs: 20_000 });
    expect(await fire(timerId)).toMatchObject({ timer: { state: 'FIRED' }, codes: [] });
    expect(await rig.store.readStream(`intervention-${id}`)).toHaveLength(1);
  }, 60_000);

  test('that is rescheduled is due then, and the audit log has the person and the reason', async () => {
    const { id, timerId, dueAt } = await armed(coordination);
    const earlier = new Date(Date.parse(dueAt) - 60_000).toISOString();
    const timer = { orderId: id, state: 'ARMED', dueAt: earlier };
    expect(await reschedule(timerId, earlier)).toMatchObject({ timer, codes: [] });
    expect(await reschedule(timerId, earlier)).toMatchObject({ timer, codes: [] });
    const { data } = await rig.ask(
      'query ($subject: String) { auditLog(subject: $subject) { nodes { actor action reason } } }',
      { subject: `order-${id}` },
      shop.operator,
    );
    expect(data.auditLog.nodes).toEqual([
      {
        actor: expect.stringMatching(/^staff:/),
        action: 'DeadlineMoveRequested',
        reason: 'agreed on the phone',
      },
    ]);
  }, 60_000);

  test('of an order that went on is refused, and so is a later end of a reservation', async () => {
    const { id, token, timerId } = await armed(coordination);
    expect((await reschedule(timerId, '2999-01-01T00:00:00.000Z')).codes).toEqual(['BAD_USER_INPUT']);
    expect((await reschedule(timerId, '2026-01-01T00:00:00.000Z', ' ')).codes).toEqual(['BAD_USER_INPUT']);
    await shop.cancel(token, id);
    await eventually(async () => expect((await timerOf(id))?.state).toBe('CLEARED'), { timeoutMs: 20_000 });
    expect((await fire(timerId)).codes).toEqual(['BAD_USER_INPUT']);
    expect((await fire('none')).codes).toEqual(['NOT_FOUND']);
    expect(await rig.store.readStream(`intervention-${id}`)).toEqual([]);
  }, 60_000);
});

describe('the deadline for the answer of an outside keeper of the stock', () => {
  let outside: string;

  beforeAll(async () => {
    outside = (await rig.open({ stockKeeper: 'OUTSIDE' })).url();
  });

  /** The armed deadline of an order whose stock nobody has answered for. */
  async function unanswered() {
    const sku = await shop.product(200, 5);
    const { token } = await shop.customer(1000);
    const line = { sku, quantity: 1 };
    const input = {
      ...{ idempotencyKey: 'k1', lines: [line], shippingAddress: address, coordination: 'CHOREOGRAPHY' },
      ...{ paymentMode: 'AUTOMATIC', waitFor: 'CREATED' },
    };
    const { data } = await rig.ask(
      'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { ... on OrderSuccess { order { id } } } }',
      { input },
      token,
      outside,
    );
    const { id } = data.placeOrder.order;
    await eventually(async () => expect(await timerOf(id)).toMatchObject({ kind: 'stock', state: 'ARMED' }));
    const timer = await timerOf(id);
    return { id, token, timerId: timer?.id ?? '', dueAt: timer?.dueAt ?? '' };
  }

  test('is among the timers, and is due at another time after it is rescheduled', async () => {
    const { id, timerId, dueAt } = await unanswered();
    const later = new Date(Date.parse(dueAt) + 3_600_000).toISOString();
    const timer = { orderId: id, kind: 'stock', state: 'ARMED', dueAt: later };
    expect(await reschedule(timerId, later)).toMatchObject({ timer, codes: [] });
    expect(await timerOf(id)).toMatchObject(timer);
  }, 60_000);

  test('ends the order when it is fired, and is armed again for the answer to the release', async () => {
    const { id, token, timerId, dueAt } = await unanswered();
    expect((await fire(timerId)).codes).toEqual([]);
    await eventually(async () => expect(await status(id, token)).toBe('FAILED'), { timeoutMs: 20_000 });
    await eventually(async () => expect(await timerOf(id)).toMatchObject({ kind: 'stock', state: 'ARMED' }));
    expect((await timerOf(id))?.dueAt).not.toBe(dueAt);
  }, 60_000);
});

describe('a request', () => {
  test('to hold a reservation longer is refused: its customer sees the time', async () => {
    const { id } = await waiting('ORCHESTRATION');
    expect(await move(id, { dueAt: '2999-01-01T00:00:00.000Z' })).toMatchObject({
      __typename: 'ValidationError',
      fields: ['dueAt'],
    });
  });

  test('for a deadline that is not armed is refused by field', async () => {
    const { id } = await waiting('ORCHESTRATION');
    expect(await move(id, { kind: 'payment' })).toMatchObject({
      __typename: 'ValidationError',
      fields: ['kind'],
    });
    expect(await move('none')).toMatchObject({ __typename: 'ValidationError', fields: ['kind'] });
  });
});
