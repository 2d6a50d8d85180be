// Live updates over a real WebSocket: the present state first, then each change once, also across a reconnect.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stockStream } from '@holdfast/inventory';
import { OrderId, Sku, type RecordedEvent } from '@holdfast/kernel';
import type { OrderCommand } from '@holdfast/ordering';
import { paymentStream, type PaymentCommand, type PaymentRequested } from '@holdfast/payments';
import { stockLevel } from '@holdfast/projections';
import { eventually } from '@holdfast/testing';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { liveDocuments } from './live.js';
import { startRig, type Answer, type Rig } from '../test/rig.js';
import { openShop, type Shop } from '../test/shop.js';
import type { Update } from '../test/selected.js';

let rig: Rig;
let shop: Shop;
let operator: string;
const clients: Client[] = [];

beforeAll(async () => {
  rig = await startRig();
  shop = await openShop(rig);
  operator = shop.operator;
});

afterAll(async () => {
  for (const client of clients) await client.dispose();
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

type Listening = {
  readonly messages: readonly Update[];
  readonly problems: unknown[];
  stop(): void;
};

/** Subscribes on a socket of its own. */
function listen(query: string, variables: Record<string, unknown>, token?: string): Listening {
  const client = createClient({
    url: rig.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(token !== undefined && { connectionParams: { authorization: `Bearer ${token}` } }),
  });
  clients.push(client);
  const messages: Update[] = [];
  const problems: unknown[] = [];
  const unsubscribe = client.subscribe(
    { query, variables },
    {
      next: ({ data, errors }) => {
        if (errors !== undefined) problems.push(...errors);
        else messages.push(Object.values(data ?? {})[0] as Update);
      },
      error: (error) => {
        for (const problem of Array.isArray(error) ? error : [error]) problems.push(problem);
      },
      complete: () => undefined,
    },
  );
  return { messages, problems, stop: unsubscribe };
}

const ok = ({ data, errors }: Answer) => {
  expect(errors).toBeUndefined();
  return data;
};

const product = (quantity: number): Promise<string> => shop.product(100, quantity);

const place = async (token: string, sku: string, paymentMode: string): Promise<string> => {
  const lines = [{ sku, quantity: 1 }];
  const placed = await shop.place(token, { lines, paymentMode, waitFor: 'RESERVED' });
  return placed.order.id;
};

let handled = 0;
const orderUpdated = `subscription ($id: ID!, $after: Cursor) {
  orderUpdated(id: $id, after: $after) { cursor order { status revision } entry { to triggeringEvent } }
}`;
const statuses = ({ messages }: Listening) => messages.map(({ order }) => order.status);

describe("an order's updates", () => {
  test('begin with its present state and have each change once', async () => {
    const { token } = await shop.customer(100);
    const id = await place(token, await product(1), 'ON_CONFIRMATION');
    const listening = listen(orderUpdated, { id }, token);
    await eventually(() => expect(statuses(listening)).toEqual(['RESERVED']));
    await shop.pay(token, id);
    await eventually(() =>
      expect(statuses(listening)).toEqual(['RESERVED', 'PAYMENT_PENDING', 'PAID', 'CONFIRMED']),
    );
    expect(listening.messages.at(-1)?.entry).toEqual({ to: 'CONFIRMED', triggeringEvent: 'OrderConfirmed' });
    expect(listening.problems).toEqual([]);
  });

  test('go on behind a cursor after a reconnect, with no gap and no repeat', async () => {
    const { token } = await shop.customer(100);
    const id = await place(token, await product(1), 'ON_CONFIRMATION');
    const before = listen(orderUpdated, { id }, token);
    await eventually(() => expect(before.messages).toHaveLength(1));
    before.stop();
    await shop.pay(token, id);
    const everything = listen(orderUpdated, { id, after: '-1' }, token);
    await eventually(() => expect(everything.messages).toHaveLength(5));
    expect(statuses(everything)).toEqual(['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'CONFIRMED']);
    expect(everything.messages.map(({ order }) => order.revision)).toEqual([0, 1, 2, 3, 4]);
    for (const [n, { cursor }] of everything.messages.entries()) {
      const rest = listen(orderUpdated, { id, after: cursor }, token);
      await eventually(() => expect(rest.messages).toEqual(everything.messages.slice(n + 1)));
      rest.stop();
    }
    const after = listen(orderUpdated, { id, after: before.messages[0]?.cursor }, token);
    await eventually(() => expect(statuses(after)).toEqual(['PAYMENT_PENDING', 'PAID', 'CONFIRMED']));
  });

  test('show where to pay as soon as the gateway reports it, and money that it refunded', async () => {
    const { token } = await rig.customer();
    const id = OrderId(await place(token, await product(1), 'ON_CONFIRMATION'));
    const shown = `subscription ($id: ID!) {
      orderUpdated(id: $id) { order { status payment { redirectUrl refunded { amount } } } }
    }`;
    const listening = listen(shown, { id }, token);
    await eventually(() => expect(statuses(listening)).toEqual(['RESERVED']));
    const handle = async (command: OrderCommand | PaymentCommand): Promise<void> => {
      const commandId = `live-${(handled += 1)}`;
      const context = { commandId, correlationId: id, causationId: commandId, actor: 'system' };
      expect(await rig.commands.handle(command, context)).toMatchObject({ ok: true });
    };
    await handle({ type: 'StartPayment', data: { orderId: id, method: 'CARD', attempt: 1 } });
    const payment = { orderId: id, attempt: 1 };
    const requested = await eventually(async () => {
      const [event] = await rig.store.readStream(paymentStream(payment));
      expect(event).toBeDefined();
      return event as RecordedEvent<PaymentRequested>;
    });
    const { amount } = requested.data;
    const about = { transactionId: 'tx-1', amount };
    const report = (told: Extract<PaymentCommand, { type: 'RecordReport' }>['data']['report']) =>
      handle({ type: 'RecordReport', data: { ...payment, report: told } });
    await report({ ...about, status: 'pending', redirectUrl: 'https://gateway.example/pay' });
    const last = () => listening.messages.at(-1)?.order.payment;
    await eventually(() => expect(last()).toMatchObject({ redirectUrl: 'https://gateway.example/pay' }));
    await report({ ...about, status: 'captured', captured: amount, refunds: [] });
    await eventually(() => expect(statuses(listening).at(-1)).toBe('CONFIRMED'));
    const refunds = [{ refundId: 'at the dashboard', transactionId: 're-1', amount }];
    await report({ ...about, status: 'captured', captured: amount, refunds });
    await eventually(() => expect(last()).toMatchObject({ refunded: { amount: String(amount.minor) } }));
    expect(listening.problems).toEqual([]);
  });

  test('are refused to others as if the order did not exist', async () => {
    const [owner, stranger] = [await rig.customer(), await rig.customer()];
    const id = await place(owner.token, await product(1), 'ON_CONFIRMATION');
    const refused = listen(orderUpdated, { id }, stranger.token);
    const nowhere = listen(orderUpdated, { id: 'nowhere' }, stranger.token);
    for (const { problems } of [refused, nowhere]) {
      await eventually(() =>
        expect(problems).toMatchObject([{ message: 'no such order', extensions: { code: 'NOT_FOUND' } }]),
      );
    }
  });
});

test("a wallet's updates begin with its present state and have each entry once", async () => {
  const { token } = await shop.customer(100);
  const listening = listen(
    'subscription { walletUpdated { wallet { balance { amount } } entry { kind amount { amount } } } }',
    {},
    token,
  );
  await eventually(() => expect(listening.messages).toHaveLength(1));
  await shop.deposit(token, 50);
  await eventually(() =>
    expect(listening.messages).toEqual([
      { wallet: { balance: { amount: '100' } }, entry: null },
      { wallet: { balance: { amount: '150' } }, entry: { kind: 'DEPOSIT', amount: { amount: '50' } } },
    ]),
  );
});

test('the updates of a wallet without a deposit begin with an empty wallet, and have its first deposit', async () => {
  const { token } = await rig.customer();
  const listening = listen('subscription { walletUpdated { wallet { balance { amount } } } }', {}, token);
  await eventually(() => expect(listening.messages).toEqual([{ wallet: { balance: { amount: '0' } } }]));
  await shop.deposit(token, 100);
  await eventually(() =>
    expect(listening.messages.slice(1)).toEqual([{ wallet: { balance: { amount: '100' } } }]),
  );
});

test.each([
  'walletUpdated(after: "0000999999999999") { cursor }',
  'stockChanged(after: "0000999999999999") { cursor }',
  'notificationReceived(after: "0000999999999999") { cursor }',
  'sagaUpdated(after: "0000999999999999") { cursor }',
  'eventAppended(stream: "$all", after: "0000999999999999") { id }',
])('a cursor that the log has not come to is refused: %s', async (field) => {
  const token = await rig.staff('OPERATOR');
  const listening = listen(`subscription { ${field} }`, {}, token);
  await eventually(() =>
    expect(listening.problems).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]),
  );
});

test('stock updates of some SKUs have the changes of these and no others', async () => {
  const [followed, other] = [await product(5), await product(5)];
  const listening = listen(
    'subscription ($skus: [String!]) { stockChanged(skus: $skus) { product { sku stock { onHand } } } }',
    { skus: [followed] },
  );
  await eventually(() => expect(listening.messages).toHaveLength(1));
  await shop.receive(other, 1, 'r2');
  await shop.receive(followed, 1, 'r2');
  await eventually(() =>
    expect(listening.messages).toEqual([
      { product: { sku: followed, stock: { onHand: 5 } } },
      { product: { sku: followed, stock: { onHand: 6 } } },
    ]),
  );
});

test('stock updates that begin while stock is moving have no gap and no repeat', async () => {
  const sku = await product(1);
  const moves = 60;
  const listening: Listening[] = [];
  const query = (skus: string) => `subscription { stockChanged${skus} { product { sku stock { onHand } } } }`;
  await Promise.all(
    Array.from({ length: moves }, async (_, n) => {
      if (n % 10 === 5) listening.push(listen(query(`(skus: ["${sku}"])`), {}), listen(query(''), {}));
      await shop.receive(sku, 1, `move-${n}`);
    }),
  );
  for (const { messages } of listening) {
    const seen = () =>
      messages.filter(({ product }) => product.sku === sku).map(({ product }) => product.stock.onHand);
    await eventually(() => expect(seen().at(-1)).toBe(1 + moves));
    const [first] = seen();
    expect(seen()).toEqual(Array.from({ length: 2 + moves - (first ?? 0) }, (_, n) => (first ?? 0) + n));
  }
});

test('a product that is made while the list of all of them is read is not missed', async () => {
  const listed = await product(1);
  let unlisted = '';
  const all = async function* () {
    yield listed;
    unlisted = await product(1);
    await rig.source.projections.reached(stockLevel.name, (await rig.store.end()).synced, 5_000);
  };
  const folded = { projection: stockLevel, streams: (id: string) => [stockStream(Sku(id))] };
  const { signal } = new AbortController();
  const seen: string[] = [];
  for await (const { document } of liveDocuments(rig.source, { folded, ids: { all }, after: null, signal })) {
    seen.push(document.id);
    if (document.id === unlisted) break;
  }
  expect(seen).toEqual([listed, unlisted]);
}, 5_000);

test('stock updates of everything begin with every product', async () => {
  const sku = await product(5);
  const listening = listen('subscription { stockChanged { product { sku stock { onHand } } } }', {});
  await eventually(() =>
    expect(listening.messages).toContainEqual({ product: { sku, stock: { onHand: 5 } } }),
  );
  await shop.receive(sku, 1, 'r2');
  await eventually(() =>
    expect(listening.messages.at(-1)).toEqual({ product: { sku, stock: { onHand: 6 } } }),
  );
});

test('notifications reach their customer, and the missed ones after a cursor', async () => {
  const [customer, other] = [await rig.customer(), await rig.customer()];
  const query = `subscription ($after: Cursor) { notificationReceived(after: $after) { cursor kind orderId } }`;
  const listening = listen(query, {}, customer.token);
  const others = listen(query, {}, other.token);
  await shop.deposit(customer.token, 100);
  const id = await place(customer.token, await product(1), 'AUTOMATIC');
  await eventually(() =>
    expect(listening.messages).toMatchObject([{ kind: 'ORDER_CONFIRMED', orderId: id }]),
  );
  const missed = listen(query, { after: '-1' }, customer.token);
  await eventually(() => expect(missed.messages).toEqual(listening.messages));
  expect(others.messages).toEqual([]);
});

describe('operators', () => {
  test('follow the log, whole or one stream, from any position', async () => {
    const sku = await product(1);
    const query = `subscription ($stream: String!, $after: Position) {
      eventAppended(stream: $stream, after: $after) { position type revision }
    }`;
    const stream = listen(query, { stream: `stock-${sku}`, after: '-1' }, operator);
    const whole = listen(query, { stream: '$all', after: '-1' }, operator);
    await eventually(() => expect(stream.messages).toHaveLength(2));
    await shop.receive(sku, 1, 'r2');
    await eventually(() =>
      expect(stream.messages.map(({ type }) => type)).toEqual([
        'ProductCreated',
        'StockReceived',
        'StockReceived',
      ]),
    );
    const log = await rig.store.readAll({ limit: 10_000 });
    await eventually(() =>
      expect(whole.messages.slice(0, log.length).map(({ position }) => Number(position))).toEqual(
        log.map(({ position }) => position),
      ),
    );
  });

  test('follow checkouts', async () => {
    const { token } = await shop.customer(100);
    const listening = listen('subscription { sagaUpdated { saga { orderId status } } }', {}, operator);
    const id = await place(token, await product(1), 'AUTOMATIC');
    await eventually(() =>
      expect(listening.messages).toContainEqual({ saga: { orderId: id, status: 'COMPLETED' } }),
    );
  });

  test('can follow log and checkouts, and other callers cannot', async () => {
    const { token } = await rig.customer();
    const query = 'subscription { eventAppended(stream: "$all") { id } }';
    const [customer, stranger] = [listen(query, {}, token), listen(query, {})];
    await eventually(() => expect(customer.problems).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]));
    await eventually(() =>
      expect(stranger.problems).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]),
    );
  });
});

