// Random conversations over WebSocket: GraphQL's protocol in and out of order, and the plain socket of an order.
import { setTimeout as wait } from 'node:timers/promises';
import fc, { type Arbitrary } from 'fast-check';
import { WebSocket } from 'ws';
import { operations } from './graphql-requests.js';
import { junk, strange, type Known } from './values.js';

export type Talk = {
  readonly path: string;
  readonly protocols: readonly string[];
  /** `token`: stands for the token of the person who talks */
  readonly messages: readonly string[];
};
/** The server's messages, and the code with which it closed the socket; null when it did not. */
export type Heard = { readonly messages: readonly string[]; readonly code: number | null };

const text = (message: unknown): string => JSON.stringify(message);
const opening = text({ type: 'connection_init', payload: { authorization: 'Bearer token' } });

/** A talk in GraphQL's protocol. Most talks begin correctly. */
function graphqlTalks(known: Known): Arbitrary<Talk> {
  const id = fc.oneof(fc.constantFrom<unknown>('1', '2'), junk);
  const kinds = ['connection_init', 'subscribe', 'complete', 'ping', 'pong', 'next', 'error', 'unknown'];
  const message = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom('1', '2', '3', '4'), operations('subscription', known))
        .map(([name, payload]) => text({ id: name, type: 'subscribe', payload })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(id, operations('mutation', known))
        .map(([name, payload]) => text({ id: name, type: 'subscribe', payload })),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({ type: fc.constantFrom(...kinds), id, payload: junk }, { requiredKeys: [] })
        .map(text),
    },
    { weight: 1, arbitrary: fc.oneof(junk.map(text), strange) },
  );
  const begin = fc.constantFrom([opening], [opening], [opening], []);
  return fc.record({
    path: fc.constant('/graphql'),
    protocols: fc.constantFrom(['graphql-transport-ws'], ['graphql-transport-ws'], [], ['graphql-ws']),
    messages: fc
      .tuple(begin, fc.array(message, { minLength: 1, maxLength: 6 }))
      .map(([first, rest]) => [...first, ...rest]),
  });
}

/** A talk with the plain socket of an order. */
function orderTalks({ orders }: Known): Arbitrary<Talk> {
  const value = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...orders) }, strange);
  const query = fc.dictionary(fc.constantFrom('orderId', 'order_id', 'vocabulary', 'after', 'x'), value);
  return fc.record({
    path: query.map((one) => {
      const pairs = Object.entries(one).map(
        ([k, v]) => `${k}=${encodeURIComponent(v.replace(/[\ud800-\udfff]/gu, ''))}`,
      );
      return `/orders/ws?${pairs.join('&')}`;
    }),
    protocols: fc.constantFrom(['bearer', 'token'], ['bearer', 'token'], ['bearer'], []),
    messages: fc.array(fc.oneof(strange, junk.map(text)), { maxLength: 2 }),
  });
}

export const socketTalks = (known: Known): Arbitrary<Talk> =>
  fc.oneof({ weight: 3, arbitrary: graphqlTalks(known) }, { weight: 1, arbitrary: orderTalks(known) });

const quietMs = 40;
/** The code of graphql-ws for a subprotocol that is not acceptable. */
const noProtocol = 4406;

/** Carries out the talk with the server, and receives messages for a moment more. */
export async function talk(url: string, token: string, { path, protocols, messages }: Talk): Promise<Heard> {
  const named = (given: string): string => given.replaceAll('token', token);
  const socket = new WebSocket(new URL(path, url.replace('http', 'ws')), protocols.map(named));
  const heard: string[] = [];
  let code: number | null = null;
  socket.on('message', (data: Buffer) => heard.push(data.toString()));
  // A refused handshake is an `error` as well; its status is in `unexpected-response`. A server that speaks none of the offered
  // protocols opens the socket without one, and then it is the client that fails: no fault of the server.
  socket.on('error', ({ message }) => {
    if (message === 'Server sent no subprotocol') code = noProtocol;
  });
  socket.on('unexpected-response', (request, { statusCode = 500 }) => {
    code = statusCode;
    request.destroy();
  });
  const closed = new Promise<void>((resolve) => {
    socket.on('close', (reason) => {
      code ??= reason;
      resolve();
    });
  });
  const opened = new Promise<void>((resolve) => socket.on('open', () => resolve()));
  await Promise.race([opened, closed]);
  for (const message of messages) if (socket.readyState === socket.OPEN) socket.send(named(message));
  await Promise.race([closed, wait(quietMs)]);
  const ended = code;
  socket.terminate();
  await closed;
  return { messages: heard, code: ended };
}
