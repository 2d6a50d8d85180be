// Several processes with the role bridge: one publishes, by its lease, and one that has lost it can spoil nothing.
import { describe, expect, test } from '@jest/globals';
import { fenced, reactorCheckpoint, startWorker, type Worker } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { brokers, kafkaAt, readTopic, skipped } from '../test/kafka-server.js';
import { counted, idOf } from '../test/orders.js';
import { append, environment, inRig, type Rig } from '../test/rig.js';
import type { Mode } from './publishers.js';

const kafka = kafkaAt(brokers);
const newTopic = (): string => `leased-${environment.ids.next()}`;
const idsIn = async (topic: string): Promise<readonly (string | undefined)[]> =>
  (await readTopic(kafka, topic)).map(({ headers }) => headers.get('ce_id'));

const joining = ({ readStore, open }: Rig, topic: string, mode: Mode): Promise<Worker> =>
  startWorker({
    readStore,
    environment,
    role: topic,
    partitions: 1,
    ttlMs: 3_000,
    start: (_, held) => open({ kafka, topic, mode, readStore: held }),
    onError: () => undefined,
  });

if (brokers === '') test.skip(skipped, () => undefined);
else
  describe.each<Mode>(['at-least-once', 'exactly-once'])('processes with the role bridge, %s', (mode) => {
    test('two of them › one publishes, and the other goes on when that one stops', () =>
      inRig(async (rig) => {
        const topic = newTopic();
        const first = await joining(rig, topic, mode);
        const second = await joining(rig, topic, mode);
        await append(rig.store, 'a', [counted('a', 1)]);
        await eventually(async () => expect(await idsIn(topic)).toEqual(['a.1']));
        expect([first.partitions(), second.partitions()]).toEqual([[0], []]);

        await first.stop();
        await append(rig.store, 'a', [counted('a', 2)]);
        await eventually(async () => expect(await idsIn(topic)).toEqual(['a.1', 'a.2']));
        expect(second.partitions()).toEqual([0]);
        await second.stop();
      }));

    test('one that has lost its lease without noticing › moves no checkpoint, and exactly once publishes nothing', () =>
      inRig(async ({ store, readStore, open }) => {
        const topic = newTopic();
        const lease = { name: topic, holder: 'first', token: 1, beat: 0 };
        await readStore.swapLease(null, lease);
        const errors: unknown[] = [];
        const zombie = await open({
          kafka,
          topic,
          mode,
          errors,
          readStore: fenced(readStore, { lease: topic, token: 1 }),
        });
        await append(store, 'a', [counted('a', 1)]);
        const saved = (): Promise<number | null> =>
          Promise.resolve(readStore.checkpoint(reactorCheckpoint(topic)));
        await eventually(async () => expect(await saved()).toBe(0));

        await readStore.swapLease(lease, { ...lease, holder: 'second', token: 2 });
        const held = fenced(readStore, { lease: topic, token: 2 });
        const other = await open({ kafka, topic, mode, readStore: held });
        await append(store, 'a', [counted('a', 2), counted('a', 3)]);
        await eventually(() => expect(other.handled()).toBe(2));
        await eventually(() => expect(errors).not.toEqual([]));
        await eventually(async () => expect(await saved()).toBe(2));
        await zombie.stop();

        const ids = await idsIn(topic);
        expect([...new Set(ids)]).toEqual([1, 2, 3].map((n) => idOf('a', n)));
        if (mode === 'exactly-once') expect(ids).toHaveLength(3);
      }));
  });
