// The API as a whole: NestJS on Fastify, Apollo behind HTTP, graphql-ws behind WebSocket, one schema and one access
// table for both.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloArmor } from '@escape.tech/graphql-armor';
import { Module } from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { CommandBus } from '@nestjs/cqrs';
import { GraphQLModule, GraphQLSchemaHost } from '@nestjs/graphql';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { NoSchemaIntrospectionCustomRule, type ValidationRule } from 'graphql';
import { guarded } from './graphql/access.js';
import { CatalogueResolver, StockLevelResolver } from './catalogue/catalogue.resolver.js';
import { CommandsModule } from './commands/command-bus.js';
import type { ApiDependencies } from './dependencies.js';
import { codeOf, notInTime, refusedOperation } from './graphql/errors.js';
import { createAdmission } from './graphql/admission.js';
import { answering } from './graphql/answering.js';
import { WelcomeController } from './http/health.controller.js';
import { createHttp, originOf } from './http/http.js';
import { apolloLogger } from './telemetry/logger.js';
import { startWebSockets, type WebSockets } from './live/web-sockets.js';
import {
  OperationsResolver,
  ParkedEventResolver,
  ProjectionStatusResolver,
  StreamSummaryResolver,
} from './operations/operations.resolver.js';
import { InterventionsResolver, SagaResolver } from './operations/sagas/sagas.resolver.js';
import { OrdersResolver } from './orders/orders.resolver.js';
import { OwnWrites } from './queries/own-writes.js';
import { People } from './people/people.js';
import { createRateLimits } from './people/rate-limits.js';
import { PeopleResolver } from './people/people.resolver.js';
import { probesOf } from './http/probes.js';
import { queryHandlers } from './queries/queries.js';
import { batchedLoad, type RequestContext } from './graphql/request-context.js';
import { positionText, scalars } from './graphql/scalars.js';
import { openTelemetry } from './telemetry/telemetry.js';
import { createOperations, longestOperationMs, type Operation } from './telemetry/operations.js';
import { UserResolver, WalletsResolver } from './wallets/wallets.resolver.js';

export type Api = {
  readonly commandBus: CommandBus;
  readonly people: People;
  /** begins to answer */
  listen(): Promise<void>;
  /** of the GraphQL endpoint, once it listens */
  url(): string;
  /** lets running operations finish, ends subscriptions */
  close(): Promise<void>;
};

export const path = '/graphql';
const typeDefs = readFileSync(new URL('../src/schema.graphql', import.meta.url), 'utf8');

const maxTokens = 3_000;

/** Refused before anything runs. The widest query of an order with all that belongs to it is well within. */
const armor = {
  maxDepth: { n: 12 },
  maxAliases: { n: 30 },
  maxDirectives: { n: 20 },
  // the parser counts them itself, over WebSocket too
  maxTokens: { enabled: false },
  // admission counts it, with the variables
  costLimit: { enabled: false },
};

