// The topic with the position of a bridge that publishes exactly once, when Kafka compacts it or an operator spoils it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from '@platformatic/kafka';
import { CommittedReader } from '../kafka/committed-reader.js';
import { clientOptions, type KafkaSettings } from '../kafka/kafka-settings.js';
import { kafkaAt, libs, readTopic, skipped, startBroker, type Broker } from '../test/kafka-server.js';
import { counted, eventsOf, idOf } from '../test/orders.js';
import { append, environment, inRig, type Rig } from '../test/rig.js';
import { checkpointTopic } from './publishers.js';

const mode = 'exactly-once';
const patient = { timeoutMs: 45_000 };
const newTopic = (): string => `checkpointed-${environment.ids.next()}`;
const idsIn = async (kafka: KafkaSettings, topic: string): Promise<readonly (string | undefined)[]> =>
  (await readTopic(kafka, topic)).map(({ headers }) => headers.get('ce_id'));
const numbered = (first: number, last: number): readonly string[] =>
  Array.from({ length: last - first + 1 }, (_, n) => idOf('a', first + n));

async function appendAll({ store }: Rig, first: number, last: number): Promise<void> {
  for (let n = first; n <= last; n += 1) await append(store, 'a', [counted('a', n)]);
}

async function withAdmin<T>(kafka: KafkaSettings, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin(clientOptions(kafka, 'spec'));
  try {
    return await use(admin);
  } finally {
    await admin.close();
  }
}

async function endOf(kafka: KafkaSettings): Promise<bigint> {
  const reader = new CommittedReader(kafka, 'spec');
  const { end } = await reader.bounds(checkpointTopic, 0);
  await reader.close();
  return end;
}

const setPolicy = (admin: Admin, value: 'compact' | 'delete'): Promise<void> =>
  admin.incrementalAlterConfigs({
    resources: [
      {
        resourceType: ConfigResourceTypes.TOPIC,
        resourceName: checkpointTopic,
        configs: [
          { name: 'cleanup.policy', configOperation: IncrementalAlterConfigOperationTypes.SET, value },
        ],
      },
    ],
  });

/** Deletes every checkpoint, of all bridges. Kafka refuses that for as long as the topic is compacted. */
async function truncate(kafka: KafkaSettings): Promise<void> {
  const offset = await endOf(kafka);
  await withAdmin(kafka, async (admin) => {
    await setPolicy(admin, 'delete');
    const topics = [{ name: checkpointTopic, partitions: [{ partition: 0, offset }] }];
    await eventually(() => admin.deleteRecords({ topics }), patient);
    await setPolicy(admin, 'compact');
  });
}

/** Makes the topic of checkpoints so that it is compacted within moments. */
const makeAnew = (kafka: KafkaSettings): Promise<void> =>
  withAdmin(kafka, async (admin) => {
    if ((await admin.listTopics()).includes(checkpointTopic)) {
      await admin.deleteTopics({ topics: [checkpointTopic] });
      await eventually(async () => expect(await admin.listTopics()).not.toContain(checkpointTopic), patient);
    }
    const settings = {
      ...{ 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01' },
      ...{ 'delete.retention.ms': '0', 'min.compaction.lag.ms': '0' },
    };
    const configs = Object.entries(settings).map(([name, value]) => ({ name, value }));
    await eventually(
      () => admin.createTopics({ topics: [checkpointTopic], partitions: 1, replicas: 1, configs }),
      patient,
    );
  });

if (libs === '') test.skip(skipped, () => undefined);
else
  describe('the topic with the checkpoints of exactly once', () => {
    let folder: string;
    let broker: Broker;
    let kafka: KafkaSettings;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'holdfast-checkpoints-'));
      const quick = join(folder, 'quick.json');
      await writeFile(quick, JSON.stringify({ properties: { 'log.cleaner.backoff.ms': '100' } }));
      broker = await startBroker(join(folder, 'data'), quick);
      kafka = kafkaAt(broker.address);
      await makeAnew(kafka);
    }, 120_000);
    afterAll(async () => {
      await broker.kill();
      await rm(folder, { recursive: true });
    });

    /** Publishes these events, and stops. */
    async function publish(rig: Rig, topic: string, first: number, last: number): Promise<void> {
      await appendAll(rig, first, last);
      const bridge = await rig.open({ kafka, topic, mode, maxEvents: 2 });
      await eventually(() => expect(bridge.handled()).toBe(last), patient);
      await bridge.stop();
    }

    test(
      'compacted › each bridge goes on from its own last position',
      () =>
        inRig((rig) =>
          inRig(async (other) => {
            const [topic, another] = [newTopic(), newTopic()];
            await publish(rig, topic, 0, 19);
            await publish(other, another, 0, 4);
            const checkpointsOf = async (name: string): Promise<number> =>
              (await readTopic(kafka, checkpointTopic)).filter(({ key }) => key?.toString() === name).length;
            // Ten transactions, each with a checkpoint and its end.
            expect(await endOf(kafka)).toBeGreaterThanOrEqual(20n);
            // The segment in use is not compacted, so another bridge has to go on writing.
            let last = 4;
            await eventually(async () => {
              await publish(other, another, last + 1, last + 1);
              last += 1;
              expect(await checkpointsOf(topic)).toBe(1);
            }, patient);
            await publish(rig, topic, 20, 24);
            expect(await idsIn(kafka, topic)).toEqual(numbered(0, 24));
            expect(await idsIn(kafka, another)).toEqual(numbered(0, last));
          }),
        ),
      100_000,
    );

    test(
      'truncated while the bridge runs › the next checkpoint is there, and a restart goes on from it',
      () =>
        inRig(async (rig) => {
          const topic = newTopic();
          await appendAll(rig, 0, 4);
          const bridge = await rig.open({ kafka, topic, mode });
          await eventually(() => expect(bridge.handled()).toBe(4), patient);
          await truncate(kafka);
          await appendAll(rig, 5, 9);
          await eventually(() => expect(bridge.handled()).toBe(9), patient);
          await bridge.stop();
          await publish(rig, topic, 10, 14);
          expect(await idsIn(kafka, topic)).toEqual(numbered(0, 14));
        }),
      100_000,
    );

    test.each([
      ['truncated', truncate],
      ['deleted and made anew', makeAnew],
    ])(
      '%s while no bridge runs › it stops by name and publishes nothing; under another name it goes on',
      (_, spoil) =>
        inRig(async (rig) => {
          const topic = newTopic();
          await publish(rig, topic, 0, 4);
          await spoil(kafka);
          await appendAll(rig, 5, 9);

          const errors: unknown[] = [];
          const stopped = await rig.open({ kafka, topic, mode, errors });
          await eventually(() => {
            expect(String(stopped.lastError())).toMatch(
              new RegExp(`^CheckpointLost: Kafka has lost the checkpoint of ${topic}: .*KAFKA_BRIDGE_NAME`),
            );
            // It is looked for again, and not taken for a first start then.
            expect(errors.length).toBeGreaterThan(2);
          }, patient);
          await stopped.stop();
          expect(await idsIn(kafka, topic)).toEqual(numbered(0, 4));

          const renamed = await rig.open({
            ...{ kafka, topic, mode, publishAs: `${topic}-2`, eventsOf: eventsOf(topic) },
          });
          await eventually(() => expect(renamed.handled()).toBe(9), patient);
          await renamed.stop();
          expect(await idsIn(kafka, topic)).toEqual(numbered(0, 9));
        }),
      100_000,
    );
  });
