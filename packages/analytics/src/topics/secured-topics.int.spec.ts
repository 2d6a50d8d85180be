// The consumer on a Kafka with TLS and passwords: scripts/with-kafka.sh.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KafkaSettings } from '@holdfast/bridge';
import { libs, skipped, type Broker } from '@holdfast/bridge/test/kafka-server';
import { hasOpenssl, newAuthority, startSecuredBroker, user } from '@holdfast/bridge/test/secured-broker';
import { Admin, Producer } from '@platformatic/kafka';
import { kafkaTopics, KafkaUnreachable } from './kafka-topics.js';

const topic = 'orders';

if (libs === '') test.skip(skipped, () => undefined);
else if (!(await hasOpenssl())) test.skip('SKIPPED: there is no openssl', () => undefined);
else
  describe('the consumer, on a broker with TLS and passwords', () => {
    let folder: string;
    let broker: Broker;
    let right: KafkaSettings;
    let otherCa: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'holdfast-secured-topics-'));
      const ca = await newAuthority(folder, 'authority');
      otherCa = await newAuthority(folder, 'other');
      broker = await startSecuredBroker(folder, 'authority');
      const sasl = { mechanism: 'SCRAM-SHA-512', ...user } as const;
      right = { brokers: [broker.address], tls: { ca }, sasl };
      const client = { clientId: 'spec', bootstrapBrokers: [broker.address], tls: { ca }, sasl };
      const admin = new Admin(client);
      await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
      await admin.close();
      const producer = new Producer(client);
      await producer.send({
        messages: [{ topic, key: Buffer.from('o-1'), value: Buffer.from('{}'), headers: new Map() }],
      });
      await producer.close();
    }, 120_000);
    afterAll(async () => {
      await broker.kill();
      await rm(folder, { recursive: true });
    });

    /** Returns the first records that are read. */
    const read = async (kafka: KafkaSettings, patienceMs: number): Promise<readonly string[]> => {
      const topics = kafkaTopics({ kafka, names: [topic], patienceMs, onError: () => undefined });
      for await (const { records } of topics.read(new Map(), new AbortController().signal))
        if (records.length > 0) return records.map(({ value }) => value.toString());
      return [];
    };

    test('with its authority and password › the records are read', async () => {
      expect(await read(right, 30_000)).toEqual(['{}']);
    }, 60_000);

    test.each<[string, () => KafkaSettings, RegExp]>([
      [
        'another password',
        () => ({ ...right, sasl: { mechanism: 'SCRAM-SHA-512', ...user, password: 'another' } }),
        /it refuses name and password: KAFKA_SASL_MECHANISM, KAFKA_USERNAME, KAFKA_PASSWORD/,
      ],
      [
        'another authority',
        () => ({ ...right, tls: { ca: otherCa } }),
        /its certificate is not trusted: KAFKA_TLS, NODE_EXTRA_CA_CERTS/,
      ],
      ['no TLS', () => ({ ...right, tls: null }), /KAFKA_TLS or KAFKA_SASL_MECHANISM is not as it asks for/],
    ])(
      'with %s › it ends with an error that names the settings',
      async (_, settings, why) => {
        const error = await read(settings(), 0).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(KafkaUnreachable);
        expect(String(error)).toMatch(why);
      },
      90_000,
    );
  });
