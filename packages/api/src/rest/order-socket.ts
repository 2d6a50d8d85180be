// The status of one order over a plain WebSocket: the GraphQL subscription `orderUpdated`, with its live source, its access
// rules and its limits, shown as one JSON message for each change of the status.
import type { IncomingMessage } from 'node:http';
import type { OrderStatus } from '@holdfast/ordering';
import type { ExecutionResult } from 'graphql';
import type { WebSocket } from 'ws';
import { presentError, refusedOperation } from '../graphql/errors.js';
import type { OpenCounts, SocketLimits } from '../live/limits.js';
import { connect } from '../live/socket-access.js';
import type { Connection, Conversation, WebSocketOptions } from '../live/socket-connection.js';
import type { BeginOperation } from '../live/socket-operations.js';
import { subscribed } from '../live/subscribed.js';
import { heartbeat, tryAgainLater } from '../live/transport.js';
import { messageOf, orderUpdatedText, type SelectedUpdate } from './documents.js';
import { invalid, problemOf, problemOfError, type Problem } from './problems.js';
import { orderSocketQuery } from './requests.js';

export type OrderSocketOptions = WebSocketOptions & {
  /** open sockets, by user */
  readonly perUser: OpenCounts;
  readonly begin: BeginOperation;
  readonly limits: SocketLimits;
  readonly keepAliveMs: number;
};

/** A browser can set no headers for a WebSocket, only subprotocols: `new WebSocket(url, ['bearer', token])`. */
const bearer = 'bearer';
/** The server must choose one of the protocols that the browser offers; it never repeats the token. */
export const bearerProtocol = (offered: ReadonlySet<string>): string | false =>
  offered.has(bearer) ? bearer : false;

const normalClosure = 1000;
const internalError = 1011;
/** Close codes of applications begin here (RFC 6455). The status of HTTP is added: 4404. */
const firstOwnCode = 4000;

export function followOrder(peer: Connection, options: OrderSocketOptions): void {
  const { socket, correlationId } = peer;
  // The peer caused these, by a reset or a malformed frame: the socket ends, and there is nothing to report.
  socket.on('error', () => socket.terminate());
  const stopHeartbeat = heartbeat(socket, options.dependencies.environment.scheduler, options.keepAliveMs);
  socket.once('close', stopHeartbeat);
  follow(peer, options).catch((error: unknown) => {
    const presented = refusedOperation(error, correlationId, options.report);
    refuse(socket, problemOfError(presented, correlationId));
  });
}

async function follow(peer: Connection, options: OrderSocketOptions): Promise<void> {
  const { socket, request, correlationId } = peer;
  const authorization = authorizationOf(request);
  if (authorization === undefined) {
    refuse(socket, problemOf('UNAUTHENTICATED', 'sign in first', correlationId));
    return;
  }
  const given = queryOf(request);
  const query = orderSocketQuery.safeParse(given);
  if (!query.success) {
    refuse(socket, invalid(query.error, given, correlationId));
    return;
  }
  const conversation: Conversation = {
    connectionParams: { authorization },
    extra: peer,
    subscriptions: {},
  };
  if (!(await connect(conversation, options, options.perUser, options.limits.socketsPerUser))) {
    refuse(socket, problemOf('UNAUTHENTICATED', 'the token is not valid', correlationId));
    return;
  }
  const usual = options.dependencies.settings.statusVocabulary ?? 'CANONICAL';
  const { orderId: id, after, vocabulary = usual } = query.data;
  const updates = await begun(conversation, { id, after, vocabulary }, options);
  if (!(Symbol.asyncIterator in updates)) refuse(socket, problemIn(updates, peer, options));
  else await show(updates, peer, options);
}

async function begun(
  conversation: Conversation,
  variables: object,
  { begin, limits: { slowReaderMs }, dependencies }: OrderSocketOptions,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const args = await begin(conversation, { query: orderUpdatedText, variables: { ...variables } });
  if (!('schema' in args)) return { errors: args };
  return subscribed(args, { slowReaderMs, scheduler: dependencies.environment.scheduler });
}

const ended: readonly OrderStatus[] = ['DELIVERED', 'FAILED', 'CANCELLED'];

/** Sends a message for each change of the word, and closes the socket behind the last one. */
async function show(
  updates: AsyncIterableIterator<ExecutionResult>,
  peer: Connection,
  options: OrderSocketOptions,
): Promise<void> {
  const { socket } = peer;
  const leave = (): void => void updates.return?.();
  socket.once('close', leave);
  if (socket.readyState !== socket.OPEN) leave();
  let shown: string | null = null;
  for await (const update of updates) {
    if (update.errors !== undefined) {
      refuse(socket, problemIn(update, peer, options));
      return;
    }
    const { orderUpdated } = update.data as { readonly orderUpdated: SelectedUpdate };
    const message = messageOf(orderUpdated);
    if (message.status !== shown) await send(socket, message);
    shown = message.status;
    if (ended.includes(message.canonicalStatus)) {
      socket.close(normalClosure, 'The order has ended');
      return;
    }
  }
}

function problemIn(
  { errors = [] }: ExecutionResult,
  peer: Connection,
  { report }: OrderSocketOptions,
): Problem {
  const { correlationId } = peer;
  const [error] = errors;
  return error === undefined
    ? problemOf('SERVICE_UNAVAILABLE', 'try again later', correlationId)
    : problemOfError(presentError(error, correlationId, report), correlationId);
}

/** Sends the problem, then closes the socket, unless it is closed already. */
function refuse(socket: WebSocket, problem: Problem): void {
  const { status, title } = problem;
  if (socket.readyState !== socket.OPEN) return;
  socket.send(JSON.stringify(problem));
  if (problem.retryable) socket.close(tryAgainLater, title);
  else socket.close(status === 500 ? internalError : firstOwnCode + status, title);
}

/** Resolves once the operating system has the message, or the peer is gone. */
const send = (socket: WebSocket, message: object): Promise<void> =>
  new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) resolve();
    else
      socket.send(JSON.stringify(message), () => {
        resolve();
      });
  });

/** Reads the token from the headers, never from the address, because addresses are logged. */
function authorizationOf({ headers }: IncomingMessage): string | undefined {
  if (headers.authorization !== undefined) return headers.authorization;
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  const token = offered[0] === bearer ? offered[1] : undefined;
  return token === undefined ? undefined : `Bearer ${token}`;
}

function queryOf({ url = '/' }: IncomingMessage): object {
  const { searchParams } = new URL(url, 'http://localhost');
  const { order_id: snake, ...rest } = Object.fromEntries(searchParams);
  return snake === undefined || 'orderId' in rest ? rest : { ...rest, orderId: snake };
}
