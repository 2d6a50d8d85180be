// The status of an order over a plain WebSocket, for clients of the older systems.
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { WebSocket } from 'ws';
import { describedRest, type Described } from '../test/described.js';
import { startRig, type Rig } from '../test/rig.js';
import { address, openShop, type Shop } from '../test/shop.js';
import type { ApiSettings } from '../dependencies.js';
import type { Problem } from './problems.js';
import type { StatusMessage } from './responses.js';

type Message = StatusMessage & Omit<Problem, 'status'>;
type Socket = {
  readonly socket: WebSocket;
  readonly messages: readonly Message[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
};

let rig: Rig;
let shop: Shop;
let rest: Described;
let open: WebSocket[] = [];
let keys = 0;

async function start(settings: Partial<ApiSettings> = {}): Promise<void> {
  rig = await startRig(settings);
  shop = await openShop(rig);
  rest = await describedRest(new URL(rig.url).origin);
}
afterEach(async () => {
  for (const socket of open) socket.terminate();
  open = [];
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const socketUrl = (query: string): string =>
  `${new URL(rig.url).origin.replace('http', 'ws')}/orders/ws${query}`;

function listen(socket: WebSocket): Socket {
  open.push(socket);
  const messages: Message[] = [];
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message));
  const closed = new Promise<{ readonly code: number; readonly reason: string }>((resolve) => {
    socket.once('close', (code: number, reason: Buffer) => {
      resolve({ code, reason: reason.toString() });
    });
  });
  return { socket, messages, closed };
}

/** Connects like a program, which can set headers. */
const follow = (query: string, token?: string, headers: Readonly<Record<string, string>> = {}): Socket =>
  listen(
    new WebSocket(socketUrl(query), {
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    }),
  );

async function reserved(token: string): Promise<string> {
  const sku = await shop.product(300, 5);
  const { body } = await rest.send('/orders', {
    ...{ token, key: `key-${(keys += 1)}` },
    body: { items: [{ product_id: sku }], shippingAddress: address, waitFor: 'RESERVED' },
  });
  return body.id;
}
const pay = (token: string, orderId: string) =>
  rest.send('/payment', { token, key: `key-${(keys += 1)}`, body: { orderId } });
const cancel = (token: string, orderId: string) =>
  rest.send(`/api/order/${orderId}`, { token, key: `key-${(keys += 1)}`, body: { action: 'CANCEL' } });

describe('a socket of an order', () => {
  test('has its present status, then each change as it happens, and closes behind the last', async () => {
    await start();
    const { token } = await shop.customer(1_000);
    const orderId = await reserved(token);
    const { messages, closed } = follow(`?orderId=${orderId}`, token);
    await eventually(() => expect(messages.map(({ status }) => status)).toEqual(['RESERVED']));
    await pay(token, orderId);
    await eventually(() => expect(messages.at(-1)?.status).toBe('CONFIRMED'));
    await cancel(token, orderId);
    expect(await closed).toEqual({ code: 1000, reason: 'The order has ended' });
    expect(messages.map(({ status }) => status)).toEqual([
      ...['RESERVED', 'PAYMENT_PENDING', 'PAID', 'CONFIRMED', 'CANCELLED'],
    ]);
    for (const message of messages) {
      expect(message).toMatchObject({ orderId, order_id: orderId });
      expect(rest.fits('/components/schemas/StatusMessage', message)).toBe(true);
    }
    expect(messages.at(-1)?.failureReason).toBe('CUSTOMER_CANCELLED');
  });

  test('goes on behind a cursor after a reconnect, with no gap and no repeat', async () => {
    await start();
    const { token } = await shop.customer(1_000);
    const orderId = await reserved(token);
    const first = follow(`?orderId=${orderId}`, token);
    await eventually(() => expect(first.messages).toHaveLength(1));
    first.socket.terminate();
    await pay(token, orderId);
    await eventually(async () => {
      const { body } = await rest.send(`/orders?orderId=${orderId}`, { token });
      expect(body.status).toBe('CONFIRMED');
    });
    await cancel(token, orderId);
    const second = follow(`?orderId=${orderId}&after=${first.messages[0]?.cursor ?? ''}`, token);
    await second.closed;
    expect(second.messages.map(({ status }) => status)).toEqual([
      ...['PAYMENT_PENDING', 'PAID', 'CONFIRMED', 'CANCELLED'],
    ]);
  });

  test('in the words of go-saga-microservices has each word once', async () => {
    await start({ statusVocabulary: 'GO_SAGA' });
    const { token } = await shop.customer(1_000);
    const orderId = await reserved(token);
    const { messages } = follow(`?order_id=${orderId}`, token);
    await eventually(() => expect(messages).toHaveLength(1));
    await pay(token, orderId);
    await eventually(() => expect(messages).toHaveLength(2));
    expect(messages.map(({ status }) => status)).toEqual(['AwaitingPayment', 'Paid']);
  });

  test('of a browser has its token in the subprotocols, which the server does not repeat', async () => {
    await start();
    const { token } = await shop.customer();
    const orderId = await reserved(token);
    const { socket, messages } = listen(new WebSocket(socketUrl(`?orderId=${orderId}`), ['bearer', token]));
    await eventually(() => expect(messages).toHaveLength(1));
    expect(socket.protocol).toBe('bearer');
  });
});

describe('a socket is closed with a problem', () => {
  test.each([
    ['without a token', '?orderId=some', undefined, 4401, 'UNAUTHENTICATED'],
    ['with a token that is not valid', '?orderId=some', 'not-a-token', 4401, 'UNAUTHENTICATED'],
    ['with a token in its address', '?orderId=some&token=secret', undefined, 4401, 'UNAUTHENTICATED'],
    ['without an order', '', 'own', 4400, 'VALIDATION'],
    ['with a cursor that is none', '?orderId=own&after=none', 'own', 4400, 'BAD_USER_INPUT'],
    ['for an order that does not exist', '?orderId=nothing', 'own', 4404, 'NOT_FOUND'],
    ['for the order of another customer', '?orderId=other', 'own', 4404, 'NOT_FOUND'],
  ])('%s', async (_, query, as, code, errorCode) => {
    await start();
    const { token } = await shop.customer();
    const own = query.includes('=own') ? await reserved(token) : '';
    const other = query.includes('=other') ? await reserved((await shop.customer()).token) : '';
    const { messages, closed } = follow(
      query.replace('=own', `=${own}`).replace('=other', `=${other}`),
      as === 'own' ? token : as,
    );
    expect((await closed).code).toBe(code);
    expect(messages).toMatchObject([{ errorCode }]);
    expect(rest.fits('/components/schemas/Problem', messages[0])).toBe(true);
  });

  test('when its session ends', async () => {
    await start();
    const { token } = await shop.customer();
    const { messages, closed } = follow(`?orderId=${await reserved(token)}`, token);
    await eventually(() => expect(messages).toHaveLength(1));
    await rig.ask('mutation { logout }', {}, token);
    expect((await closed).code).toBe(4403);
  });
});

describe('the limits of sockets', () => {
  test('of an account count those of GraphQL and these together', async () => {
    await start({ sockets: { socketsPerUser: 1 } });
    const { token } = await shop.customer();
    const orderId = await reserved(token);
    const first = follow(`?orderId=${orderId}`, token);
    await eventually(() => expect(first.messages).toHaveLength(1));
    expect(await follow(`?orderId=${orderId}`, token).closed).toEqual({
      ...{ code: 1013, reason: 'Too many connections of this account: retry after 30 s' },
    });
  });

  test.each([
    ['socketsPerAddress', 'Too many connections from this address: retry after 30 s'],
    ['subscriptionsPerAddress', 'Too many requests'],
  ] as const)('hold for %s', async (limit, reason) => {
    await start({ sockets: { [limit]: 1 } });
    const { token } = await shop.customer();
    const orderId = await reserved(token);
    const first = follow(`?orderId=${orderId}`, token);
    await eventually(() => expect(first.messages).toHaveLength(1));
    expect(await follow(`?orderId=${orderId}`, token).closed).toEqual({ code: 1013, reason });
    first.socket.close();
    await first.closed;
    await eventually(async () => {
      const next = follow(`?orderId=${orderId}`, token);
      await eventually(() => expect(next.messages).toMatchObject([{ status: 'RESERVED' }]), {
        timeoutMs: 500,
      });
    });
  });

  test('hold for the messages and frames of a peer', async () => {
    await start({ sockets: { messagesPerMinute: 3 } });
    const { token } = await shop.customer();
    const orderId = await reserved(token);
    const talkative = follow(`?orderId=${orderId}`, token);
    const large = follow(`?orderId=${orderId}`, token);
    await eventually(() => expect([...talkative.messages, ...large.messages]).toHaveLength(2));
    for (let n = 0; n < 5; n += 1) talkative.socket.send('hello');
    large.socket.send('x'.repeat(64 * 1024 + 1));
    expect((await talkative.closed).reason).toMatch(/^Too many messages: retry after \d+ s$/);
    expect((await large.closed).code).toBe(1009);
  });
});

test('a page of another site can’t open a socket', async () => {
  await start();
  const { token } = await shop.customer();
  const orderId = await reserved(token);
  const { closed, messages } = follow(`?orderId=${orderId}`, token, { origin: 'https://elsewhere.example' });
  expect((await closed).code).toBe(1006);
  expect(messages).toEqual([]);
});

test('a request without an upgrade is told to upgrade', async () => {
  await start();
  const { status, headers, body } = await rest.send('/orders/ws?orderId=some');
  expect([status, headers.get('upgrade'), body.errorCode]).toEqual([426, 'websocket', 'UPGRADE_REQUIRED']);
});
