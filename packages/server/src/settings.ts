// The settings of a process, made from the variables of its environment once, at start. A bad one stops the program with
// one clear line.
import type { BridgeSettings } from '@holdfast/bridge';
import type { StatusVocabulary } from '@holdfast/ordering';
import { bridgeOf } from './bridge-settings.js';
import { carrierOf, type CarrierSettings } from './shipping/carrier-settings.js';
import { cardGatewaysOf, portBeside, type CardGateway } from './card-settings.js';
import { orderChecksOf, type OrderChecks } from './check-settings.js';
import { BadSettings } from './bad-settings.js';
import { shopRoles, type Role } from './roles.js';
import { readVariables } from './settings-variables.js';

export type Settings = {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  readonly dataDirectory: string;
  /** null: the events are in the data directory */
  readonly eventStoreUrl: string | null;
  /** before the names of all streams on the event store; empty unless several shops share it */
  readonly streamPrefix: string;
  /** null: the read models are in the data directory */
  readonly mongodbUrl: string | null;
  readonly admin: { readonly email: string; readonly password: string } | null;
  /** null: made at the first start and kept in the data directory */
  readonly jwtSecret: string | null;
  /** earlier values of `jwtSecret`, whose tokens are still accepted */
  readonly previousJwtSecrets: readonly string[];
  /** key under which e-mail addresses are found; null: `jwtSecret`, and the same in all processes on one log */
  readonly emailKey: string | null;
  /** null: cards are not accepted */
  readonly cardGateway: CardGateway | null;
  /** keeps the payments that it has, and takes no new ones; null: none */
  readonly formerCardGateway: CardGateway | null;
  /** null: no labels are made */
  readonly carrier: CarrierSettings | null;
  /** of the simulated gateway that the program serves itself */
  readonly gatewayPort: number;
  /** how many cards a customer may try for one order */
  readonly paymentAttempts: number;
  /** whether customers can deposit without a payment */
  readonly freeDeposits: boolean;
  /** how much SUPPORT may credit to a wallet at once, in minor units */
  readonly supportCreditLimit: number;
  readonly supportRefundLimit: number;
  /** how many orders that wait for their payment one customer may have */
  readonly maxUnpaidOrders: number;
  /** of orders that name none */
  readonly checkoutDefinition: 'stock-first' | 'payment-first';
  /** of orders that name none */
  readonly coordination: 'ORCHESTRATION' | 'CHOREOGRAPHY';
  /** the words for an order's status over REST */
  readonly statusVocabulary: StatusVocabulary;
  readonly reservationTtlMs: number;
  readonly paymentTimeoutMs: number;
  /** of choreographed orders that are placed from now on */
  readonly stockKeeper: 'OWN' | 'OUTSIDE';
  /** how long an outside keeper of the stock may take for an answer */
  readonly stockAnswerMs: number;
  readonly orderChecks: OrderChecks;
  /** name and address of the shop on its invoices, a line each */
  readonly seller: string;
  /** where the console finds an event in other tools, by the name of the tool */
  readonly links: Readonly<Record<string, string>>;
  /** whether the console has a page for queries, and staff can read the schema */
  readonly consoleApi: boolean;
  readonly demo: boolean;
  /** whether the demo shop has an order in each status */
  readonly demoOrders: boolean;
  readonly logLevel: string;
  /** proxies whose `X-Forwarded-For` header is trusted */
  readonly trustedProxies: readonly string[];
  readonly sockets: { readonly socketsPerAddress: number; readonly subscriptionsPerAddress: number };
  /** how long a request may take to arrive */
  readonly requestMs: number;
  /** null: no e-mails are sent */
  readonly mail: { readonly url: string; readonly from: string } | null;
  /** null: nothing goes to Kafka */
  readonly bridge: BridgeSettings | null;
  /** null: only this machine can read /metrics */
  readonly metricsToken: string | null;
  /** an OpenTelemetry collector; null: no traces */
  readonly tracesTo: string | null;
};

