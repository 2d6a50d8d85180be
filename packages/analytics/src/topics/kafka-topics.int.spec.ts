// The consumer on a real Kafka: scripts/with-kafka.sh.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { IntegrationEvent, KafkaSettings } from '@holdfast/bridge';
import { eventually } from '@holdfast/testing';
import { Admin, Producer } from '@platformatic/kafka';
import { collect, rebuild } from '../collect.js';
import { figuresFile } from '../database/figures-file.js';
import { deserialise, figuresOf, refund, rowsOf, sale, serialise } from '../test/shop.js';
import { kafkaTopics } from './kafka-topics.js';

const { KAFKA_BROKERS: brokers = '' } = process.env;
const kafka: KafkaSettings = { brokers: [brokers], tls: null, sasl: null };
const client = { clientId: 'spec', bootstrapBrokers: [brokers] };

let folder: string;
let path: string;
let topic: string;
let errors: unknown[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-kafka-topics-'));
  path = join(folder, 'figures.duckdb');
  topic = `orders-${randomUUID()}`;
  errors = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function makeTopic(): Promise<void> {
  const admin = new Admin(client);
  await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 });
  await admin.close();
}

async function publish(...events: readonly IntegrationEvent[]): Promise<void> {
  const producer = new Producer(client);
  const messages = [];
  for (const event of events) {
    const { key, value, headers } = await serialise(event);
    const { id, type, subject, time, dataSchema } = event;
    const attributes = {
      ce_id: id,
      ce_type: type,
      ce_subject: subject,
      ce_time: time,
      ce_dataschema: dataSchema,
    };
    const named = Object.entries({ ...headers, ...attributes });
    messages.push({
      topic,
      key,
      value,
      headers: new Map(named.map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
    });
  }
  await producer.send({ messages });
  await producer.close();
}

const options = (signal = new AbortController().signal) => ({
  ...{ deserialise, signal, file: figuresFile(path) },
  topics: kafkaTopics({ kafka, names: [topic], patienceMs: 20_000, onError: (error) => errors.push(error) }),
});

const sales = Array.from({ length: 20 }, (_, n) =>
  sale({ orderId: `o-${n}`, lines: [['LAMP', 1, 100 + n]] }),
).flat();
const revenue = 20 * 100 + (19 * 20) / 2;

if (brokers === '') test.skip('SKIPPED: run scripts/with-kafka.sh npm run test:acceptance', () => undefined);
else
  describe('the consumer on Kafka', () => {
    test('reads all partitions, goes on where it stopped, and counts an event that is sent again once', async () => {
      await makeTopic();
      await publish(...sales);
      // The producer may have sent a record again: its topic was new.
      expect(await collect({ ...options(), untilCaughtUp: true })).toBeGreaterThanOrEqual(100);
      expect(await rowsOf(path, 'days')).toEqual([
        ['2026-03-01', 'EUR', 20n, BigInt(revenue), 0n, BigInt(revenue)],
      ]);

      await publish(...sales.slice(0, 30), refund('o-1', 101));
      expect(await collect({ ...options(), untilCaughtUp: true })).toBeGreaterThanOrEqual(31);
      expect(await rowsOf(path, 'refunds')).toEqual([
        ['EUR', 20n, 1n, 1 / 20, BigInt(revenue), 101n, 101 / revenue],
      ]);
      expect(await collect({ ...options(), untilCaughtUp: true })).toBe(0);
    });

    test('made anew from the topic, the figures are the same', async () => {
      await makeTopic();
      await publish(...sales, refund('o-2', 7));
      const records = await collect({ ...options(), untilCaughtUp: true });
      const before = await figuresOf(path);
      await figuresFile(path).with((connection) => connection.run('DELETE FROM facts'));
      expect(await rebuild(options())).toBe(records);
      expect(await figuresOf(path)).toEqual(before);
    });

    test('a topic that is not there yet is empty', async () => {
      expect(await collect({ ...options(), untilCaughtUp: true })).toBe(0);
      expect(errors).toEqual([]);
    });

    test('follows a topic that is not there yet, and stops when it is told to', async () => {
      const stopping = new AbortController();
      const following = collect(options(stopping.signal));
      await makeTopic();
      await publish(...sales);
      await eventually(async () =>
        expect(await rowsOf(path, 'funnel')).toContainEqual(['completed', 20n, 1]),
      );
      stopping.abort();
      expect(await following).toBeGreaterThanOrEqual(100);
    });

    test('a broker that is not there is reported once, and throws after `patienceMs`', async () => {
      const nowhere = kafkaTopics({
        kafka: { ...kafka, brokers: ['127.0.0.1:1'] },
        ...{ names: [topic], patienceMs: 1_000 },
        onError: (error) => errors.push(error),
      });
      const collecting = collect({ ...options(), topics: nowhere, untilCaughtUp: true });
      await expect(collecting).rejects.toThrow(/^Kafka can't be read at 127.0.0.1:1: .*ECONNREFUSED/);
      expect(errors).toHaveLength(1);
    });
  });