export async function createApi(dependencies: ApiDependencies): Promise<Api> {
  const { settings, logger, environment } = dependencies;
  const now = () => performance.now();
  const { clock } = environment;
  const telemetry = dependencies.telemetry ?? (await openTelemetry({ now, clock, logger, tracesTo: null }));
  const probes = probesOf({ ...dependencies, telemetry });
  const limitMs = settings.operationMs ?? longestOperationMs;
  const startOperation = createOperations(telemetry, environment.scheduler, logger, limitMs);
  const operations = new WeakMap<FastifyRequest, Operation>();
  const holder: { people?: People } = {};
  const people = (): People => {
    if (holder.people === undefined) throw new Error('the API has not started');
    return holder.people;
  };
  const report = (unexpected: unknown, correlationId: string): void =>
    logger.error({ err: unexpected, correlationId }, 'an operation failed');

  const admission = createAdmission(createRateLimits(settings.limits));
  const protection = new ApolloArmor(armor).protect();
  const validationRules: ValidationRule[] = [
    ...protection.validationRules,
    ...(settings.production ? [NoSchemaIntrospectionCustomRule] : []),
  ];

  const context = async (request: FastifyRequest): Promise<RequestContext> => {
    const operation = operations.get(request) ?? startOperation(request.id);
    try {
      return {
        viewer: await people().authenticate(request.headers.authorization),
        correlationId: request.id,
        operation,
        address: request.ip,
        load: batchedLoad(dependencies.projections),
      };
    } catch (error) {
      const refused = refusedOperation(error, request.id, report);
      operation.end(codeOf(refused));
      throw refused;
    }
  };

  const graphql: ApolloDriverConfig = {
    driver: ApolloDriver,
    path,
    typeDefs,
    resolvers: {
      ...scalars,
      Money: { amount: ({ minor }: { readonly minor: number }) => minor },
      Notification: { cursor: ({ position }: { readonly position: number }) => positionText(position) },
      // every member is made with its type's name
      ...Object.fromEntries(['Node', 'ErrorResult'].map((name) => [name, { __resolveType: typeNameOf }])),
    },
    transformSchema: (schema) =>
      guarded(schema, people, new OwnWrites(dependencies.projections), settings.mutationsAtOnce),
    context,
    // The two packages speak of the same types, one in CommonJS, one in ESM.
    plugins: [...(protection.plugins as unknown as ApolloServerPlugin[]), answering(admission, report)],
    validationRules,
    parseOptions: { maxLexicalTokens: maxTokens },
    introspection: !settings.production,
    hideSchemaDetailsFromClientErrors: settings.production,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    // Nothing here is signed in by a cookie, mutations never come by GET, and the types that a form can send are refused.
    csrfPrevention: false,
    graphiql: false,
    logger: apolloLogger(logger),
    autoTransformHttpErrors: false,
  };

  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a module of Nest is a class
  class ApiModule {}
  Module({
    imports: [CommandsModule.given(dependencies), GraphQLModule.forRoot<ApolloDriverConfig>(graphql)],
    controllers: [WelcomeController, ...probes.controllers],
    providers: [
      ...probes.providers,
      {
        provide: People,
        inject: [CommandBus],
        useFactory: async (commandBus: CommandBus) =>
          (holder.people = await People.open(dependencies, commandBus)),
      },
      ...queryHandlers,
      ...[
        PeopleResolver,
        OrdersResolver,
        WalletsResolver,
        UserResolver,
        CatalogueResolver,
        StockLevelResolver,
      ],
      ...[
        OperationsResolver,
        SagaResolver,
        InterventionsResolver,
        ParkedEventResolver,
        StreamSummaryResolver,
        ProjectionStatusResolver,
      ],
    ],
  })(ApiModule);

  const watched = (fastify: FastifyInstance): void => {
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
      // Whatever it was that was not executed.
      reply.raw.once('close', () => {
        operation.end(reply.raw.writableFinished ? 'BAD_REQUEST' : 'CALLER_GONE');
      });
      if (operation.trace === null || telemetry.tracing === null) done();
      else telemetry.tracing.run(operation.trace, done);
    });
  };
  const app = await createHttp(ApiModule, {
    ids: environment.ids,
    prepare: watched,
    ...(settings.trustedProxies !== undefined && { trustedProxies: settings.trustedProxies }),
    ...(settings.requestMs !== undefined && { requestMs: settings.requestMs }),
  });
  try {
    await people().start();
  } catch (error) {
    await app.close();
    throw error;
  }

  let sockets: WebSockets | null = null;
  return {
    commandBus: app.get(CommandBus),
    people: people(),
    async listen() {
      const { schema } = app.get(GraphQLSchemaHost);
      await app.listen(settings.port, settings.host);
      sockets = startWebSockets({
        server: app.getHttpServer(),
        path,
        schema,
        validationRules,
        maxTokens,
        people: people(),
        dependencies,
        startOperation,
        admission,
        report,
      });
    },
    url() {
      return `${originOf(app, settings.host)}${path}`;
    },
    async close() {
      probes.health.stopping();
      await sockets?.close();
      await app.close();
    },
  };
}

const typeNameOf = (value: { readonly __typename?: string }): string | undefined => value.__typename;
