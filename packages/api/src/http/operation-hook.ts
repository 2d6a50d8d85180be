// Each GraphQL operation over HTTP begins as soon as its request has arrived, so that all of its work has one time limit.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notInTime } from '../graphql/errors.js';
import type { Operation, StartOperation } from '../telemetry/graphql-operation.js';
import type { Tracing } from '../telemetry/tracing.js';

export type OperationHook = {
  /** The operation of a request. */
  of(this: void, request: FastifyRequest): Operation;
  /** Begins an operation for each request to this path. */
  watch(this: void, fastify: FastifyInstance, path: string): void;
};

export function createOperationHook(startOperation: StartOperation, tracing: Tracing | null): OperationHook {
  const operations = new WeakMap<FastifyRequest, Operation>();
  return {
    of: (request) => operations.get(request) ?? startOperation(request.id),
    watch(fastify, path) {
      fastify.addHook('preHandler', (request, reply, done) => {
        if (request.routeOptions.url !== path) {
          done();
          return;
        }
        const operation = startOperation(request.id);
        operations.set(request, operation);
        operation.onExpired(() => {
          void reply.code(200).send({ errors: [notInTime(request.id)] });
        });
        // For requests that executed nothing. If the operation has ended already, this second end changes nothing.
        reply.raw.once('close', () => {
          operation.end(reply.raw.writableFinished ? 'BAD_REQUEST' : 'CALLER_GONE');
        });
        if (operation.trace === null || tracing === null) done();
        else tracing.run(operation.trace, done);
      });
    },
  };
}
