// The graphql-transport-ws protocol over a socket of `ws`. graphql-ws brings an adapter of its own, which writes errors
// to the console with the sender's text in them; here every error goes to `report`, and a peer that is gone is no error.
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
  // A reset, or a frame that is none: the peer's doing, and the end of its socket.
  socket.on('error', () => socket.terminate());
  const stopHeartbeat = heartbeat(socket, scheduler, keepAliveMs);
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      // Resolves once the system has taken the message: that holds the next one back. Also when the peer has gone.
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
          // `ws` gives text messages as one Buffer.
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

function heartbeat(socket: WebSocket, scheduler: Scheduler, everyMs: number): Cancel {
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
