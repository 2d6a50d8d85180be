// Limits of one peer over WebSocket, and the refusals beyond them. Other peers are not affected.
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { converse, type Conversation } from '../test/conversation.js';
import { startRig, type Rig } from '../test/rig.js';
import { openShop } from '../test/shop.js';
import type { SocketLimits } from './limits.js';

let rig: Rig;
let open: Conversation[] = [];

const start = async (sockets: Partial<SocketLimits> = {}): Promise<void> => {
  rig = await startRig({ sockets });
};
const peer = async (token?: string): Promise<Conversation> => {
  const conversation = await converse(rig.url, token);
  open.push(conversation);
  return conversation;
};
afterEach(async () => {
  for (const { socket } of open) socket.terminate();
  open = [];
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const stock = 'subscription { stockChanged { product { sku } } }';
const makeProduct = async (sku: string): Promise<void> => {
  const shop = await openShop(rig);
  await shop.product(100, 0, sku);
};

describe('on a socket with a running subscription', () => {
  test.each([
    ['a document that does not parse', 'subscription { "'],
    ['a document without an operation', 'fragment f on Product { sku }'],
    ['a field that does not exist', '{ nothing }'],
    ['a document that is too deep', `{ me ${'{ orders { nodes '.repeat(20)} { id } ${'} }'.repeat(20)} }`],
    ['a document that is too long', `{ ${'me { id } '.repeat(2_000)} }`],
  ])('%s is an error of its own, and the others go on', async (_, document) => {
    await start();
    const { subscribe, of } = await peer();
    subscribe('good', stock);
    subscribe('bad', document);
    await eventually(() => expect(of('bad')).toMatchObject([{ type: 'error' }]));
    await makeProduct('LAMP');
    await eventually(() =>
      expect(of('good')).toMatchObject([
        { payload: { data: { stockChanged: { product: { sku: 'LAMP' } } } } },
      ]),
    );
  });
});

describe('an operation on a socket', () => {
  test('that asks for too many fields is refused like one over HTTP', async () => {
    await start();
    const { subscribe, of } = await peer();
    const deep =
      'orders(first: 100) { nodes { history(first: 100) { nodes { id to at actor triggeringEvent } } } }';
    subscribe('wide', `{ me { ${deep} } }`);
    await eventually(() =>
      expect(of('wide')).toMatchObject([
        { type: 'error', payload: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
      ]),
    );
    expect(JSON.stringify(of('wide'))).toMatch(/asks for up to \d+ fields/);
  });
});

describe('a socket', () => {
  test('turns a page of 50 live rows 10 times a minute, however often it pings', async () => {
    await start();
    await makeProduct('LAMP');
    const { subscribe, send, of, socket, messages } = await peer();
    for (let page = 0; page < 10; page += 1) {
      for (let row = 0; row < 50; row += 1) {
        subscribe(`${page}-${row}`, stock);
        send({ type: 'ping' });
      }
      await eventually(() => {
        for (let row = 0; row < 50; row += 1)
          expect(of(`${page}-${row}`)).toMatchObject([{ type: 'next', payload: { data: {} } }]);
      });
      // The next page's rows come before this page's go.
      if (page === 9) break;
      const gone = page;
      for (let row = 0; row < 50; row += 1) send({ type: 'complete', id: `${gone}-${row}` });
    }
    expect(socket.readyState).toBe(socket.OPEN);
    expect(messages.filter(({ type }) => type === 'pong')).toHaveLength(500);
  }, 30_000);

  test.each([
    ['begins too many operations', { operationsPerMinute: 3 }, 'Too many operations'],
    ['sends too many messages', { messagesPerMinute: 4 }, 'Too many messages'],
  ])('that %s is closed, to come back when it is told', async (_, limits, refusal) => {
    await start(limits);
    const { subscribe, closed } = await peer();
    for (let n = 0; n < 5; n += 1) subscribe(`${n}`, '{ me { id } }');
    const { code, reason } = await closed;
    expect([code, reason]).toEqual([1013, expect.stringMatching(`^${refusal}: retry after \\d+ s$`)]);
  });

  test('with too many operations at once gets an error for the one too many, and the others continue', async () => {
    await start({ operationsPerSocket: 2 });
    const { subscribe, of } = await peer();
    for (const id of ['one', 'two', 'three']) subscribe(id, stock);
    await eventually(() =>
      expect(of('three')).toMatchObject([
        { type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED', retryAfterMs: 30_000 } }] },
      ]),
    );
    await makeProduct('LAMP');
    await eventually(() =>
      expect([of('one'), of('two')]).toMatchObject([[{ type: 'next' }], [{ type: 'next' }]]),
    );
  });
});

describe('an address, signed in or not,', () => {
  test('has so many sockets, and another one as soon as one of them closes', async () => {
    await start({ socketsPerAddress: 2 });
    const { token } = await rig.customer();
    const [first] = [await peer(), await peer(token)];
    for (const who of [undefined, token])
      expect(await (await peer(who)).closed).toEqual({
        code: 1013,
        reason: 'Too many connections from this address: retry after 30 s',
      });
    first.socket.close();
    await first.closed;
    await eventually(async () => {
      const { messages } = await peer();
      expect(messages).toMatchObject([{ type: 'connection_ack' }]);
    });
  });

  test('has so many subscriptions on all its sockets, and another one as soon as one of them ends', async () => {
    await start({ subscriptionsPerAddress: 2 });
    const { token } = await rig.customer();
    const [stranger, customer] = [await peer(), await peer(token)];
    await makeProduct('LAMP');
    stranger.subscribe('one', stock);
    customer.subscribe('two', stock);
    await eventually(() =>
      expect([...stranger.of('one'), ...customer.of('two')]).toMatchObject([
        { type: 'next' },
        { type: 'next' },
      ]),
    );
    customer.subscribe('three', stock);
    const refused = [{ type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED', retryable: true } }] }];
    await eventually(() => expect(customer.of('three')).toMatchObject(refused));
    stranger.send({ type: 'complete', id: 'one' });
    let tries = 0;
    await eventually(() => {
      tries += 1;
      customer.subscribe(`again ${tries}`, stock);
      expect(customer.messages).toContainEqual(expect.objectContaining({ type: 'next', id: 'again 1' }));
    });
  });

  test('gets its operations back when a socket is reset', async () => {
    await start({ socketsPerAddress: 1, subscriptionsPerAddress: 1 });
    await makeProduct('LAMP');
    for (let n = 0; n < 10; n += 1) {
      await eventually(async () => {
        const { socket, subscribe, of } = await peer();
        subscribe('one', stock);
        await eventually(() =>
          expect(of('one').length === 1 || socket.readyState === socket.CLOSED).toBe(true),
        );
        const [served] = of('one');
        // A refused peer leaves, and comes again.
        if (served?.type !== 'next') socket.terminate();
        expect(served).toMatchObject({ type: 'next' });
        (socket as unknown as { _socket: { resetAndDestroy(): void } })._socket.resetAndDestroy();
      });
    }
  });
});

test('a user has so many sockets', async () => {
  await start({ socketsPerUser: 1 });
  const { token } = await rig.customer();
  await peer(token);
  const { closed } = await peer(token);
  expect(await closed).toEqual({
    code: 1013,
    reason: 'Too many connections of this account: retry after 30 s',
  });
});
