// The command `holdfast start`: the engine, with the API, the probes and the event server as the roles require.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createApi,
  createProbes,
  carrierWebhooksPath,
  openTelemetry,
  webhooksPath,
  type Api,
  type Telemetry,
} from '@holdfast/api';
import type { Alarm } from '@holdfast/checkout';
import {
  smtpMailer,
  type Carrier,
  type Mailer,
  type PaymentGateway,
  type SimulatedCarrier,
  type SimulatedGateway,
} from '@holdfast/gateways';
import { nodeEnvironment } from '@holdfast/runtime';
import type { Logger } from 'pino';
import { orderCheckOf } from './check-settings.js';
import { demoBuyer, makeDemoOrders } from './demo-orders.js';
import { closeDemoAccounts, demoCustomer, demoOperator, openDemoShop } from './demo.js';
import { openEngine, type Engine } from './engine.js';
import { serveEvents } from './event-server.js';
import { secretsOf } from './kept-secret.js';
import { createLogger, takeOverStderr } from './logger.js';
import { identifyGateways } from './payments/gateway-accounts.js';
import { cardPaymentsOf } from './payments/card-gateway.js';
import { cardsOf } from './payments/webhooks.js';
import type { Settings } from './settings.js';
import { allRoles, type Role } from './roles.js';
import { openSharedEngine } from './shared-engine.js';
import { carriageOf } from './shipping/carrier.js';
import { carrierDoor } from './shipping/carrier-door.js';
import { say, stopOnSignals } from './terminal.js';

/** The outside systems of this program; null for each one that it does not have. Without `gateway` payments wait. */
export type Outside = {
  readonly gateway?: PaymentGateway | null;
  readonly formerGateway?: PaymentGateway | null;
  readonly carrier: Carrier | null;
  readonly mailer: Mailer | null;
};

export const nothingOutside: Outside = { carrier: null, mailer: null };

/** Opens the engine that the settings name: on shared stores, or on those of the data directory. */
export function openEngineOf(
  settings: Settings,
  roles: readonly Role[],
  logger: Logger,
  telemetry: Telemetry | null,
  outside: Outside,
): Promise<Engine> {
  const { dataDirectory, eventStoreUrl, streamPrefix, mongodbUrl } = settings;
  const { reservationTtlMs, paymentTimeoutMs, paymentAttempts } = settings;
  const options = {
    streamPrefix,
    // On shared stores the roles say who publishes; commands are carried out where processes run.
    bridge: roles.includes('bridge') || settings.mongodbUrl !== null ? settings.bridge : null,
    ...{ checkoutDefinition: settings.checkoutDefinition, coordination: settings.coordination },
    ...outside,
    environment: nodeEnvironment(),
    reservationTtlMs,
    paymentTimeoutMs,
    ...{ stockKeeper: settings.stockKeeper, stockAnswerMs: settings.stockAnswerMs },
    check: orderCheckOf(settings.orderChecks),
    paymentAttempts,
    ...(telemetry !== null && { instruments: telemetry.instruments }),
    onError: (error: unknown) => {
      telemetry?.metrics.failed(error);
      logger.warn({ err: error }, 'failed, and will be tried again');
    },
    onAlarm: (alarm: Alarm, key: string) => {
      logger.error({ alarm, key }, 'alarm: a person is needed');
    },
    onFatal: (error: unknown) => {
      logger.fatal({ err: error }, 'the log cannot be written');
      process.exit(1);
    },
  };
  return mongodbUrl !== null && eventStoreUrl !== null
    ? openSharedEngine({ ...options, eventStoreUrl, mongodbUrl, roles })
    : openEngine({
        ...options,
        dataDirectory,
        eventStoreUrl,
        projectionThread: eventStoreUrl === null,
      });
}

