// The embedded log over EventStoreDB's own gRPC protocol, on one port with the health checks of HTTP/1.1.
import { createServer as createHttpServer } from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import type { Environment } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { grpcServer } from './ended-calls.js';
import { featuresServer, featuresService, gossipServer, gossipService, streamMethods } from './features.js';
import {
  persistentMethods,
  persistentService,
  PersistentSubscriptions,
} from './persistent/persistent-service.js';
import { Reading } from './streams/reading.js';
import { StreamView } from './streams/stream-view.js';
import { streamsServer, streamsService } from './streams/streams-service.js';

export type ServerOptions = {
  /** an embedded store, whose positions have no gaps; it stays the caller's to close */
  readonly store: EventStore;
  readonly environment: Pick<Environment, 'clock' | 'scheduler' | 'ids'>;
  /** 0 takes a free one */
  readonly port: number;
  /** 127.0.0.1 unless given: there is no authentication, so any client of the port may read and write everything */
  readonly host?: string;
  /** PEM; without it connections are not encrypted (`esdb://…?tls=false`) */
  readonly tls?: { readonly cert: string; readonly key: string };
};

export type ProtocolServer = {
  readonly host: string;
  readonly port: number;
  /** Ends subscriptions and connections. Resolves when the port is closed. */
  close(): Promise<void>;
};

const http2Preface = Buffer.from('PRI * HTTP/2.0');

/** @throws Error when the port is taken */
export async function openServer(options: ServerOptions): Promise<ProtocolServer> {
  const { store, environment, host = '127.0.0.1' } = options;
  const view = new StreamView(store, environment);
  const reading = new Reading(store, view, environment);
  const grpc = grpcServer();
  grpc.addService(streamsService, streamsServer(view, reading, environment.clock));
  grpc.addService(featuresService, featuresServer([...streamMethods, ...persistentMethods]));
  const subscriptions = new PersistentSubscriptions(store, view, environment);
  grpc.addService(persistentService, subscriptions.server());
  const bound = { host, port: options.port };
  grpc.addService(
    gossipService,
    gossipServer(environment, () => bound),
  );

  const http = createHttpServer((request, response) => {
    if (request.url === '/ping') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"text":"Ping request successfully handled"}');
    } else response.writeHead(request.url === '/health/live' ? 204 : 404).end();
  });
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<net.Socket>();
  const accept = (socket: net.Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (beginning) => {
      socket.pause();
      socket.unshift(beginning);
      // compares only the bytes of the preface that have arrived
      const { length } = http2Preface;
      const isHttp2 = http2Preface.subarray(0, beginning.length).equals(beginning.subarray(0, length));
      if (isHttp2) injector.injectConnection(socket);
      else {
        http.emit('connection', socket);
        socket.resume();
      }
    });
  };
  const listener =
    options.tls === undefined
      ? net.createServer({ noDelay: true }, accept)
      : tls.createServer({ ...options.tls, ALPNProtocols: ['h2', 'http/1.1'], noDelay: true }, accept);
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.port, host, resolve);
  });
  bound.port = (listener.address() as net.AddressInfo).port;
  return {
    ...bound,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        listener.close(() => {
          resolve();
        });
      });
      injector.destroy();
      grpc.forceShutdown();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
