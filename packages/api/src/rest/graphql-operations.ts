// Runs operations of the GraphQL schema for the REST routes: the same resolvers, access table, limits and time limits, so
// that a route can do no more than GraphQL.
import {
  execute,
  parse,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import type { Admission } from '../graphql/admission.js';
import { codeOf, notInTime, presentError, refusedOperation, type Report } from '../graphql/errors.js';
import { batchedLoad, type RequestContext } from '../graphql/request-context.js';
import { limited } from '../live/socket-operations.js';
import type { ApiDependencies } from '../dependencies.js';
import type { People } from '../people/people.js';
import type { Viewer } from '../people/viewer.js';
import type { Operation, StartOperation } from '../telemetry/graphql-operation.js';
import type { Tracing } from '../telemetry/tracing.js';
import { problemOf, problemOfError, type Problem } from './problems.js';

/** The sender of a request. */
export type Caller = {
  readonly authorization: string | undefined;
  readonly address: string;
  readonly correlationId: string;
};

export type Ran<Data> =
  | { readonly ok: true; readonly data: Data; readonly viewer: Viewer | null }
  | { readonly ok: false; readonly problem: Problem };

export type RunOperation = <Data>(
  caller: Caller,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
) => Promise<Ran<Data>>;

export type OperationParts = {
  readonly schema: () => GraphQLSchema;
  readonly people: () => People;
  readonly dependencies: Pick<ApiDependencies, 'projections'>;
  readonly startOperation: StartOperation;
  readonly admission: Admission;
  readonly report: Report;
  readonly tracing: Tracing | null;
};

export const operation = (text: string): DocumentNode => parse(text);

export function createRunOperation(parts: OperationParts): RunOperation {
  return <Data>(caller: Caller, document: DocumentNode, variables: Readonly<Record<string, unknown>>) => {
    const started = parts.startOperation(caller.correlationId);
    const run = () => runOperation<Data>(parts, started, caller, document, variables);
    const { tracing } = parts;
    const { trace } = started;
    if (tracing === null || trace === null) return run();
    return new Promise<Ran<Data>>((resolve, reject) => {
      tracing.run(trace, () => {
        run().then(resolve, reject);
      });
    });
  };
}

async function runOperation<Data>(
  { schema: schemaNow, people, dependencies, admission, report }: OperationParts,
  started: Operation,
  { authorization, address, correlationId }: Caller,
  document: DocumentNode,
  variableValues: Readonly<Record<string, unknown>>,
): Promise<Ran<Data>> {
  const refused = (error: Pick<GraphQLFormattedError, 'message' | 'extensions'>): Ran<Data> => {
    started.end(codeOf(error));
    return { ok: false, problem: problemOfError(error, correlationId) };
  };
  const late = new Promise<'late'>((resolve) => {
    started.onExpired(() => {
      resolve('late');
    });
  });
  let viewer: Viewer | null | 'late';
  try {
    viewer = await Promise.race([people().authenticate(authorization), late]);
  } catch (error) {
    return refused(refusedOperation(error, correlationId, report));
  }
  if (viewer === 'late') return refused(notInTime(correlationId));
  if (viewer === null && authorization !== undefined) {
    started.end('UNAUTHENTICATED');
    return { ok: false, problem: problemOf('UNAUTHENTICATED', 'the token is not valid', correlationId) };
  }
  const schema = schemaNow();
  const asked = { schema, document, operationName: null, variables: variableValues, viewer, address };
  const refusal = await admission(asked);
  if (refusal !== null) return refused(refusal);
  const contextValue: RequestContext = {
    ...{ viewer, correlationId, operation: started, address },
    load: batchedLoad(dependencies.projections),
  };
  const args: ExecutionArgs = { schema, document, variableValues, contextValue };
  const { data, errors } = await limited(args, async () => execute(args));
  const [error] = errors ?? [];
  if (error !== undefined) return refused(presentError(error, correlationId, report));
  return { ok: true, data: data as Data, viewer };
}
