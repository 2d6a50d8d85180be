// Determines the viewer of a socket when it connects and again for each operation, and watches the access meanwhile.
import type { Position } from '@holdfast/kernel';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { watchAccess } from '../people/access-watch.js';
import type { Viewer } from '../people/viewer.js';
import { comeBackMs, retryReason, type OpenCounts } from './limits.js';
import type { Connection, Conversation, WebSocketOptions } from './socket-connection.js';
import { tryAgainLater } from './transport.js';

/** Determines the viewer of a new socket and watches their access. Returns whether the socket may stay open. */
export async function connect(
  { connectionParams, extra }: Conversation,
  options: WebSocketOptions,
  perUser: OpenCounts,
  socketsPerUser: number,
): Promise<boolean> {
  const { socket } = extra;
  const authorization = authorizationOf(connectionParams);
  let viewer: Viewer | null;
  let since: Position;
  try {
    since = (await options.dependencies.store.end()).synced;
    viewer = await options.people.authenticate(authorization);
  } catch (error) {
    giveUp(extra, error, options);
    return false;
  }
  // Without a token a socket sees public data; with an invalid token it is refused.
  if (viewer === null) return authorization === undefined;
  if (!isOpen(socket)) return false;
  const release = perUser.take(viewer.id, socketsPerUser);
  if (release === null) {
    socket.close(tryAgainLater, retryReason('Too many connections of this account', comeBackMs));
    return false;
  }
  socket.once('close', release);
  watch(extra, viewer, since, authorization, options);
  return true;
}

/** Closes the socket as soon as its viewer loses the access that it was opened with. */
function watch(
  connection: Connection,
  viewer: Viewer,
  since: Position,
  authorization: unknown,
  options: WebSocketOptions,
): void {
  const { feed, environment } = options.dependencies;
  const stop = watchAccess(viewer, since, {
    feed,
    scheduler: environment.scheduler,
    viewerNow: () => options.people.authenticate(authorization),
    ended: () => {
      connection.socket.close(CloseCode.Forbidden, 'Forbidden');
    },
    failed: (error) => {
      giveUp(connection, error, options);
    },
  });
  connection.socket.once('close', stop);
}

export async function viewerOf(
  connection: Connection,
  authorization: unknown,
  options: WebSocketOptions,
): Promise<Viewer | null> {
  try {
    return await options.people.authenticate(authorization);
  } catch (error) {
    giveUp(connection, error, options);
    return null;
  }
}

/** Closes the socket of a peer when its viewer can't be determined. */
function giveUp({ socket, correlationId }: Connection, error: unknown, { report }: WebSocketOptions): void {
  report(error, correlationId);
  socket.close(tryAgainLater, 'Try again later');
}

const isOpen = (socket: WebSocket): boolean => socket.readyState === socket.OPEN;

export const authorizationOf = (connectionParams: Readonly<Record<string, unknown>> | undefined): unknown =>
  connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
