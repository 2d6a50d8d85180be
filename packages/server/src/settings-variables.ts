// The variables of the environment that the program reads: the form of each, its default, and the variables that it needs
// or excludes.
import { z } from 'zod';
import { hasPasswordLength, passwordLength } from '@holdfast/accounts';
import type { StatusVocabulary } from '@holdfast/ordering';
import { BadSettings } from './bad-settings.js';
import { bridgeVariables, checkBridge } from './bridge-settings.js';
import { checkCardGateway } from './card-settings.js';
import { checkVariables } from './check-settings.js';
import { checkCarrier } from './shipping/carrier-settings.js';

const port = z.coerce.number().int().min(0).max(65_535);
const milliseconds = z.coerce
  .number()
  .int()
  .min(1)
  .max(365 * 24 * 60 * 60 * 1000);
const flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');

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
] as const satisfies readonly StatusVocabulary[];

/** An address in another tool, with the place where an id goes. */
const linkTemplate = z
  .string()
  .regex(
    /^https?:\/\/\S*\{(traceId|correlationId|eventId|stream)\}/,
    'is no address with {traceId}, {correlationId}, {eventId} or {stream} in it',
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
    LINK_STREAMS: linkTemplate.optional(),
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

const isWeak = (secret: string): boolean => secret.length < 32 || new Set(secret).size < 12;

/** An empty value counts as absent. @throws BadSettings */
export function readVariables(
  environment: Readonly<Record<string, string | undefined>>,
): z.output<typeof schema> {
  const given = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value === '' ? undefined : value]),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BadSettings(`${issue?.path.join('.') ?? 'settings'}: ${issue?.message ?? 'invalid'}`);
}
