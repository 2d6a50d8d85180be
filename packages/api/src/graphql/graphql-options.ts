// Apollo's options for serving the schema over HTTP: limits, the context of each request, and the errors in responses.
import { readFileSync } from 'node:fs';
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloArmor } from '@escape.tech/graphql-armor';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NoSchemaIntrospectionCustomRule, type ValidationRule } from 'graphql';
import type { ApiDependencies } from '../dependencies.js';
import type { OperationHook } from '../http/operation-hook.js';
import type { People } from '../people/people.js';
import { refreshCookieOf } from '../people/refresh-cookie.js';
import { OwnWrites } from '../queries/own-writes.js';
import { apolloLogger } from '../telemetry/logger.js';
import { guarded } from './access.js';
import type { Admission } from './admission.js';
import { responsePlugin } from './response-plugin.js';
import { introspectionByStaff } from './introspection.js';
import { codeOf, refusedOperation, type Report } from './errors.js';
import { batchedLoad, type RequestContext } from './request-context.js';
import { path } from './path.js';
import { positionText, scalars } from './scalars.js';

const typeDefs = readFileSync(new URL('../../src/schema.graphql', import.meta.url), 'utf8');

export const maxTokens = 3_000;

/** Larger operations are refused before anything runs. A query of an order with all its parts is far below these limits. */
const armor = {
  maxDepth: { n: 12 },
  maxAliases: { n: 30 },
  maxDirectives: { n: 20 },
  // The parser counts tokens by itself, over WebSocket as well.
  maxTokens: { enabled: false },
  // `admission.ts` counts the cost, with the variables.
  costLimit: { enabled: false },
};

export type GraphQLOptions = {
  readonly dependencies: ApiDependencies;
  /** @throws Error before the module has started */
  readonly people: () => People;
  readonly operations: OperationHook;
  readonly admission: Admission;
  readonly report: Report;
};

/** The options of Nest's GraphQL module, and the validation rules that apply over WebSocket as well. */
export function graphqlOptions(options: GraphQLOptions): {
  readonly driver: ApolloDriverConfig;
  readonly validationRules: readonly ValidationRule[];
} {
  const { dependencies, people, admission, report } = options;
  const { settings, projections, logger } = dependencies;
  const protection = new ApolloArmor(armor).protect();
  const isOpen = !settings.production;
  const forStaff = settings.production && settings.consoleApi === true;
  const limits = protection.validationRules;
  // In production, no WebSocket client needs the schema.
  const validationRules: ValidationRule[] = [...limits, ...(isOpen ? [] : [NoSchemaIntrospectionCustomRule])];
  const driver: ApolloDriverConfig = {
    driver: ApolloDriver,
    path,
    typeDefs,
    resolvers: fixedResolvers,
    transformSchema: (schema) =>
      guarded(schema, people, new OwnWrites(projections), settings.mutationsAtOnce),
    context: (request: FastifyRequest, reply: FastifyReply) => contextOf(request, reply, options),
    // The types are the same; one package has them in CommonJS, the other in ESM.
    plugins: [
      ...(protection.plugins as unknown as ApolloServerPlugin[]),
      ...(forStaff ? [introspectionByStaff] : []),
      responsePlugin(admission, report),
    ],
    validationRules: forStaff ? limits : validationRules,
    parseOptions: { maxLexicalTokens: maxTokens },
    // In production a rule or a plugin refuses introspection: Apollo's own refusal names a setting of Apollo.
    introspection: true,
    hideSchemaDetailsFromClientErrors: settings.production,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    // Not needed: the one cookie is read only together with a header that other sites can't send. Mutations over GET and the
    // content types of forms are refused.
    csrfPrevention: false,
    graphiql: false,
    logger: apolloLogger(logger),
    autoTransformHttpErrors: false,
  };
  return { driver, validationRules };
}

/** @throws GraphQLError when the caller can't be authenticated now */
async function contextOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { dependencies, people, operations, report }: GraphQLOptions,
): Promise<RequestContext> {
  const operation = operations.of(request);
  try {
    return {
      viewer: await people().authenticate(request.headers.authorization),
      correlationId: request.id,
      operation,
      address: request.ip,
      load: batchedLoad(dependencies.projections),
      refreshCookie: refreshCookieOf(request, reply, dependencies.settings.production),
    };
  } catch (error) {
    const refused = refusedOperation(error, request.id, report);
    operation.end(codeOf(refused));
    throw refused;
  }
}

const typeNameOf = (value: { readonly __typename?: string }): string | undefined => value.__typename;

const fixedResolvers = {
  ...scalars,
  Money: { amount: ({ minor }: { readonly minor: number }) => minor },
  Notification: { cursor: ({ position }: { readonly position: number }) => positionText(position) },
  // Every member of a union is an object with its `__typename`.
  ...Object.fromEntries(['Node', 'ErrorResult'].map((name) => [name, { __resolveType: typeNameOf }])),
};
