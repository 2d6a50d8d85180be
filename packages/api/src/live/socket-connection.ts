// Types that all parts of the WebSocket transport share: a connection, its operations, and the options.
import type { Server } from 'node:http';
import type { GraphQLSchema, ValidationRule } from 'graphql';
import type { Context } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { ApiDependencies } from '../dependencies.js';
import type { Admission } from '../graphql/admission.js';
import type { Report } from '../graphql/errors.js';
import type { RequestContext } from '../graphql/request-context.js';
import type { People } from '../people/people.js';
import type { StartOperation } from '../telemetry/graphql-operation.js';
import type { Peer } from './transport.js';

/** The peer of one socket. */
export type Connection = Peer & {
  readonly correlationId: string;
  readonly address: string;
  /** The network of the address: all addresses of one network share a limit. */
  readonly network: string;
  /** Counts one more operation. Returns how many ms to wait when there were too many in this minute, otherwise null. */
  readonly operationExceeds: () => number | null;
};
export type SocketContext = RequestContext & {
  readonly socket: WebSocket;
  /** Call this when the operation has ended. */
  readonly ended: () => void;
};
/** The parts of a conversation of graphql-ws that its checks need. */
export type Conversation = Pick<
  Context<Record<string, unknown>, Connection>,
  'extra' | 'connectionParams' | 'subscriptions'
>;

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
