// The settings of the bridge to Kafka.
import { describe, expect, test } from '@jest/globals';
import { readSettings } from './settings.js';
import { shared } from './test/settings-given.js';

describe('the bridge', () => {
  const secured = {
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256',
    KAFKA_USERNAME: 'u',
    KAFKA_PASSWORD: 'p',
    KAFKA_TLS: '1',
  };

  test('needs brokers only, and publishes at least once from the beginning', () => {
    expect(readSettings({ KAFKA_BROKERS: 'one:9092, two:9092' }).bridge).toEqual({
      brokers: ['one:9092', 'two:9092'],
      ...{ tls: null, sasl: null, mode: 'at-least-once', start: 'beginning', format: 'json' },
      ...{ registryUrl: null, aliases: [], commandsTopic: null, name: 'holdfast-bridge' },
    });
  });

  test('of one shop among several on a log has a name of its own', () => {
    const given = { ...shared, STREAM_PREFIX: 'nl.', KAFKA_BROKERS: 'one:9092' };
    expect(readSettings(given).bridge?.name).toBe('nl.holdfast-bridge');
  });

  test('can be encrypted, and sign in', () => {
    expect(readSettings({ KAFKA_BROKERS: 'one:9092', ...secured }).bridge).toMatchObject({
      tls: {},
      sasl: { mechanism: 'SCRAM-SHA-256', username: 'u', password: 'p' },
    });
  });

  test('alone needs brokers', () => {
    expect(() => readSettings(shared, ['bridge'])).toThrow(/^KAFKA_BROKERS: is needed by --roles bridge/);
  });
});
