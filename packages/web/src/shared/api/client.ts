// The client of one person's operations: a normalised cache, so that every view shows the data of a subscription, HTTP with
// a fresh token, and `live()` for subscriptions.
import { Client, fetchExchange, subscriptionExchange, type Exchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { createClient, type Client as SocketClient } from 'graphql-ws';
import { createStore, type Store } from '../store.js';
import { exactJson } from './exact-json.js';
import { live, type LiveState, type Surroundings } from './live.js';
import { browserSurroundings } from './surroundings.js';
import { endpoint, timedFetch } from './transport.js';
import type { Session } from './session.js';

/** Parts of another object, without an identity of their own. */
const embedded = [
  'NotificationsRead',
  // a log has too many to keep them all
  'StreamEvent',
  // one id for all deadlines of an order
  'Timer',
  'EventLink',
  'CustomerView',
  'BulkPreview',
  'ParkedDryRun',
  'Moment',
  'ProductMoment',
  'WhatIfResult',
  'WhatIfOutcome',
  'Money',
  'StockLevel',
  'OrderLine',
  'CurrentPrice',
  'Payment',
  'Invoice',
  'Address',
  'OrderReturn',
  'ReturnedLine',
  'ParcelUpdate',
  'CarrierScan',
  'SagaStep',
  'SagaPlanStep',
  'ProjectionStatus',
  'ReconciliationReport',
  'ReconciliationCheck',
  'StreamSummary',
  'PageInfo',
  'OrderUpdate',
  'WalletUpdate',
  'StockUpdate',
  'SagaUpdate',
  ...[
    'Order',
    'OrderHistory',
    'Product',
    'StockMovement',
    'WalletEntry',
    'Saga',
    'Timer',
    'StreamSummary',
  ].flatMap((name) => [`${name}Connection`, `${name}Edge`]),
  ...['StreamEvent', 'ParkedEvent', 'Audit', 'Notification', 'User', 'WarehouseTask'].flatMap((name) => [
    `${name}Connection`,
    `${name}Edge`,
  ]),
];

const cache = (): Exchange =>
  cacheExchange({
    keys: Object.fromEntries(embedded.map((name) => [name, () => null])),
    updates: {
      Mutation: {
        // The number of unread messages is the caller's, and comes with the answer alone.
        markNotificationsRead: (_result, _args, cache) => {
          const me = cache.resolve('Query', 'me');
          if (typeof me === 'string') cache.invalidate(me, 'unreadNotifications');
        },
      },
    },
  });

/** A socket that has been silent for this long is asked whether it is still there. */
const keepAliveMs = 10_000;
const pongMs = 5_000;

/** Passes messages with exact integers to the client. */
class ExactSocket extends WebSocket {
  override set onmessage(listen: ((event: MessageEvent) => void) | null) {
    super.onmessage =
      listen &&
      ((event: MessageEvent<string>) => {
        listen(new MessageEvent('message', { data: exactJson(event.data) }));
      });
  }
}

function openSocket(session: Session): SocketClient {
  let cancelPong: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: () => new URL(endpoint, location.href).href.replace(/^http/, 'ws'),
    webSocketImpl: ExactSocket,
    lazy: true,
    // `live()` subscribes again, with the cursor that it has by then.
    retryAttempts: 0,
    keepAlive: keepAliveMs,
    connectionParams: async () => {
      const token = await session.token();
      return token === null ? {} : { authorization: `Bearer ${token}` };
    },
    on: {
      ping: (received) => {
        if (!received) cancelPong = setTimeout(() => client.terminate(), pongMs);
      },
      pong: (received) => {
        if (received) clearTimeout(cancelPong);
      },
      closed: () => {
        clearTimeout(cancelPong);
      },
    },
  });
  return client;
}

export type Api = {
  readonly client: Client;
  /** The state of the page's live updates: that of the worst one. */
  readonly connection: Store<LiveState>;
  /** For operations that a person writes: as the person of the session, past the cache. */
  readonly direct: { readonly fetch: typeof fetch; readonly socket: SocketClient };
  close(): void;
};

export function createApi(session: Session, surroundings: Surroundings = browserSurroundings): Api {
  const socket = openSocket(session);
  const connection = createStore<LiveState>('live');
  const states = new Map<symbol, LiveState>();
  const tell = (id: symbol, state: LiveState | null): void => {
    if (state === null) states.delete(id);
    else states.set(id, state);
    connection.set([...states.values()].includes('waiting') ? 'waiting' : 'live');
  };
  const client = new Client({
    url: endpoint,
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetch: authorised(session),
    exchanges: [
      cache(),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables = {} }) => ({
          subscribe: (sink) => {
            const id = Symbol('subscription');
            const leave = live<unknown>(
              socket,
              { query, variables: variables as Record<string, unknown> },
              {
                next: (data) => {
                  sink.next({ data } as never);
                },
                refused: (message) => {
                  tell(id, null);
                  sink.error(new Error(message));
                },
                state: (state) => {
                  tell(id, state);
                },
              },
              surroundings,
            );
            return {
              unsubscribe: () => {
                tell(id, null);
                leave();
              },
            };
          },
        }),
      }),
    ],
  });
  return {
    client,
    connection,
    direct: { fetch: authorised(session), socket },
    close: () => {
      void socket.dispose();
    },
  };
}

/** Sends the token of now; when the server refuses it, tries once more with the next. */
function authorised(session: Session): typeof fetch {
  const send = async (input: RequestInfo | URL, init: RequestInit | undefined, token: string | null) => {
    const headers = new Headers(init?.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    const response = await timedFetch(input, { ...init, headers });
    return new Response(exactJson(await response.text()), response);
  };
  return async (input, init) => {
    const token = await session.token();
    const response = await send(input, init, token);
    if (token === null || !(await isRefused(response))) return response;
    await session.refused(token);
    return send(input, init, await session.token());
  };
}

async function isRefused(response: Response): Promise<boolean> {
  try {
    const body = (await response.clone().json()) as {
      readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
    };
    return body.errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED') ?? false;
  } catch {
    // No JSON: the client makes an error of it.
    return false;
  }
}
