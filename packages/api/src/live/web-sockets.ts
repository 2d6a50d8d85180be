// Subscriptions over WebSocket (the graphql-transport-ws protocol). A socket belongs to one viewer and lives no longer
// than their access; what it may send, and how much, is bounded.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  execute,
  getOperationAST,
  GraphQLError,
  parse,
  specifiedRules,
  subscribe,
  validate,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import { CloseCode } from 'graphql-ws';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Position } from '@holdfast/kernel';
import { FeedOverflow } from '@holdfast/runtime';
import type { ApiDependencies } from '../dependencies.js';
import { codeOf, notInTime, presentError } from '../errors.js';
import { addressOf } from '../http.js';
import { watchAccess } from '../people/access-watch.js';
import type { People, Viewer } from '../people/people.js';
import { batchedLoad, type RequestContext } from '../request-context.js';
import type { StartOperation } from '../telemetry/operations.js';

export type WebSockets = { close(): Promise<void> };

const maxMessageBytes = 64 * 1024;
const initTimeoutMs = 3_000;
const keepAliveMs = 12_000;
const messagesPerMinute = 100;
const socketsPerUser = 20;
const subscriptionsPerSocket = 50;

/** RFC 6455's registry: the server can't serve this now, the client may come again. */
const tryAgainLater = 1013;
const policyViolation = 1008;

type Connection = Extra & Record<PropertyKey, unknown> & { correlationId?: string };
type SocketContext = RequestContext & { readonly socket: WebSocket };

export function startWebSockets({
  server,
  path,
  schema,
  validationRules,
  maxTokens,
  people,
  dependencies: { environment, feed, projections, settings, store },
  startOperation,
  report,
}: {
  readonly server: Server;
  readonly path: string;
  readonly schema: GraphQLSchema;
  readonly validationRules: readonly ValidationRule[];
  readonly maxTokens: number;
  readonly people: People;
  readonly dependencies: ApiDependencies;
  readonly startOperation: StartOperation;
  readonly report: (unexpected: unknown, correlationId: string) => void;
}): WebSockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  const perUser = new Map<string, number>();
  const rules = [...specifiedRules, ...validationRules];

  /** Closes the socket as soon as the access that it was opened with is over. */
  const watch = (socket: WebSocket, viewer: Viewer, since: Position, authorization: unknown): void => {
    const stop = watchAccess(viewer, since, {
      feed,
      scheduler: environment.scheduler,
      viewerNow: () => people.authenticate(authorization),
      ended: () => {
        socket.close(CloseCode.Forbidden, 'Forbidden');
      },
      failed: (error) => {
        giveUp(socket, error);
      },
    });
    socket.once('close', stop);
  };

  const giveUp = (socket: WebSocket, error: unknown): void => {
    report(error, 'web-socket');
    socket.close(tryAgainLater, 'Try again later');
  };

  /** With the roles of now, not those that the socket was opened with. */
  const viewerOf = async (socket: WebSocket, authorization: unknown): Promise<Viewer | null> => {
    try {
      return await people.authenticate(authorization);
    } catch (error) {
      giveUp(socket, error);
      return null;
    }
  };

  const count = (viewer: Viewer, socket: WebSocket): boolean => {
    const open = perUser.get(viewer.id) ?? 0;
    if (open >= socketsPerUser) return false;
    perUser.set(viewer.id, open + 1);
    socket.once('close', () => {
      const left = (perUser.get(viewer.id) ?? 1) - 1;
      if (left === 0) perUser.delete(viewer.id);
      else perUser.set(viewer.id, left);
    });
    return true;
  };

  const present =
    ({ correlationId = '' }: Connection) =>
    (error: GraphQLError): GraphQLFormattedError =>
      presentError(error, correlationId, report);

  const protocol = useServer<Record<string, unknown>, Connection>(
    {
      schema,
      execute: (args) => limited(args, async () => execute(args)),
      // Its beginning: what follows lasts as long as somebody reads it.
      subscribe: (args) =>
        limited(args, async () => {
          const result = await subscribe(args);
          const { socket } = args.contextValue as SocketContext;
          return Symbol.asyncIterator in result ? closingWhenSlow(result, socket) : result;
        }),
      parse: (source) => parse(source, { maxLexicalTokens: maxTokens }),
      validate: (_schema, document) => validate(schema, document, rules),
      connectionInitWaitTimeout: initTimeoutMs,
      onConnect: async ({ connectionParams, extra }) => {
        const authorization = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
        const { synced } = await store.end();
        const viewer = await people.authenticate(authorization);
        // Without a token a socket sees what anyone may see; with a bad one it is refused.
        if (authorization !== undefined && viewer === null) return false;
        if (viewer !== null && !count(viewer, extra.socket)) return false;
        extra.correlationId = environment.ids.next();
        if (viewer !== null) watch(extra.socket, viewer, synced, authorization);
        return true;
      },
      onSubscribe: ({ subscriptions }) => {
        if (Object.keys(subscriptions).length > subscriptionsPerSocket)
          return [new GraphQLError('too many subscriptions on one socket')];
      },
      context: async ({ connectionParams, extra }): Promise<SocketContext> => {
        const authorization = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
        return {
          viewer: await viewerOf(extra.socket, authorization),
          correlationId: extra.correlationId ?? '',
          operation: startOperation(extra.correlationId ?? ''),
          address: addressOf(extra.request, settings.trustedProxies),
          load: batchedLoad(projections),
          viewerNow: () => people.authenticate(authorization),
          socket: extra.socket,
        };
      },
      onError: ({ extra }, _id, _payload, errors) => errors.map(present(extra)),
      onNext: ({ extra }, _id, _payload, _args, { data = null, errors }) =>
        errors === undefined ? undefined : { data, errors: errors.map(present(extra)) },
    },
    sockets,
    keepAliveMs,
  );

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (request.url?.split('?')[0] !== path || !isSameOrigin(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      boundMessages(webSocket, environment.clock);
      sockets.emit('connection', webSocket, request);
      // A frame that is too large, or none, is the sender's mistake and ends the socket: nothing for our logs.
      webSocket.removeAllListeners('error').on('error', () => webSocket.terminate());
    });
  };
  server.on('upgrade', upgrade);

  return {
    async close() {
      server.off('upgrade', upgrade);
      await protocol.dispose();
    },
  };
}

