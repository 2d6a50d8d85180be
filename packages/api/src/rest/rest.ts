// The REST face as a whole. Its routes are registered before the schema exists that they run on.
import type { FastifyInstance } from 'fastify';
import { invariant } from '@holdfast/kernel';
import type { GraphQLSchema } from 'graphql';
import type { ApiDependencies } from '../dependencies.js';
import type { People } from '../people/people.js';
import { createRunOperation, type OperationParts } from './graphql-operations.js';
import { orderRoutes } from './order-routes.js';
import { paymentReports } from './payment-reports.js';
import { paymentRoutes } from './payment-routes.js';
import { serveRest } from './serve-rest.js';

export type RestParts = Omit<OperationParts, 'schema'> & {
  readonly dependencies: ApiDependencies;
  readonly people: () => People;
};

export type Rest = {
  serve(this: void, fastify: FastifyInstance, hasPages: boolean): void;
  /** Call this before the first request. */
  opened(this: void, schema: GraphQLSchema): void;
  /** Ends the waits of requests, which then respond with the present state. */
  closing(this: void): void;
};

export function restOf(parts: RestParts): Rest {
  const { dependencies, people, report } = parts;
  const { settings, environment, feed, cards = null } = dependencies;
  const closing = new AbortController();
  let opened: GraphQLSchema | null = null;
  const run = createRunOperation({
    ...parts,
    schema: () => {
      invariant(opened !== null, 'the API has started');
      return opened;
    },
  });
  const vocabulary = settings.statusVocabulary ?? 'CANONICAL';
  const { ids } = environment;
  const routes = [
    ...orderRoutes({ run, vocabulary }),
    ...paymentRoutes({ run, vocabulary }),
    ...paymentReports({ run, vocabulary, cards, people, feed, environment, ids, closing: closing.signal }),
  ];
  return {
    serve: (fastify, hasPages) => {
      serveRest(fastify, { routes, hasPages, report });
    },
    opened: (schema) => {
      opened = schema;
    },
    closing: () => {
      closing.abort();
    },
  };
}