/** Whether only this machine can reach a server that listens on the host. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/** Settings that only processes on several machines need. @throws BadSettings */
function checkShared(
  { mongodbUrl, eventStoreUrl, jwtSecret, bridge }: Settings,
  roles: readonly Role[],
): void {
  if (roles.every((role) => role === 'bridge') && bridge === null)
    throw new BadSettings('KAFKA_BROKERS: is needed by --roles bridge');
  const isWhole = shopRoles.every((role) => roles.includes(role));
  if (!isWhole && (mongodbUrl === null || eventStoreUrl === null)) {
    throw new BadSettings(
      `--roles: ${roles.join(',')} alone needs EVENTSTORE_URL and MONGODB_URL, which the processes share`,
    );
  }
  if (mongodbUrl === null) return;
  if (eventStoreUrl === null)
    throw new BadSettings('EVENTSTORE_URL: is needed with MONGODB_URL, for the events are shared as well');
  if (roles.includes('api') && jwtSecret === null)
    throw new BadSettings('JWT_SECRET: is needed with MONGODB_URL, for every process signs with the same');
}

/** `roles`: of a process that runs the product, whole or in part. @throws BadSettings */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  roles: readonly Role[] | null = null,
): Settings {
  const data = readVariables(environment);
  const production = data.NODE_ENV === 'production';
  const settings: Settings = {
    production,
    port: data.PORT,
    host: data.HOST,
    dataDirectory: data.DATA_DIR,
    eventStoreUrl: data.EVENTSTORE_URL ?? null,
    streamPrefix: data.STREAM_PREFIX ?? '',
    mongodbUrl: data.MONGODB_URL ?? null,
    admin:
      data.ADMIN_EMAIL !== undefined && data.ADMIN_PASSWORD !== undefined
        ? { email: data.ADMIN_EMAIL, password: data.ADMIN_PASSWORD }
        : null,
    jwtSecret: data.JWT_SECRET ?? null,
    previousJwtSecrets: data.JWT_PREVIOUS_KEYS,
    emailKey: data.EMAIL_KEY ?? null,
    ...cardGatewaysOf(data, production),
    carrier: carrierOf(data, production),
    gatewayPort: data.PAYMENT_GATEWAY_PORT ?? portBeside(data.PORT),
    paymentAttempts: data.PAYMENT_ATTEMPTS,
    freeDeposits: (data.DEPOSITS ?? (production ? 'card' : 'free')) === 'free',
    supportCreditLimit: data.SUPPORT_CREDIT_LIMIT,
    supportRefundLimit: data.SUPPORT_REFUND_LIMIT,
    maxUnpaidOrders: data.MAX_UNPAID_ORDERS,
    checkoutDefinition: data.CHECKOUT_DEFINITION,
    coordination: data.COORDINATION,
    statusVocabulary: data.STATUS_VOCABULARY,
    reservationTtlMs: data.RESERVATION_TTL_MS,
    paymentTimeoutMs: data.PAYMENT_TIMEOUT_MS,
    stockKeeper: data.STOCK_KEEPER === 'outside' ? 'OUTSIDE' : 'OWN',
    stockAnswerMs: data.STOCK_ANSWER_MS,
    orderChecks: orderChecksOf(data, production),
    seller: data.SELLER.split('|')
      .map((line) => line.trim())
      .join('\n'),
    links: {
      ...(data.LINK_TRACE !== undefined && { Trace: data.LINK_TRACE }),
      ...(data.LINK_LOGS !== undefined && { Logs: data.LINK_LOGS }),
      ...(data.LINK_STREAMS !== undefined && { 'Stream browser': data.LINK_STREAMS }),
    },
    consoleApi: data.CONSOLE_API ?? !production,
    demo: data.DEMO ?? (!production && isLoopback(data.HOST)),
    demoOrders: data.DEMO_ORDERS,
    logLevel: data.LOG_LEVEL ?? (production ? 'info' : 'warn'),
    trustedProxies: data.TRUSTED_PROXIES,
    sockets: {
      socketsPerAddress: data.SOCKETS_PER_ADDRESS,
      subscriptionsPerAddress: data.SUBSCRIPTIONS_PER_ADDRESS,
    },
    requestMs: data.REQUEST_TIMEOUT_MS,
    mail: data.SMTP_URL === undefined ? null : { url: data.SMTP_URL, from: data.MAIL_FROM },
    bridge: bridgeOf(data, data.STREAM_PREFIX ?? ''),
    metricsToken: data.METRICS_TOKEN ?? null,
    tracesTo: data.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
  };
  if (roles !== null) checkShared(settings, roles);
  return settings;
}
