// The API as a whole: NestJS on Fastify, Apollo behind HTTP, graphql-ws behind WebSocket, one schema and one access
// table for both.
import 'reflect-metadata';
import { Module, type Type } from '@nestjs/common';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { CommandBus } from '@nestjs/cqrs';
import { GraphQLModule, GraphQLSchemaHost } from '@nestjs/graphql';
import type { FastifyInstance } from 'fastify';
import { CatalogueResolver, StockLevelResolver } from './catalogue/catalogue.resolver.js';
import { CommandsModule } from './commands/command-bus.js';
import type { ApiDependencies } from './dependencies.js';
import { Closing } from './graphql/closing.js';
import { createAdmission } from './graphql/admission.js';
import type { Report } from './graphql/errors.js';
import { graphqlOptions, maxTokens } from './graphql/graphql-options.js';
import { path } from './graphql/path.js';
import { WelcomeController } from './http/health.controller.js';
import { createHttp, originOf } from './http/http.js';
import { createOperationHook } from './http/operation-hook.js';
import { readPages, servePages } from './http/pages.js';
import { probesOf } from './http/probes.js';
import { carrierWebhooksPath, serveWebhooks, webhooksPath, type WebhookOutcome } from './http/webhooks.js';
import { startWebSockets, type WebSockets } from './live/web-sockets.js';
import { operationsResolvers } from './operations/resolvers.js';
import { serveInvoices } from './invoices/invoice-door.js';
import { NotificationsResolver } from './orders/notifications.resolver.js';
import { OrderLookUpResolver } from './orders/order-look-up.resolver.js';
import { OrderChangesResolver } from './orders/order-changes.resolver.js';
import { OrdersResolver } from './orders/orders.resolver.js';
import { PlaceOrderResolver } from './orders/place-order.resolver.js';
import { ReservationResolver } from './orders/reservation.resolver.js';
import { ReturnRequestsResolver } from './orders/return-requests.resolver.js';
import { ReviewResolver } from './orders/review.resolver.js';
import { People } from './people/people.js';
import { createRateLimits } from './people/rate-limits.js';
import { CustomerViewResolver } from './people/customer-view.resolver.js';
import { PeopleResolver } from './people/people.resolver.js';
import { queryHandlers } from './queries/queries.js';
import { restOf } from './rest/rest.js';
import { openTelemetry } from './telemetry/telemetry.js';
import { createOperationStart, longestOperationMs } from './telemetry/graphql-operation.js';
import { serveLabels } from './shipping/label-route.js';
import {
  CarrierScansResolver,
  ShipmentResolver,
  ShipmentsResolver,
  WarehouseTaskResolver,
} from './shipping/shipments.resolver.js';
import { StaffOrdersResolver } from './shipping/staff-orders.resolver.js';
import { UserResolver, WalletsResolver } from './wallets/wallets.resolver.js';

export type Api = {
  readonly commandBus: CommandBus;
  readonly people: People;
  /** Starts to accept requests. */
  listen(): Promise<void>;
  /** Returns the URL of the GraphQL endpoint, once it listens. */
  url(): string;
  /** Returns the URL of the storefront, once it listens; null when no pages are built. */
  pagesUrl(): string | null;
  /** Lets running operations finish, and ends subscriptions. */
  close(): Promise<void>;
};

