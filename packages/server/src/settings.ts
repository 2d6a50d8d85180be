// Settings come from the environment and are checked once, at start: a bad one stops the program with one clear line.
import { hasPasswordLength, passwordLength } from '@holdfast/accounts';
import { z } from 'zod';
import { bridgeOf, bridgeVariables, checkBridge } from './bridge-settings.js';
import type { BridgeSettings } from '@holdfast/bridge';
import { carrierOf, checkCarrier, type CarrierSettings } from './shipping/carrier-settings.js';
import { cardGatewaysOf, checkCardGateway, portBeside, type CardGateway } from './card-settings.js';
import { checkVariables, orderChecksOf, type OrderChecks } from './check-settings.js';
import { BadSettings } from './bad-settings.js';
import { shopRoles, type Role } from './roles.js';

const port = z.coerce.number().int().min(0).max(65_535);
const milliseconds = z.coerce
  .number()
  .int()
  .min(1)
  .max(365 * 24 * 60 * 60 * 1000);
const flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');
const optional = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** A value that names every member of a cluster, which is not a valid URL. */
const address = (scheme: RegExp) =>
  z
    .string()
    .regex(new RegExp(`${scheme.source}//[^\\s/]+`), `is no address that begins with ${scheme.source}`);

const commaSeparated = (list: string): readonly string[] => list.split(',').map((part) => part.trim());
const proxy = z.union(
  [z.enum(['loopback', 'linklocal', 'uniquelocal']), z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
  'is no address, CIDR range, loopback, linklocal or uniquelocal',
);

const vocabularies = [
  ...(['CANONICAL', 'TINY_SAGA', 'SAGA_PATTERN_DEMO', 'CHOREOGRAPHY_DOCUMENT'] as const),
  ...(['ORCHESTRATOR_SAGA', 'GO_SAGA'] as const),
] as const;

/** An address in another tool, with the place where an id goes. */
const linkTemplate = z
  .string()
  .regex(
    /^https?:\/\/\S*\{(traceId|correlationId|eventId)\}/,
    'is no address with {traceId}, {correlationId} or {eventId} in it',
  );

const schema = z
  .object({
    NODE_ENV: z.string().optional(),
    PORT: port.default(4000),
    HOST: z.string().min(1).default('127.0.0.1'),
    DATA_DIR: z.string().min(1).default('./data'),
    EVENTSTORE_URL: address(/^esdb(\+discover)?:/).optional(),
    STREAM_PREFIX: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._]{0,30}[._]$/,
        'is 2 to 32 letters, digits, . and _, and ends in . or _',
      )
      .optional(),
    MONGODB_URL: address(/^mongodb(\+srv)?:/).optional(),
    ADMIN_EMAIL: z.email().optional(),
    ADMIN_PASSWORD: z
      .string()
      .refine(hasPasswordLength, `has to be ${passwordLength.min} to ${passwordLength.max} characters long`)
      .optional(),
    JWT_SECRET: z.string().min(1).optional(),
    JWT_PREVIOUS_KEYS: z
      .string()
      .transform(commaSeparated)
      .pipe(z.array(z.string().min(1, 'is empty')))
      .default([]),
    EMAIL_KEY: z.string().min(1).optional(),
    STRIPE_SECRET_KEY: z
      .string()
      .regex(/^[sr]k_(test|live)_\w+$/, 'is no key of Stripe: sk_live_…, sk_test_… or a restricted rk_…')
      .optional(),
    STRIPE_WEBHOOK_SECRET: z
      .string()
      .regex(/^whsec_\S+$/, 'is no signing secret of a webhook at Stripe: whsec_…')
      .optional(),
    STRIPE_ACCOUNT: z
      .string()
      .regex(/^acct_\w+$/, 'is no id of an account at Stripe: acct_…')
      .optional(),
    PAYMENT_GATEWAY: z.enum(['stripe', 'simulated']).optional(),
    PAYMENT_GATEWAY_URL: address(/^https?:/).optional(),
    PAYMENT_GATEWAY_PORT: port.optional(),
    GATEWAY_API_KEY: z.string().min(1).optional(),
    GATEWAY_WEBHOOK_SECRET: z.string().min(1).optional(),
    CARRIER_URL: address(/^https?:/).optional(),
    CARRIER_API_KEY: z.string().min(1).optional(),
    CARRIER_WEBHOOK_SECRET: z.string().min(1).optional(),
    PAYMENT_ATTEMPTS: z.coerce.number().int().min(1).max(10).default(1),
    DEPOSITS: z.enum(['free', 'card']).optional(),
    SUPPORT_CREDIT_LIMIT: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(50_000),
    SUPPORT_REFUND_LIMIT: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(50_000),
    MAX_UNPAID_ORDERS: z.coerce.number().int().min(1).max(10_000).default(50),
    CHECKOUT_DEFINITION: z.enum(['stock-first', 'payment-first']).default('stock-first'),
    COORDINATION: z.enum(['ORCHESTRATION', 'CHOREOGRAPHY']).default('ORCHESTRATION'),
    STATUS_VOCABULARY: z.enum(vocabularies).default('CANONICAL'),
    RESERVATION_TTL_MS: milliseconds.default(15 * 60 * 1000),
    PAYMENT_TIMEOUT_MS: milliseconds.default(5 * 60 * 1000),
    STOCK_KEEPER: z.enum(['own', 'outside']).default('own'),
    STOCK_ANSWER_MS: milliseconds.default(60 * 1000),
    ...checkVariables,
    SELLER: z.string().min(1).max(500).default('Holdfast'),
    LINK_TRACE: linkTemplate.optional(),
    LINK_LOGS: linkTemplate.optional(),
    CONSOLE_API: flag.optional(),
    DEMO: flag.optional(),
    DEMO_ORDERS: flag.default(true),
    TRUSTED_PROXIES: z.string().transform(commaSeparated).pipe(z.array(proxy)).default([]),
    SOCKETS_PER_ADDRESS: z.coerce.number().int().min(1).default(1_000),
    SUBSCRIPTIONS_PER_ADDRESS: z.coerce.number().int().min(1).default(2_000),
    REQUEST_TIMEOUT_MS: milliseconds.default(30_000),
    SMTP_URL: address(/^smtps?:/).optional(),
    MAIL_FROM: z.email().default('no-reply@holdfast.localhost'),
    ...bridgeVariables,
    METRICS_TOKEN: z.string().min(16).optional(),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional(),
  })
  .superRefine((settings, context) => {
    const issue = (name: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [name], message });
    };
    if (settings.STREAM_PREFIX !== undefined && settings.EVENTSTORE_URL === undefined)
      issue('STREAM_PREFIX', 'is for a log that is shared: needs EVENTSTORE_URL');
    const { ADMIN_EMAIL, ADMIN_PASSWORD, NODE_ENV, DEMO, DEPOSITS } = settings;
    if (ADMIN_EMAIL !== undefined && ADMIN_PASSWORD === undefined)
      issue('ADMIN_PASSWORD', 'is needed with ADMIN_EMAIL');
    if (ADMIN_EMAIL === undefined && ADMIN_PASSWORD !== undefined)
      issue('ADMIN_EMAIL', 'is needed with ADMIN_PASSWORD');
    checkCardGateway(settings, issue);
    checkCarrier(settings, issue);
    checkBridge(settings, issue);
    if (NODE_ENV !== 'production') return;
    for (const name of ['JWT_SECRET', 'EMAIL_KEY'] as const) {
      const secret = settings[name];
      if (secret !== undefined && isWeak(secret))
        issue(name, 'is too weak for production: at least 32 characters, at least 12 different ones');
    }
    if (settings.JWT_PREVIOUS_KEYS.some(isWeak))
      issue('JWT_PREVIOUS_KEYS', 'holds one that is too weak for production: leave it out');
    if (DEPOSITS === 'free')
      issue('DEPOSITS', 'free gives money away, for demonstrations: not in production');
    if (DEMO === true) issue('DEMO', 'creates accounts with known passwords: not in production');
  });

/** Whether only this machine can reach a server that listens on the host. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

const isWeak = (secret: string): boolean => secret.length < 32 || new Set(secret).size < 12;

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
  readonly statusVocabulary: (typeof vocabularies)[number];
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
  const given = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, optional(value)]),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadSettings(`${issue?.path.join('.') ?? 'settings'}: ${issue?.message ?? 'invalid'}`);
  }
  const { data } = parsed;
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