/** Ends an operation in time, and says how it ended. */
async function limited<R extends object>(
  { contextValue, document, operationName }: ExecutionArgs,
  run: () => Promise<R>,
): Promise<R | ExecutionResult> {
  const { operation } = contextValue as SocketContext;
  const definition = getOperationAST(document, operationName);
  if (definition) operation.asks(definition);
  const running = run();
  const tooLate = new Promise<ExecutionResult>((resolve) => {
    operation.onExpired(() => {
      resolve({ errors: [notInTime(operation.correlationId)] });
      // Nobody reads what begins too late.
      running.then(leave, () => undefined);
    });
  });
  const result = await Promise.race([running, tooLate]);
  const [error] = 'errors' in result ? result.errors : [];
  operation.end(
    error === undefined ? 'ok' : codeOf(presentError(error, operation.correlationId, () => undefined)),
  );
  return result;
}

const leave = (result: object): void => {
  if (Symbol.asyncIterator in result) void (result as AsyncGenerator).return(undefined);
};

/** A page of another site must not ride on its visitor's network; programs send no Origin. */
function isSameOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function boundMessages(socket: WebSocket, clock: { now(): number }): void {
  let since = clock.now();
  let messages = 0;
  socket.on('message', () => {
    if (clock.now() - since >= 60_000) {
      since = clock.now();
      messages = 0;
    }
    messages += 1;
    if (messages > messagesPerMinute) socket.close(policyViolation, 'Too many messages');
  });
}

/**
 * A reader that fell behind is sent away in a way that makes its client come back, with its cursor. No generator: its
 * `return` would wait for the `next` under way.
 */
function closingWhenSlow<T>(results: AsyncGenerator<T>, socket: WebSocket): AsyncIterableIterator<T> {
  return {
    next: async () => {
      try {
        return await results.next();
      } catch (error) {
        const cause = error instanceof GraphQLError ? error.originalError : error;
        if (!(cause instanceof FeedOverflow)) throw error;
        socket.close(tryAgainLater, 'Too slow: resume from the cursor');
        return { done: true, value: undefined };
      }
    },
    return: () => results.return(undefined),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
