// Subscriptions over WebSocket (the graphql-transport-ws protocol). A socket belongs to one viewer and lives no longer
// than their access; its messages and its open operations are bounded.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Environment, Position } from '@holdfast/kernel';
import {
  execute,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  specifiedRules,
  subscribe,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import {
  CloseCode,
  handleProtocols,
  makeServer,
  type Context,
  type ServerOptions,
  type SubscribePayload,
} from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ApiDependencies } from '../dependencies.js';
import { codeOf, graphQLError, notInTime, presentError, type Report } from '../graphql/errors.js';
import type { Admission } from '../graphql/admission.js';
import { addressOf } from '../http/http.js';
import { watchAccess } from '../people/access-watch.js';
import type { People, Viewer } from '../people/people.js';
import { batchedLoad, type RequestContext } from '../graphql/request-context.js';
import type { StartOperation } from '../telemetry/graphql-operation.js';
import { delivered } from './delivered.js';
import {
  comeBackMs,
  defaultSocketLimits,
  networkOf,
  OpenCounts,
  perMinute,
  retryReason,
  type SocketLimits,
} from './limits.js';
import { converse, tryAgainLater, type Peer } from './transport.js';

export type WebSockets = { close(): Promise<void> };

const maxMessageBytes = 64 * 1024;
const initTimeoutMs = 3_000;
const keepAliveMs = 12_000;
/** The time in which a refused peer can read why. */
const refusedMs = 1_000;

/** The peer of one socket. */
type Connection = Peer & {
  readonly correlationId: string;
  readonly address: string;
  /** Addresses that count as one. */
  readonly network: string;
  /** Counts one more operation: how long to wait when there were too many. */
  readonly operationExceeds: () => number | null;
};
type SocketContext = RequestContext & {
  readonly socket: WebSocket;
  /** to be called when the operation has ended */
  readonly ended: () => void;
};
type Conversation = Context<Record<string, unknown>, Connection>;

export type WebSocketOptions = {
  readonly server: Server;
  readonly path: string;
  readonly schema: GraphQLSchema;
  readonly validationRules: readonly ValidationRule[];
  readonly maxTokens: number;
  readonly people: People;
  readonly dependencies: Pick<ApiDependencies, 'environment' | 'feed' | 'projections' | 'settings' | 'store'>;
  readonly startOperation: StartOperation;
  /** refuses operations that cost too much, or too often */
  readonly admission: Admission;
  readonly report: Report;
};

export function startWebSockets(options: WebSocketOptions): WebSockets {
  const { server, path, dependencies, report } = options;
  const { environment, settings } = dependencies;
  const { scheduler, clock, ids } = environment;
  const limits: SocketLimits = { ...defaultSocketLimits, ...settings.sockets };
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, handleProtocols });
  const perAddress = new OpenCounts();
  const protocol = makeServer(protocolOptions(options, limits));
  const transport = {
    protocol,
    scheduler,
    keepAliveMs,
    report: (unexpected: unknown, { correlationId }: Connection) => {
      report(unexpected, correlationId);
    },
  };

  const admit = (socket: WebSocket, request: IncomingMessage): void => {
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
    converse(transport, {
      socket,
      request,
      address,
      network,
      correlationId: ids.next(),
      operationExceeds: perMinute(limits.operationsPerMinute, clock),
    });
  };

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Until `ws` has the socket nobody else listens, and a reset without a listener would end the process.
    socket.on('error', () => socket.destroy());
    if (request.url?.split('?')[0] !== path || !isSameOrigin(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, admit);
  };
  server.on('upgrade', upgrade);

  return {
    async close() {
      server.off('upgrade', upgrade);
      for (const client of sockets.clients) client.close(1001, 'Going away');
      await new Promise<void>((resolve) => {
        sockets.close(() => {
          resolve();
        });
      });
    },
  };
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
): ServerOptions<Record<string, unknown>, Connection> {
  const { dependencies, report } = options;
  const { environment } = dependencies;
  const perUser = new OpenCounts();
  const begin = beginOperations(options, limits);
  const present =
    ({ correlationId }: Connection) =>
    (error: GraphQLError): GraphQLFormattedError =>
      presentError(error, correlationId, report);

  return {
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: (conversation) => connect(conversation, options, perUser, limits.socketsPerUser),
    onSubscribe: (conversation, _id, payload) => begin(conversation, payload),
    execute: (args) => limited(args, async () => execute(args)),
    // The time limit is for the beginning: updates last as long as the peer reads them.
    subscribe: (args) =>
      limited(args, async () => {
        const { socket, ended } = args.contextValue as SocketContext;
        let isRunning = false;
        try {
          const result = await subscribe(args);
          if (!(Symbol.asyncIterator in result)) return result;
          isRunning = true;
          const reader = { socket, slowReaderMs: limits.slowReaderMs, scheduler: environment.scheduler };
          return delivered(result, reader, ended);
        } finally {
          if (!isRunning) ended();
        }
      }),
    onError: ({ extra }, _id, _payload, errors) => errors.map(present(extra)),
    onNext: ({ extra }, _id, _payload, _args, { data = null, errors }) =>
      errors === undefined ? undefined : { data, errors: errors.map(present(extra)) },
  };
}

