// Every setting that can be wrong, and the line that says so.
import { describe, expect, test } from '@jest/globals';
import { readSettings } from './settings.js';

const strong = 'correct-horse-battery-staple-0123456789';

describe('settings', () => {
  test('an empty environment gives the documented defaults', () => {
    expect(readSettings({})).toEqual({
      production: false,
      port: 4000,
      host: '127.0.0.1',
      dataDirectory: './data',
      eventStoreUrl: null,
      admin: null,
      jwtSecret: null,
      reservationTtlMs: 900_000,
      paymentTimeoutMs: 300_000,
      demo: true,
      logLevel: 'warn',
      metricsToken: null,
      tracesTo: null,
    });
  });

  test('production turns the demo off and logs at info', () => {
    expect(readSettings({ NODE_ENV: 'production' })).toMatchObject({ demo: false, logLevel: 'info' });
  });

  test('an empty value counts as absent', () => {
    expect(readSettings({ PORT: '' }).port).toBe(4000);
  });

  test.each([
    ['PORT', { PORT: '70000' }],
    ['PORT', { PORT: 'http' }],
    ['RESERVATION_TTL_MS', { RESERVATION_TTL_MS: '0' }],
    ['PAYMENT_TIMEOUT_MS', { PAYMENT_TIMEOUT_MS: '1.5' }],
    ['METRICS_TOKEN', { METRICS_TOKEN: 'short' }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }],
    ['ADMIN_EMAIL', { ADMIN_EMAIL: 'root', ADMIN_PASSWORD: 'long enough' }],
    ['ADMIN_PASSWORD', { ADMIN_EMAIL: 'root@holdfast.example' }],
    ['ADMIN_EMAIL', { ADMIN_PASSWORD: 'long enough' }],
    ['ADMIN_PASSWORD', { ADMIN_EMAIL: 'root@holdfast.example', ADMIN_PASSWORD: 'short' }],
    ['DEMO', { DEMO: 'maybe' }],
    ['DEMO', { DEMO: 'true', NODE_ENV: 'production' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['JWT_SECRET', { JWT_SECRET: 'secret', NODE_ENV: 'production' }],
    ['JWT_SECRET', { JWT_SECRET: 'a'.repeat(64), NODE_ENV: 'production' }],
  ])('a bad %s is refused by name: %j', (name, environment) => {
    expect(() => readSettings(environment)).toThrow(new RegExp(`^${name}: `));
  });

  test('a strong secret is taken in production, a weak one for development', () => {
    expect(readSettings({ JWT_SECRET: strong, NODE_ENV: 'production' }).jwtSecret).toBe(strong);
    expect(readSettings({ JWT_SECRET: 'secret' }).jwtSecret).toBe('secret');
  });
});