/** `esdbPort`: where clients of EventStoreDB reach the log; nowhere unless given. */
export async function start(roles: readonly Role[], settings: Settings, esdbPort?: number): Promise<void> {
  const logger = createLogger(settings.logLevel);
  takeOverStderr(logger);
  const telemetry = await openTelemetry({
    now: () => performance.now(),
    environment: nodeEnvironment(),
    logger,
    tracesTo: settings.tracesTo,
  });
  const cards = cardPaymentsOf(settings, nodeEnvironment(), (error) => {
    logger.warn({ err: error }, 'a request to the simulated card gateway failed');
  });
  const carriage = carriageOf(settings.carrier, nodeEnvironment(), (error) => {
    logger.warn({ err: error }, 'a request to the simulated carrier failed');
  });
  const mailer = settings.mail === null ? null : smtpMailer(settings.mail);
  const { gateway, formerGateway } = cards;
  if (roles.includes('api') || roles.includes('process'))
    await identifyGateways({ current: gateway, former: formerGateway }, (message) => {
      logger.warn({}, message);
    });
  const outside = { gateway, formerGateway, carrier: carriage.carrier, mailer };
  const engine = await openEngineOf(settings, roles, logger, telemetry, outside);
  const served = await cards.serve();
  const carrier = await carriage.serve();
  const api = roles.includes('api') ? await openApi(settings, engine, logger, telemetry, outside) : null;
  const probes = api === null ? await createProbes({ ...engine, telemetry, settings }) : null;
  await (api ?? probes)?.listen();
  if (api !== null) tellWebhooks(settings, served, carrier, api);

  const demo = settings.demo && api !== null ? showDemo(settings, api, engine, logger) : null;
  const { environment } = engine;
  const events =
    esdbPort === undefined
      ? null
      : await serveEvents(engine.log, environment, { port: esdbPort, host: '127.0.0.1' });

  stopOnSignals(async () => {
    say('Stopping: finishing what was accepted …');
    demo?.stop();
    await events?.stop();
    await (api ?? probes)?.close();
    await engine.stop();
    mailer?.close();
    await served?.close();
    await carrier?.close();
    await telemetry.close();
  });

  say(
    roles.length === allRoles.length ? 'Holdfast is running.' : `Holdfast is running: ${roles.join(', ')}.`,
  );
  const pages = api?.pagesUrl() ?? null;
  if (pages !== null) {
    say(`  Storefront     ${pages}`);
    say(`  Console        ${pages}console`);
  }
  if (api !== null) {
    say(`  GraphQL        ${api.url()}`);
    say(`  Subscriptions  ${api.url().replace(/^http/, 'ws')}`);
  }
  if (served !== null)
    say(`  Card gateway   ${served.url}, simulated: hosted pages at /pay/…, no money moves`);
  if (carrier !== null)
    say(`  Carrier        ${carrier.url}, simulated: POST /simulate/scan, no parcel moves`);
  if (probes !== null) say(`  Health         ${probes.url()}/health/ready`);
  if (events !== null) say(`  EventStoreDB   ${events.url}`);
  if (settings.mongodbUrl === null) say(`  Data           ${resolve(settings.dataDirectory)}`);
  demo?.tell();
  say('Ctrl-C stops it.');
}

/** Makes the orders of the demo, and prints how to try it. */
function showDemo(
  { demoOrders }: Settings,
  api: Api,
  engine: Engine,
  logger: Logger,
): { readonly stop: () => void; tell(): void } {
  const orders = !demoOrders
    ? { stop: () => undefined }
    : makeDemoOrders(api, engine, (error) => {
        logger.warn({ err: error }, 'the orders of the demo are not complete; the next start goes on');
      });
  return {
    ...orders,
    tell() {
      say(`  Demo customer  ${demoCustomer.email} / ${demoCustomer.password}`);
      say(`  Demo operator  ${demoOperator.email} / ${demoOperator.password}`);
      if (!demoOrders) return;
      say(
        `  Demo buyer     ${demoBuyer.email} / ${demoBuyer.password}, with an order in each status that lasts, within a minute`,
      );
      say(
        'To walk one through: sign in as the operator, and approve the order that is UNDER_REVIEW with reviewOrder, then packOrder and shipOrder.',
      );
    },
  };
}

/** The folder into which `npm run build` puts the storefront and the console. */
const builtPages = fileURLToPath(new URL('../../web/dist/site', import.meta.url));

export type StartFlags = { readonly esdbPort?: number; readonly roles: string };

/** The simulated gateway and carrier of this program send their webhooks to this program. */
function tellWebhooks(
  { cardGateway, carrier: settings }: Settings,
  served: SimulatedGateway | null,
  carrier: SimulatedCarrier | null,
  api: Api,
): void {
  const at = (path: string): string => new URL(path, api.url()).href;
  if (served !== null && cardGateway?.kind === 'simulated')
    served.tell({ url: at(webhooksPath), secret: cardGateway.webhookSecret });
  if (carrier !== null && settings !== null)
    carrier.tell({ url: at(carrierWebhooksPath), secret: settings.webhookSecret });
}

/** The API, ready to listen, with the people and products of the settings. */
async function openApi(
  settings: Settings,
  engine: Engine,
  logger: Logger,
  telemetry: Telemetry,
  { gateway: current = null, formerGateway: former = null, carrier }: Outside,
): Promise<Api> {
  const { host, port, production, metricsToken, trustedProxies, sockets, requestMs } = settings;
  const { freeDeposits, supportCreditLimit, supportRefundLimit, maxUnpaidOrders } = settings;
  const { paymentAttempts, reservationTtlMs } = settings;
  const { checkoutDefinition, coordination, stockKeeper, statusVocabulary } = settings;
  const api = await createApi({
    ...engine,
    logger,
    telemetry,
    cards: current === null ? null : cardsOf({ ...engine, gateways: { current, former } }),
    carrierWebhooks: carrier === null ? null : carrierDoor({ ...engine, carrier }),
    settings: {
      ...{ host, port, production, metricsToken, trustedProxies, sockets, requestMs },
      ...{ freeDeposits, supportCreditLimit, supportRefundLimit, maxUnpaidOrders },
      ...{ paymentAttempts, reservationTtlMs },
      ...{ checkoutDefinition, coordination, stockKeeper, statusVocabulary },
      ...{ seller: settings.seller, links: settings.links, consoleApi: settings.consoleApi },
      ...(await secretsOf(settings)),
      pages: builtPages,
    },
  });
  if (settings.admin !== null) {
    await api.people.known.ensure({ ...settings.admin, name: 'Administrator', roles: ['ADMIN'] });
  }
  if (settings.demo) await openDemoShop(api);
  else await closeDemoAccounts(api);
  return api;
}
