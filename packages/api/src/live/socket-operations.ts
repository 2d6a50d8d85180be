// The operations of a socket: each is parsed, checked, counted and admitted before it runs, and has a time limit.
import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { codeOf, graphQLError, notInTime, presentError } from '../graphql/errors.js';
import { batchedLoad } from '../graphql/request-context.js';
import { comeBackMs, OpenCounts, retryReason, type SocketLimits } from './limits.js';
import { authorizationOf, viewerOf } from './socket-access.js';
import type { Conversation, SocketContext, WebSocketOptions } from './socket-connection.js';
import { tryAgainLater } from './transport.js';

export type BeginOperation = ReturnType<typeof beginOperations>;

/** Checks, counts and admits an operation. Returns its refusal, or the arguments with which graphql-ws executes it. */
export function beginOperations(options: WebSocketOptions, limits: SocketLimits) {
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
    // The roles may have changed since the socket was opened.
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

/**
 * Returns the document of a message, or the errors in it. graphql-ws must not parse by itself: there an exception of the
 * parser ends the socket with all its subscriptions.
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

/** Counts running operations. Returns the function to call at the operation's end, or the refusal. */
function countOpen(limits: SocketLimits) {
  const perAddress = new OpenCounts();
  return ({ extra, subscriptions }: Conversation, isLive: boolean): (() => void) | GraphQLError => {
    const retryAfterMs = extra.operationExceeds();
    if (retryAfterMs !== null) {
      const refusal = 'Too many operations';
      extra.socket.close(tryAgainLater, retryReason(refusal, retryAfterMs));
      return tooMany(refusal, retryAfterMs);
    }
    // This operation is among the subscriptions already.
    if (Object.keys(subscriptions).length > limits.operationsPerSocket)
      return tooMany('too many subscriptions on one socket', comeBackMs);
    if (!isLive) return () => undefined;
    const release = perAddress.take(extra.network, limits.subscriptionsPerAddress);
    return release ?? tooMany('too many subscriptions from this address', comeBackMs);
  };
}

const tooMany = (refusal: string, retryAfterMs: number): GraphQLError =>
  graphQLError('RATE_LIMITED', refusal, { retryAfterMs });

/** Runs an operation within its time limit, and reports its outcome. */
export async function limited<R extends object>(
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
      // A subscription that begins after the limit has no reader, so it is ended.
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