export async function createApi(dependencies: ApiDependencies): Promise<Api> {
  const { settings, logger, environment } = dependencies;
  const { scheduler } = environment;
  const now = () => performance.now();
  const telemetry =
    dependencies.telemetry ?? (await openTelemetry({ now, environment, logger, tracesTo: null }));
  const probes = probesOf({ ...dependencies, telemetry });
  const limitMs = settings.operationMs ?? longestOperationMs;
  const startOperation = createOperationStart(telemetry, scheduler, logger, limitMs);
  const operations = createOperationHook(startOperation, telemetry.tracing);
  const admission = createAdmission(createRateLimits(settings.limits));
  const report: Report = (unexpected, correlationId) =>
    logger.error({ err: unexpected, correlationId }, 'an operation failed');

  const pages = settings.pages === undefined ? null : readPages(settings.pages);
  const opened = openedWithNest(dependencies);
  const shared = { dependencies, startOperation, admission, report };
  const rest = restOf({ ...shared, tracing: telemetry.tracing, people: opened.people });
  const options = { dependencies, people: opened.people, operations, admission, report };
  const { driver, validationRules } = graphqlOptions(options);
  const module = moduleOf(dependencies, driver, probes, opened.provider);
  const app = await createHttp(module, {
    ids: environment.ids,
    prepare: (fastify) => {
      const hasConsoleApi = settings.consoleApi ?? !settings.production;
      if (pages !== null) servePages(fastify, pages, hasConsoleApi, environment.secrets);
      operations.watch(fastify, path);
      const authenticate: Authenticate = (authorization) => opened.people().authenticate(authorization);
      serveDoors(fastify, dependencies, { authenticate, report, counted: telemetry.metrics.webhook });
      rest.serve(fastify, pages !== null);
    },
    ...(settings.trustedProxies !== undefined && { trustedProxies: settings.trustedProxies }),
    ...(settings.requestMs !== undefined && { requestMs: settings.requestMs }),
  });
  rest.opened(app.get(GraphQLSchemaHost).schema);
  const people = opened.people();
  try {
    await people.start();
  } catch (error) {
    await app.close();
    throw error;
  }

  let sockets: WebSockets | null = null;
  return {
    commandBus: app.get(CommandBus),
    people,
    async listen() {
      await app.listen(settings.port, settings.host);
      const server = app.getHttpServer();
      const { schema } = app.get(GraphQLSchemaHost);
      sockets = startWebSockets({ ...shared, people, server, path, schema, validationRules, maxTokens });
    },
    url() {
      return `${originOf(app, settings.host)}${path}`;
    },
    pagesUrl() {
      return pages === null ? null : `${originOf(app, settings.host)}/`;
    },
    async close() {
      probes.health.stopping();
      rest.closing();
      await sockets?.close();
      await app.close();
    },
  };
}

type Authenticate = (authorization: unknown) => ReturnType<People['authenticate']>;

/** The routes besides GraphQL: invoices, labels, and webhooks of the gateway and the carrier. */
function serveDoors(
  fastify: FastifyInstance,
  dependencies: ApiDependencies,
  given: {
    readonly authenticate: Authenticate;
    readonly report: Report;
    readonly counted: (outcome: WebhookOutcome) => void;
  },
): void {
  const { store, environment, settings, cards = null, carrierWebhooks = null } = dependencies;
  const { scheduler } = environment;
  const { authenticate, report, counted } = given;
  serveInvoices(fastify, { store, scheduler, authenticate, report, seller: settings.seller ?? 'Holdfast' });
  serveLabels(fastify, { store, scheduler, authenticate });
  if (cards !== null)
    serveWebhooks(fastify, { path: webhooksPath, door: cards.receiveWebhook }, scheduler, counted);
  if (carrierWebhooks !== null)
    serveWebhooks(fastify, { path: carrierWebhooksPath, door: carrierWebhooks }, scheduler, counted);
}

/** `People` sends commands, so Nest creates it after the command bus; the GraphQL options get it through this function. */
function openedWithNest(dependencies: ApiDependencies) {
  let people: People | null = null;
  return {
    people: (): People => {
      if (people === null) throw new Error('the API has not started');
      return people;
    },
    provider: {
      provide: People,
      inject: [CommandBus],
      useFactory: async (commandBus: CommandBus) => (people = await People.open(dependencies, commandBus)),
    },
  };
}

function moduleOf(
  dependencies: ApiDependencies,
  driver: ApolloDriverConfig,
  probes: ReturnType<typeof probesOf>,
  people: ReturnType<typeof openedWithNest>['provider'],
): Type {
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a module of Nest is a class
  class ApiModule {}
  Module({
    imports: [CommandsModule.given(dependencies), GraphQLModule.forRoot<ApolloDriverConfig>(driver)],
    controllers: [WelcomeController, ...probes.controllers],
    providers: [
      ...probes.providers,
      people,
      Closing,
      ...queryHandlers,
      PeopleResolver,
      CustomerViewResolver,
      OrdersResolver,
      PlaceOrderResolver,
      OrderChangesResolver,
      StaffOrdersResolver,
      ShipmentsResolver,
      ShipmentResolver,
      WarehouseTaskResolver,
      CarrierScansResolver,
      ReservationResolver,
      ReturnRequestsResolver,
      NotificationsResolver,
      OrderLookUpResolver,
      ReviewResolver,
      WalletsResolver,
      UserResolver,
      CatalogueResolver,
      StockLevelResolver,
      ...operationsResolvers,
    ],
  })(ApiModule);
  return ApiModule;
}
