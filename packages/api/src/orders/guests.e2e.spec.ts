// Orders without an account: the rights of a guest, the look-up of an order, and the data that others cannot see.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { converse } from '../test/conversation.js';
import { silentCards, startRig, type Rig } from '../test/rig.js';
import type { Fields } from '../test/selected.js';
import { address, openShop, type Shop } from '../test/shop.js';

let rig: Rig;
let shop: Shop;
let sku: string;

beforeAll(async () => {
  // Specs look an order up until it is there: that counts as failed look-ups.
  const limits = { orderLookUpsPerAddress: 100_000, failedLookUpsPerCode: 100_000 };
  rig = await startRig({ limits }, { cards: silentCards });
  shop = await openShop(rig);
  // Costs nothing, so that its order is confirmed without a card.
  sku = await shop.product(0, 1_000);
});

afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

type Guest = { readonly token: string; readonly refreshToken: string; readonly id: string };

async function guest(at?: string): Promise<Guest> {
  const { data } = await rig.ask(
    `mutation { startGuestSession { __typename ... on GuestSession { accessToken refreshToken guestId } } }`,
    {},
    undefined,
    at,
  );
  const { accessToken: token, refreshToken, guestId: id } = data.startGuestSession;
  return { token, refreshToken, id };
}

const orderFields = 'id code guestEmail status customerId';
async function place(token: string | undefined, given: object = {}, at?: string) {
  const { data, errors } = await rig.ask<Fields | null>(
    `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) {
        __typename
        ... on OrderSuccess { order { ${orderFields} } }
        ... on ValidationError { fields message }
        ... on RateLimitedError { retryAfterMs }
      }
    }`,
    {
      input: {
        ...{ idempotencyKey: 'k1', lines: [{ sku, quantity: 1 }], paymentMethod: 'CARD' },
        ...{ paymentMode: 'AUTOMATIC', shippingAddress: address, guestEmail: 'gus@example.org' },
        ...{ waitFor: 'CONFIRMED', ...given },
      },
    },
    token,
    at,
  );
  return { placed: data?.placeOrder as Fields['placeOrder'], errors };
}

const byCode = (code: string, email: string, at?: string) =>
  rig.ask(
    `query ($code: String!, $email: String!) {
      orderByCode(code: $code, email: $email) { ${orderFields} history { nodes { to } } notifications { kind } }
    }`,
    { code, email },
    undefined,
    at,
  );