describe('a socket', () => {
  const open = (protocols: string, headers: Record<string, string> = {}) => {
    const socket = new WebSocket(rig.url.replace('http', 'ws'), protocols, { headers });
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    return { socket, closed };
  };
  const protocol = 'graphql-transport-ws';

  test('with an invalid token is closed', async () => {
    const { problems } = listen('subscription { stockChanged { cursor } }', {}, 'nonsense');
    await eventually(() => expect(problems).toMatchObject([{ code: 4403 }]));
  });

  test('that is opened from another site is refused', async () => {
    const { closed } = open(protocol, { origin: 'https://evil.example' });
    expect(await closed).toBe(1006);
  });

  test('that sends nothing is closed after a few seconds', async () => {
    const { closed } = open(protocol);
    expect(await closed).toBe(4408);
  }, 10_000);

  test('that sends too much at once is closed', async () => {
    const { socket, closed } = open(protocol);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'connection_init', payload: { x: 'x'.repeat(70_000) } }));
    expect(await closed).toBe(1009);
  });

  test('is closed soon after its session has ended', async () => {
    const { token } = await rig.customer();
    const { problems, messages } = listen(
      'subscription { walletUpdated(after: "-1") { cursor } }',
      {},
      token,
    );
    await shop.deposit(token, 1);
    await eventually(() => expect(messages).toHaveLength(1));
    ok(await rig.ask('mutation { logout }', {}, token));
    await eventually(() => expect(problems).toMatchObject([{ code: 4403 }]), { timeoutMs: 6_000 });
  }, 10_000);
});
