// Subscriptions over WebSocket (the graphql-transport-ws protocol). A socket belongs to one viewer and lives no longer
// than their access; its messages and its open operations are bounded.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Environment } from '@holdfast/kernel';
import { execute, type GraphQLError, type GraphQLFormattedError } from 'graphql';
import { handleProtocols, makeServer, type ServerOptions } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { presentError } from '../graphql/errors.js';
import { addressOf } from '../http/http.js';
import { bearerProtocol, followOrder, type OrderSocketOptions } from '../rest/order-socket.js';
import { orderSocketPath } from '../rest/serve-rest.js';
import {
  comeBackMs,
  defaultSocketLimits,
  networkOf,
  OpenCounts,
  perMinute,
  retryReason,
  type SocketLimits,
} from './limits.js';
import { connect } from './socket-access.js';
import type { Connection, WebSocketOptions } from './socket-connection.js';
import { beginOperations, limited } from './socket-operations.js';
import { subscribed } from './subscribed.js';
import { converse, tryAgainLater } from './transport.js';

/** The protocol of a path. */
type Speaks = { readonly sockets: WebSocketServer; talk(this: void, peer: Connection): void };

export type WebSockets = { close(): Promise<void> };

const maxMessageBytes = 64 * 1024;
const initTimeoutMs = 3_000;
const keepAliveMs = 12_000;
/** How long a refused peer has to read the reason. */
const refusedMs = 1_000;

export function startWebSockets(options: WebSocketOptions): WebSockets {
  const { server, path, dependencies, report } = options;
  const { environment, settings } = dependencies;
  const { scheduler, clock, ids } = environment;
  const limits: SocketLimits = { ...defaultSocketLimits, ...settings.sockets };
  const shared = { noServer: true, maxPayload: maxMessageBytes };
  const sockets = new WebSocketServer({ ...shared, handleProtocols });
  const orderSockets = new WebSocketServer({ ...shared, handleProtocols: bearerProtocol });
  const perAddress = new OpenCounts();
  // Both kinds of sockets count together.
  const counted = { perUser: new OpenCounts(), begin: beginOperations(options, limits) };
  const protocol = makeServer(protocolOptions(options, limits, counted));
  const transport = {
    protocol,
    scheduler,
    keepAliveMs,
    report: (unexpected: unknown, { correlationId }: Connection) => {
      report(unexpected, correlationId);
    },
  };

  const orders = { ...options, ...counted, limits, keepAliveMs };
  const speaks = new Map<string, Speaks>([
    [path, { sockets, talk: (peer) => converse(transport, peer) }],
    [orderSocketPath, { sockets: orderSockets, talk: (peer) => followOrder(peer, orders) }],
  ]);

  const admit = (socket: WebSocket, request: IncomingMessage, { talk }: Speaks): void => {
    const address = addressOf(request, settings.trustedProxies);
    const network = networkOf(address);
    const release = perAddress.take(network, limits.socketsPerAddress);
    if (release === null) {
      refuse(socket, 'Too many connections from this address', environment);
      return;
    }
    socket.once('close', release);
    const messageExceeds = perMinute(limits.messagesPerMinute, clock);
    socket.on('message', () => {
      const retryAfterMs = messageExceeds();
      if (retryAfterMs !== null) socket.close(tryAgainLater, retryReason('Too many messages', retryAfterMs));
    });
    talk({
      socket,
      request,
      address,
      network,
      correlationId: ids.next(),
      operationExceeds: perMinute(limits.operationsPerMinute, clock),
    });
  };

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Until `ws` takes the socket over it has no other listener, and an `error` without a listener ends the process.
    socket.on('error', () => socket.destroy());
    const spoken = speaks.get(request.url?.split('?')[0] ?? '');
    if (spoken === undefined || !isSameOrigin(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    spoken.sockets.handleUpgrade(request, socket, head, (opened) => {
      admit(opened, request, spoken);
    });
  };
  server.on('upgrade', upgrade);

  return {
    async close() {
      server.off('upgrade', upgrade);
      for (const { sockets: open } of speaks.values()) await closed(open);
    },
  };
}

async function closed(sockets: WebSocketServer): Promise<void> {
  for (const client of sockets.clients) client.close(1001, 'Going away');
  await new Promise<void>((resolve) => {
    sockets.close(() => {
      resolve();
    });
  });
}

/** Refuses an open socket: only an opened socket can be closed with a reason and a time to come back. */
function refuse(socket: WebSocket, reason: string, { scheduler }: Environment): void {
  socket.on('error', () => socket.terminate());
  const cancel = scheduler.after(refusedMs, () => socket.terminate());
  socket.once('close', () => cancel());
  socket.close(tryAgainLater, retryReason(reason, comeBackMs));
}

/** The protocol's options: every operation is parsed, checked and counted before graphql-ws runs it. */
function protocolOptions(
  options: WebSocketOptions,
  limits: SocketLimits,
  { perUser, begin }: Pick<OrderSocketOptions, 'perUser' | 'begin'>,
): ServerOptions<Record<string, unknown>, Connection> {
  const { dependencies, report } = options;
  const reading = { slowReaderMs: limits.slowReaderMs, scheduler: dependencies.environment.scheduler };
  const present =
    ({ correlationId }: Connection) =>
    (error: GraphQLError): GraphQLFormattedError =>
      presentError(error, correlationId, report);

  return {
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: (conversation) => connect(conversation, options, perUser, limits.socketsPerUser),
    onSubscribe: (conversation, _id, payload) => begin(conversation, payload),
    execute: (args) => limited(args, async () => execute(args)),
    subscribe: (args) => subscribed(args, reading),
    onError: ({ extra }, _id, _payload, errors) => errors.map(present(extra)),
    onNext: ({ extra }, _id, _payload, _args, { data = null, errors }) =>
      errors === undefined ? undefined : { data, errors: errors.map(present(extra)) },
  };
}

/** Web pages of other sites are refused, since they would use their visitor's network. Programs send no Origin. */
function isSameOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
