// Every wrong setting gets one line that names it.
import { describe, expect, test } from '@jest/globals';
import { readSettings } from './settings.js';
import { allRoles } from './roles.js';
import { shared, strong, production, stripe, simulated } from './test/settings-given.js';

describe('settings', () => {
  test('an empty environment gives the documented defaults', () => {
    expect(readSettings({})).toEqual({
      production: false,
      port: 4000,
      host: '127.0.0.1',
      dataDirectory: './data',
      eventStoreUrl: null,
      streamPrefix: '',
      mongodbUrl: null,
      admin: null,
      jwtSecret: null,
      previousJwtSecrets: [],
      emailKey: null,
      cardGateway: {
        kind: 'simulated',
        url: null,
        apiKey: 'simulated-gateway-key',
        webhookSecret: 'simulated-webhook-secret',
      },
      formerCardGateway: null,
      gatewayPort: 4010,
      paymentAttempts: 1,
      freeDeposits: true,
      supportCreditLimit: 50_000,
      supportRefundLimit: 50_000,
      maxUnpaidOrders: 50,
      carrier: {
        url: null,
        apiKey: 'simulated-carrier-key',
        webhookSecret: 'simulated-carrier-secret',
      },
      checkoutDefinition: 'stock-first',
      coordination: 'ORCHESTRATION',
      statusVocabulary: 'CANONICAL',
      reservationTtlMs: 900_000,
      paymentTimeoutMs: 300_000,
      stockKeeper: 'OWN',
      stockAnswerMs: 60_000,
      orderChecks: {
        addresses: 'country',
        policy: {
          reviewAmount: {
            EUR: 1_000_000,
            USD: 1_000_000,
            GBP: 1_000_000,
            CHF: 1_000_000,
            JPY: 1_500_000,
            KWD: 3_000_000,
          },
          rejectAmount: {},
          reviewFirstOrderAmount: {
            EUR: 500_000,
            USD: 500_000,
            GBP: 500_000,
            CHF: 500_000,
            JPY: 750_000,
            KWD: 1_500_000,
          },
          reviewOtherAddressAmount: {
            EUR: 100_000,
            USD: 100_000,
            GBP: 100_000,
            CHF: 100_000,
            JPY: 150_000,
            KWD: 300_000,
          },
          reviewOrdersPerHour: null,
          rejectOrdersPerHour: null,
        },
      },
      links: {},
      consoleApi: true,
      seller: 'Holdfast',
      demo: true,
      demoOrders: true,
      logLevel: 'warn',
      trustedProxies: [],
      sockets: { socketsPerAddress: 1_000, subscriptionsPerAddress: 2_000 },
      requestMs: 30_000,
      mail: null,
      bridge: null,
      metricsToken: null,
      tracesTo: null,
    });
  });

  test('the limits of paid orders are lists of minor units by currency, or none', () => {
    const given = {
      ...{ REVIEW_AMOUNT: 'EUR:5, JPY:7', REVIEW_FIRST_ORDER_AMOUNT: 'none', REVIEW_ORDERS_PER_HOUR: '3' },
      ADDRESS_CHECK: 'off',
    };
    expect(readSettings(given).orderChecks).toMatchObject({
      addresses: 'off',
      policy: { reviewAmount: { EUR: 5, JPY: 7 }, reviewFirstOrderAmount: {}, reviewOrdersPerHour: 3 },
    });
    for (const wrong of ['EUR', 'EUR:1.5', 'EUR:1,EUR:2', 'euro:1', 'EUR:1,'])
      expect(() => readSettings({ REJECT_AMOUNT: wrong })).toThrow(/^REJECT_AMOUNT: is no list such as/);
    expect(() => readSettings({ REJECT_ORDERS_PER_HOUR: '201' })).toThrow(/^REJECT_ORDERS_PER_HOUR: /);
  });

  test('the seller on invoices is a name and the lines of an address', () => {
    expect(readSettings({ SELLER: 'The Shop | Main St 1 | Graz' }).seller).toBe('The Shop\nMain St 1\nGraz');
  });

  test('in production postal codes are checked, unless a setting turns this off', () => {
    expect(readSettings(production).orderChecks.addresses).toBe('postal-code');
    expect(readSettings({ ...production, ADDRESS_CHECK: 'country' }).orderChecks.addresses).toBe('country');
  });

  test('production turns the demo, free deposits and the simulated gateway off, and logs at info', () => {
    expect(readSettings({ NODE_ENV: 'production' })).toMatchObject({
      demo: false,
      cardGateway: null,
      freeDeposits: false,
      logLevel: 'info',
    });
  });

  test.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1'])(
    'the demo is on where only %s is listened on',
    (HOST) => {
      expect(readSettings({ HOST }).demo).toBe(true);
      expect(readSettings({ HOST, DEMO: 'false' }).demo).toBe(false);
    },
  );

  test.each(['0.0.0.0', '::', '192.0.2.1', 'shop.example', '127.0.0.1.example'])(
    'the demo is off where %s is listened on, unless it is set',
    (HOST) => {
      expect(readSettings({ HOST }).demo).toBe(false);
      expect(readSettings({ HOST, DEMO: 'true' }).demo).toBe(true);
    },
  );

  test('deposits can need a card outside production as well', () => {
    expect(readSettings({ DEPOSITS: 'card' }).freeDeposits).toBe(false);
  });

  test('a password of an administrator has the length of everyone’s, in characters', () => {
    const admin = { ADMIN_EMAIL: 'root@holdfast.example' };
    expect(() => readSettings({ ...admin, ADMIN_PASSWORD: '🔑'.repeat(7) })).toThrow(/^ADMIN_PASSWORD: /);
    expect(readSettings({ ...admin, ADMIN_PASSWORD: '🔑'.repeat(128) }).admin).not.toBeNull();
  });

  test('JWT_SECRET can have several earlier values', () => {
    expect(readSettings({ JWT_PREVIOUS_KEYS: 'one, two' }).previousJwtSecrets).toEqual(['one', 'two']);
  });

  test('an empty value counts as absent', () => {
    expect(readSettings({ PORT: '' }).port).toBe(4000);
  });

  test.each([
    ['PORT', { PORT: '70000' }],
    ['PORT', { PORT: 'http' }],
    ['RESERVATION_TTL_MS', { RESERVATION_TTL_MS: '0' }],
    ['PAYMENT_TIMEOUT_MS', { PAYMENT_TIMEOUT_MS: '1.5' }],
    ['EVENTSTORE_URL', { EVENTSTORE_URL: 'http://127.0.0.1:2113' }],
    ['EVENTSTORE_URL', { EVENTSTORE_URL: 'esdb://' }],
    ['EVENTSTORE_URL', { ...shared, EVENTSTORE_URL: '' }],
    ['MONGODB_URL', { MONGODB_URL: 'localhost:27017' }],
    ['JWT_SECRET', { ...shared, JWT_SECRET: '' }],
    ['TRUSTED_PROXIES\\.1', { TRUSTED_PROXIES: '10.0.0.0/8,gateway' }],
    ['SMTP_URL', { SMTP_URL: 'http://mail.example' }],
    ['SMTP_URL', { SMTP_URL: 'smtp://' }],
    ['MAIL_FROM', { MAIL_FROM: 'Shop <shop@example.org>' }],
    ['METRICS_TOKEN', { METRICS_TOKEN: 'short' }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }],
    ['ADMIN_EMAIL', { ADMIN_EMAIL: 'root', ADMIN_PASSWORD: 'long enough' }],
    ['ADMIN_PASSWORD', { ADMIN_EMAIL: 'root@holdfast.example' }],
    ['ADMIN_EMAIL', { ADMIN_PASSWORD: 'long enough' }],
    ['ADMIN_PASSWORD', { ADMIN_EMAIL: 'root@holdfast.example', ADMIN_PASSWORD: 'short' }],
    ['DEMO', { DEMO: 'maybe' }],
    ['DEMO', { DEMO: 'true', NODE_ENV: 'production' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['STRIPE_SECRET_KEY', { ...stripe, STRIPE_SECRET_KEY: 'pk_live_1' }],
    ['STRIPE_SECRET_KEY', { ...stripe, STRIPE_SECRET_KEY: '' }],
    ['STRIPE_ACCOUNT', { ...stripe, STRIPE_ACCOUNT: 'shop' }],
    ['STRIPE_SECRET_KEY', { STRIPE_ACCOUNT: 'acct_1' }],
    ['STRIPE_WEBHOOK_SECRET', { ...stripe, STRIPE_WEBHOOK_SECRET: 'secret' }],
    ['STRIPE_WEBHOOK_SECRET', { ...stripe, STRIPE_WEBHOOK_SECRET: '' }],
    ['PAYMENT_GATEWAY_URL', { PAYMENT_GATEWAY_URL: 'gateway:4010' }],
    ['PAYMENT_GATEWAY_URL', { ...stripe, ...simulated }],
    ['PAYMENT_GATEWAY', { PAYMENT_GATEWAY: 'stripe' }],
    ['PAYMENT_GATEWAY', { ...stripe, PAYMENT_GATEWAY: 'simulated' }],
    ['PAYMENT_GATEWAY', { PAYMENT_GATEWAY: 'paypal' }],
    ['PAYMENT_GATEWAY_PORT', { PAYMENT_GATEWAY_PORT: '70000' }],
    ['GATEWAY_API_KEY', { ...production, ...simulated, GATEWAY_API_KEY: '' }],
    ['GATEWAY_WEBHOOK_SECRET', { ...production, ...simulated, GATEWAY_WEBHOOK_SECRET: '' }],
    ['PAYMENT_ATTEMPTS', { PAYMENT_ATTEMPTS: '0' }],
    ['PAYMENT_ATTEMPTS', { PAYMENT_ATTEMPTS: 'many' }],
    ['CHECKOUT_DEFINITION', { CHECKOUT_DEFINITION: 'money-first' }],
    ['COORDINATION', { COORDINATION: 'ANARCHY' }],
    ['STATUS_VOCABULARY', { STATUS_VOCABULARY: 'KLINGON' }],
    ['DEPOSITS', { DEPOSITS: 'cash' }],
    ['DEPOSITS', { DEPOSITS: 'free', NODE_ENV: 'production' }],
    ['SUPPORT_CREDIT_LIMIT', { SUPPORT_CREDIT_LIMIT: '-1' }],
    ['SUPPORT_REFUND_LIMIT', { SUPPORT_REFUND_LIMIT: 'much' }],
    ['MAX_UNPAID_ORDERS', { MAX_UNPAID_ORDERS: '0' }],
    ['LINK_TRACE', { LINK_TRACE: 'https://trace.example/' }],
    ['LINK_LOGS', { LINK_LOGS: 'javascript:{eventId}' }],
    ['LINK_STREAMS', { LINK_STREAMS: 'https://streams.example/{revision}' }],
    ['EMAIL_KEY', { EMAIL_KEY: 'secret', NODE_ENV: 'production' }],
    ['JWT_PREVIOUS_KEYS', { JWT_PREVIOUS_KEYS: `${strong},old`, NODE_ENV: 'production' }],
    ['JWT_PREVIOUS_KEYS\\.1', { JWT_PREVIOUS_KEYS: 'one,,two' }],
    ['JWT_SECRET', { JWT_SECRET: 'secret', NODE_ENV: 'production' }],
    ['JWT_SECRET', { JWT_SECRET: 'a'.repeat(64), NODE_ENV: 'production' }],
    ['KAFKA_BROKERS\\.1', { KAFKA_BROKERS: 'one:9092,two' }],
    ['KAFKA_DELIVERY', { KAFKA_DELIVERY: 'at-most-once' }],
    ['KAFKA_ALIASES\\.0', { KAFKA_ALIASES: 'orders.paid' }],
    ['KAFKA_USERNAME', { KAFKA_BROKERS: 'one:9092', KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_PASSWORD: 'p' }],
    ['KAFKA_PASSWORD', { KAFKA_BROKERS: 'one:9092', KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_USERNAME: 'u' }],
    ['KAFKA_SASL_MECHANISM', { KAFKA_BROKERS: 'one:9092', KAFKA_USERNAME: 'u', KAFKA_PASSWORD: 'p' }],
    ['KAFKA_COMMANDS_TOPIC', { KAFKA_COMMANDS_TOPIC: 'commands' }],
    ['SCHEMA_REGISTRY_URL', { SCHEMA_REGISTRY_URL: 'http://registry' }],
  ])('a bad %s is refused by name: %j', (name, environment) => {
    expect(() => readSettings(environment, allRoles)).toThrow(new RegExp(`^${name}: `));
  });

  test('a strong secret is accepted in production, a weak one in development', () => {
    expect(readSettings({ JWT_SECRET: strong, NODE_ENV: 'production' }).jwtSecret).toBe(strong);
    expect(readSettings({ JWT_SECRET: 'secret' }).jwtSecret).toBe('secret');
  });

  test('the URL of a store that processes share names all its members', () => {
    expect(readSettings(shared)).toMatchObject({
      eventStoreUrl: shared.EVENTSTORE_URL,
      mongodbUrl: shared.MONGODB_URL,
    });
  });
});