describe('a guest', () => {
  test('places an order, gets it once for the same key, and follows it', async () => {
    const { token, id } = await guest();
    const { placed } = await place(token);
    expect(placed).toMatchObject({
      __typename: 'OrderSuccess',
      order: { status: 'CONFIRMED', guestEmail: 'gus@example.org', customerId: id },
    });
    expect(placed.order.code).toMatch(/^[2-9B-Z]{4}-[2-9B-Z]{4}-[2-9B-Z]{4}$/);
    expect((await place(token)).placed.order).toEqual(placed.order);
    const talk = await converse(rig.url, token);
    talk.subscribe('o', 'subscription ($id: ID!) { orderUpdated(id: $id) { order { status } } }', {
      id: placed.order.id,
    });
    await eventually(() => {
      expect(talk.of('o')).toMatchObject([
        { payload: { data: { orderUpdated: { order: { status: 'CONFIRMED' } } } } },
      ]);
    });
    talk.socket.close();
    const { data } = await rig.ask(
      '{ me { id } orders { nodes { id } } notifications { nodes { kind } } }',
      {},
      token,
    );
    expect(data).toMatchObject({
      me: null,
      orders: { nodes: [{ id: placed.order.id }] },
      notifications: { nodes: [{ kind: 'ORDER_CONFIRMED' }] },
    });
  });

  test('cancels the own order, and does not see that of another guest', async () => {
    const [one, other] = [await guest(), await guest()];
    const { placed } = await place(one.token);
    expect(await shop.cancel(other.token, placed.order.id)).toMatchObject({ __typename: 'NotFoundError' });
    const seen = await rig.ask(
      'query ($id: ID!) { order(id: $id) { id } }',
      { id: placed.order.id },
      other.token,
    );
    expect(seen.data.order).toBeNull();
    expect(await shop.cancel(one.token, placed.order.id)).toMatchObject({ __typename: 'OrderSuccess' });
  });

  test('has no personal data in any id, and the address in the order alone', async () => {
    const { token } = await guest();
    const { placed } = await place(token, { guestEmail: 'findme@example.org' });
    const events = await rig.store.readAll({});
    const having = events.filter((event) => JSON.stringify(event).includes('findme@'));
    expect(having.map(({ stream, type }) => [stream, type])).toEqual([
      [`order-${placed.order.id}`, 'OrderPlaced'],
    ]);
  });

  test.each<[string, object, string]>([
    ['without an address', { guestEmail: null }, 'guestEmail'],
    ['with an address that is none', { guestEmail: 'gus' }, 'guestEmail'],
    ['from a wallet', { paymentMethod: 'WALLET' }, 'paymentMethod'],
  ])('that orders %s is refused by field, and nothing is placed', async (_, given, field) => {
    const { token } = await guest();
    const { placed } = await place(token, given);
    expect(placed).toMatchObject({ __typename: 'ValidationError', fields: [field] });
    const { data } = await rig.ask('{ orders { totalCount } }', {}, token);
    expect(data.orders.totalCount).toBe(0);
  });

  test('can’t pay from a wallet later either', async () => {
    const { token } = await guest();
    const { placed } = await place(token, { paymentMode: 'ON_CONFIRMATION', waitFor: null });
    const { data } = await rig.ask(
      `mutation ($input: PayOrderInput!) { payOrder(input: $input) { __typename ... on ValidationError { fields } } }`,
      { input: { idempotencyKey: 'p', orderId: placed.order.id, method: 'WALLET' } },
      token,
    );
    expect(data.payOrder).toEqual({ __typename: 'ValidationError', fields: ['method'] });
  });

  test('has no wallet, no profile, and nothing of staff', async () => {
    const { token } = await guest();
    for (const field of ['wallet { id }', 'sagas { totalCount }', 'auditLog { totalCount }']) {
      const { errors } = await rig.ask(`{ ${field} }`, {}, token);
      expect([field, errors?.[0]?.extensions.code]).toEqual([field, 'UNAUTHENTICATED']);
    }
    const { errors } = await rig.ask('mutation { updateProfile(name: "Gus") { id } }', {}, token);
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('keeps the session by its refresh token, and ends it', async () => {
    const { refreshToken, id } = await guest();
    const { data } = await rig.ask(
      `mutation ($token: String!) { refreshSession(refreshToken: $token) { ... on GuestSession { accessToken guestId } } }`,
      { token: refreshToken },
    );
    expect(data.refreshSession.guestId).toBe(id);
    const token = data.refreshSession.accessToken;
    expect((await place(token)).placed.__typename).toBe('OrderSuccess');
    await rig.ask('mutation { logout }', {}, token);
    expect((await place(token)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('nobody, and a customer with an account', () => {
  test('can’t order as a guest', async () => {
    expect((await place(undefined)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const { token } = await shop.customer();
    const { placed } = await place(token, { paymentMethod: 'WALLET' });
    expect(placed).toMatchObject({ __typename: 'ValidationError', fields: ['guestEmail'] });
  });
});

describe('an order’s code', () => {
  test('with the address of its guest shows the order to anybody, however both are written', async () => {
    const { token } = await guest();
    const { placed } = await place(token);
    const { code } = placed.order;
    const wanted = { id: placed.order.id, notifications: [{ kind: 'ORDER_CONFIRMED' }] };
    for (const written of [code, code.toLowerCase().replaceAll('-', ' ')])
      await eventually(async () => {
        expect((await byCode(written, ' GUS@Example.org ')).data.orderByCode).toMatchObject(wanted);
      });
  });

  test('with the address of the customer’s account shows theirs', async () => {
    const { token } = await shop.customer();
    const { placed } = await place(token, { paymentMethod: 'WALLET', guestEmail: null });
    const { data: mine } = await rig.ask('{ me { email } }', {}, token);
    await eventually(async () => {
      const { data } = await byCode(placed.order.code, mine.me.email);
      expect(data.orderByCode).toMatchObject({ id: placed.order.id, guestEmail: null });
    });
  });

  test('that is wrong looks like an address that is wrong', async () => {
    const { token } = await guest();
    const { placed } = await place(token);
    const answers = [
      await byCode(placed.order.code, 'eve@example.org'),
      await byCode('2222-2222-2222', 'gus@example.org'),
      await byCode('', ''),
    ];
    expect(answers).toEqual(answers.map(() => ({ data: { orderByCode: null } })));
  });

  test('can’t be guessed: tries are limited, of codes from one address and of addresses for one code', async () => {
    const { token } = await guest();
    const { placed } = await place(token);
    const another = await rig.open({ limits: { orderLookUpsPerAddress: 5, failedLookUpsPerCode: 100 } });
    const codesOf = async (email: string, at: string): Promise<readonly unknown[]> => {
      const codes: unknown[] = [];
      for (let n = 0; n < 7; n += 1)
        codes.push((await byCode(placed.order.code, email, at)).errors?.[0]?.extensions.code ?? null);
      return codes;
    };
    const limited = [null, null, null, null, null, 'RATE_LIMITED', 'RATE_LIMITED'];
    expect(await codesOf('eve@example.org', another.url())).toEqual(limited);
    const third = await rig.open({ limits: { orderLookUpsPerAddress: 100, failedLookUpsPerCode: 5 } });
    expect(await codesOf('eve@example.org', third.url())).toEqual(limited);
  });
});

describe('guests of one network address', () => {
  test('place and begin only so many orders a minute', async () => {
    const another = await rig.open({ limits: { guestSessionsPerAddress: 2, guestOrdersPerAddress: 2 } });
    const at = another.url();
    const { token } = await guest(at);
    const kinds: unknown[] = [];
    for (const idempotencyKey of ['a', 'b', 'c'])
      kinds.push((await place(token, { idempotencyKey }, at)).placed.__typename);
    expect(kinds).toEqual(['OrderSuccess', 'OrderSuccess', 'RateLimitedError']);
    await guest(at);
    const { data } = await rig.ask('mutation { startGuestSession { __typename } }', {}, undefined, at);
    expect(data.startGuestSession.__typename).toBe('RateLimitedError');
  });
});

describe('a guest who registers', () => {
  const register = async (email: string, token?: string) => {
    const { data } = await rig.ask(
      `mutation ($email: String!) {
        register(email: $email, password: "a long enough secret", name: "Gus") {
          __typename ... on Session { accessToken user { id orders { nodes { id } } } } }
      }`,
      { email },
      token,
    );
    return data.register;
  };

  test('keeps the orders of the session, which ends, and gets no others of that address', async () => {
    const [mine, others] = [await guest(), await guest()];
    const { placed } = await place(mine.token, { guestEmail: 'reg@example.org' });
    // Anybody can write this address into an order, so it proves nothing.
    await place(others.token, { guestEmail: 'reg@example.org' });
    const registered = await register('reg@example.org', mine.token);
    expect(registered.user.id).toBe(mine.id);
    expect((await place(mine.token)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const { data } = await rig.ask('{ orders { nodes { id } } }', {}, registered.accessToken);
    expect(data.orders.nodes).toEqual([{ id: placed.order.id }]);
  });

  test('without the session gets no orders', async () => {
    const { token } = await guest();
    await place(token, { guestEmail: 'lost@example.org' });
    const registered = await register('lost@example.org');
    expect(registered.user.orders.nodes).toEqual([]);
  });
});
