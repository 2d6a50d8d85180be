// The graphql-transport-ws protocol over a socket of `ws`. The adapter that graphql-ws brings is not used: it writes errors
// to the console, with text that the peer sent. Here every error goes to `report`; a closed connection is not an error.
import type { IncomingMessage } from 'node:http';
import type { Cancel, Scheduler } from '@holdfast/kernel';
import { CloseCode, type Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';

/** The data that graphql-ws keeps beside each socket. */
export type Peer = { readonly socket: WebSocket; readonly request: IncomingMessage };

/**
 * RFC 6455's registry: the server can't serve this now, the client may come again. graphql-ws clients retry after it;
 * after 1008 and 4500, for example, they give up.
 */
export const tryAgainLater = 1013;

export type Transport<P extends Peer> = {
  readonly protocol: Server<P>;
  readonly scheduler: Scheduler;
  /** A peer that misses two heartbeats in a row is cut off. */
  readonly keepAliveMs: number;
  readonly report: (unexpected: unknown, peer: P) => void;
};

/** Speaks the protocol with one peer until its socket closes. */
export function converse<P extends Peer>(
  { protocol, scheduler, keepAliveMs, report }: Transport<P>,
  peer: P,
): void {
  const { socket } = peer;
  const failed = (error: unknown): void => {
    if (socket.readyState !== socket.OPEN) return;
    report(error, peer);
    socket.close(CloseCode.InternalServerError, 'Internal server error');
  };
  // The peer caused these, by a reset or a malformed frame: the socket ends, and there is nothing to report.
  socket.on('error', () => socket.terminate());
  const stopHeartbeat = heartbeat(socket, scheduler, keepAliveMs);
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      // Resolves once the operating system has the message, so that the next one waits, and also when the peer is gone.
      send: (message) =>
        new Promise<void>((resolve) => {
          if (socket.readyState !== socket.OPEN) resolve();
          else
            socket.send(message, () => {
              resolve();
            });
        }),
      close: (code, reason) => {
        socket.close(code, reason);
      },
      onMessage: (handle) =>
        socket.on('message', (message: RawData) => {
          // `ws` passes a text message as one Buffer.
          handle((message as Buffer).toString('utf8')).catch(failed);
        }),
    },
    peer,
  );
  socket.once('close', (code: number, reason: Buffer) => {
    stopHeartbeat();
    closed(code, reason.toString('utf8')).catch((error: unknown) => {
      report(error, peer);
    });
  });
}

/** Cuts off a peer that misses two beats in a row. The returned function ends that. */
export function heartbeat(socket: WebSocket, scheduler: Scheduler, everyMs: number): Cancel {
  let isAlive = true;
  const beat = (): void => {
    if (!isAlive) {
      socket.terminate();
      return;
    }
    isAlive = false;
    socket.ping();
    cancel = scheduler.after(everyMs, beat);
  };
  let cancel = scheduler.after(everyMs, beat);
  socket.on('pong', () => {
    isAlive = true;
  });
  return () => {
    cancel();
  };
}