/** Checks, counts and admits an operation. Returns its refusal, or all that executing it takes. */
function beginOperations(options: WebSocketOptions, limits: SocketLimits) {
  const { schema, people, dependencies, startOperation, admission } = options;
  const checked = checkedDocuments(options);
  const opened = countOpen(limits);
  return async (conversation: Conversation, payload: SubscribePayload) => {
    const { extra, connectionParams } = conversation;
    const document = checked(payload, extra.correlationId);
    if (!('kind' in document)) return document;
    const definition = getOperationAST(document, payload.operationName);
    const isLive = definition?.operation === OperationTypeNode.SUBSCRIPTION;
    const ended = opened(conversation, isLive);
    if (typeof ended !== 'function') return [ended];
    const authorization = authorizationOf(connectionParams);
    const operation = startOperation(extra.correlationId);
    const late = new Promise<'late'>((resolve) => {
      operation.onExpired(() => {
        resolve('late');
      });
    });
    // with the roles of now, not those that the socket was opened with
    const viewer = await Promise.race([viewerOf(extra, authorization, options), late]);
    if (viewer === 'late') {
      ended();
      return [notInTime(extra.correlationId)];
    }
    const { operationName = null, variables: variableValues = null } = payload;
    const { address } = extra;
    const asked = { schema, document, operationName, variables: variableValues ?? {}, viewer, address };
    const refusal = await admission(asked);
    if (refusal !== null) {
      ended();
      operation.end(codeOf(refusal));
      return [refusal];
    }
    const contextValue: SocketContext = {
      viewer,
      correlationId: extra.correlationId,
      operation,
      address,
      load: batchedLoad(dependencies.projections),
      viewerNow: () => people.authenticate(authorization),
      socket: extra.socket,
      ended,
    };
    return { schema, document, operationName, variableValues, contextValue };
  };
}

/** Whether the peer may go on: finds out its viewer, and watches that its access goes on. */
async function connect(
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
  // Without a token a socket sees what anyone may see; with a bad one it is refused.
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

/** Closes the socket as soon as the access that it was opened with is over. */
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

async function viewerOf(
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

/** Closes the socket of a peer whose viewer can't be found out. */
function giveUp({ socket, correlationId }: Connection, error: unknown, { report }: WebSocketOptions): void {
  report(error, correlationId);
  socket.close(tryAgainLater, 'Try again later');
}

const isOpen = (socket: WebSocket): boolean => socket.readyState === socket.OPEN;

const authorizationOf = (connectionParams: Readonly<Record<string, unknown>> | undefined): unknown =>
  connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];

/**
 * The document of a message, or why there is none. graphql-ws must not parse: what a parser throws there ends the socket
 * with all its subscriptions.
 */
function checkedDocuments({ schema, validationRules, maxTokens, report }: WebSocketOptions) {
  const rules = [...specifiedRules, ...validationRules];
  return (
    { query, operationName }: SubscribePayload,
    correlationId: string,
  ): DocumentNode | readonly GraphQLError[] => {
    try {
      const document = parse(query, { maxLexicalTokens: maxTokens });
      const errors = validate(schema, document, rules);
      if (errors.length > 0) return errors;
      return getOperationAST(document, operationName) === null
        ? [graphQLError('BAD_USER_INPUT', 'operationName: names none of the operations')]
        : document;
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      report(error, correlationId);
      return [graphQLError('BAD_USER_INPUT', 'the document can not be checked')];
    }
  };
}

/** Counts operations: a function to call at the end of one, or the refusal. */
function countOpen(limits: SocketLimits) {
  const perAddress = new OpenCounts();
  return ({ extra, subscriptions }: Conversation, isLive: boolean): (() => void) | GraphQLError => {
    const retryAfterMs = extra.operationExceeds();
    if (retryAfterMs !== null) {
      const refusal = 'Too many operations';
      extra.socket.close(tryAgainLater, retryReason(refusal, retryAfterMs));
      return tooMany(refusal, retryAfterMs);
    }
    // The one that asks is among them already.
    if (Object.keys(subscriptions).length > limits.operationsPerSocket)
      return tooMany('too many subscriptions on one socket', comeBackMs);
    if (!isLive) return () => undefined;
    const release = perAddress.take(extra.network, limits.subscriptionsPerAddress);
    return release ?? tooMany('too many subscriptions from this address', comeBackMs);
  };
}

const tooMany = (refusal: string, retryAfterMs: number): GraphQLError =>
  graphQLError('RATE_LIMITED', refusal, { retryAfterMs });

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
      // A subscription that begins too late has no reader.
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
