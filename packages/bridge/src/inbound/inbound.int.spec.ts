// Commands from a real Kafka: each record is in the log once, in its partition's order, and is committed behind its append.
import { describe, expect, test } from '@jest/globals';
import { StoreUnavailable, type EventStore } from '@holdfast/event-store';
import type { RecordedEvent } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { Admin } from '@platformatic/kafka';
import { clientOptions } from '../kafka/kafka-settings.js';
import { CommittedReader, OffsetOutOfRange } from '../kafka/committed-reader.js';
import { ensureTopics } from '../kafka/topics.js';
import { brokers, kafkaAt, readTopic, sendTo, skipped } from '../test/kafka-server.js';
import { environment, inRig } from '../test/rig.js';
import type { CommandDoors } from './doors.js';
import { deadLetterTopic, startInbound, type InboundOptions } from './inbound-runner.js';
import type { CommandReceived, InboxEvent } from './inbox.events.js';

const kafka = kafkaAt(brokers);
const doors: CommandDoors = {
  count: {
    fault: (body) => (typeof body === 'number' ? null : 'the value: is no number'),
    commandOf: () => ({ refused: { code: 'NEVER', message: '' } }),
  },
};

async function newTopic(): Promise<string> {
  const topic = `commands-${environment.ids.next()}`;
  await ensureTopics(
    kafka,
    'spec',
    new Map([
      [topic, 'events'],
      [deadLetterTopic(topic), 'events'],
    ]),
  );
  return topic;
}

type Sent = { readonly key: string; readonly value: string; readonly type?: string; readonly id?: string };

const send = (topic: string, records: readonly Sent[], ending?: 'commit' | 'abort'): Promise<void> =>
  sendTo(
    kafka,
    topic,
    records.map(({ key, value, type = 'count', id }) => ({
      key,
      value,
      headers: { ce_type: type, ...(id !== undefined && { ce_id: id }) },
    })),
    ending,
  );

const inbox = async (store: EventStore): Promise<readonly RecordedEvent<InboxEvent>[]> =>
  (await store.readAll({ filter: { streamPrefixes: ['inbox-'] } })) as readonly RecordedEvent<InboxEvent>[];
const bodies = async (store: EventStore): Promise<readonly unknown[]> =>
  (await inbox(store))
    .filter((event): event is RecordedEvent<CommandReceived> => event.type === 'CommandReceived')
    .map(({ data }) => data.body);

const committed = async (group: string, topic: string): Promise<bigint> => {
  const admin = new Admin(clientOptions(kafka, 'spec'));
  try {
    const groups = await admin.listConsumerGroupOffsets({ groups: [group] });
    const partitions = groups.flatMap(({ topics }) => topics).filter(({ name }) => name === topic);
    return partitions.flatMap((one) => one.partitions).reduce((sum, one) => sum + one.committedOffset, 0n);
  } finally {
    await admin.close();
  }
};

async function taking(
  options: Pick<InboundOptions, 'store' | 'topic'> & { readonly errors?: unknown[] },
  use: (group: string) => Promise<void>,
  name = `group-${environment.ids.next()}`,
): Promise<void> {
  const { errors = [] } = options;
  const onError = (error: unknown): void => void errors.push(error);
  const inbound = startInbound({ kafka, name, doors, environment, onError, ...options });
  try {
    await use(name);
  } finally {
    await inbound.stop();
  }
}

if (brokers === '') test.skip(skipped, () => undefined);
else
  describe('commands from a topic', () => {
    test('are in the log once, with an id of topic, partition and offset, also for a group that has lost its offsets', () =>
      inRig(async ({ store }) => {
        const topic = await newTopic();
        await send(
          topic,
          [1, 2, 3].map((n) => ({ key: 'a', value: String(n), id: `c-${n}` })),
        );
        await taking({ store, topic }, async () => {
          await eventually(async () => expect(await bodies(store)).toEqual([1, 2, 3]));
        });
        const first = await inbox(store);
        expect(first.map(({ data }) => 'id' in data && data.id)).toEqual(['c-1', 'c-2', 'c-3']);
        expect(new Set(first.map(({ id }) => id)).size).toBe(3);

        await send(topic, [{ key: 'a', value: '4' }]);
        await taking({ store, topic }, async () => {
          await eventually(async () => expect(await bodies(store)).toEqual([1, 2, 3, 4]));
        });
      }));

    test('by two bridges at once › are in the log once, in order', () =>
      inRig(async ({ store }) => {
        const topic = await newTopic();
        const numbers = Array.from({ length: 300 }, (_, n) => n);
        await taking({ store, topic }, () =>
          taking({ store, topic }, async () => {
            for (const n of [0, 1, 2])
              await send(
                topic,
                numbers.slice(100 * n, 100 * n + 100).map((value) => ({ key: 'a', value: String(value) })),
              );
            await eventually(async () => expect(await bodies(store)).toHaveLength(300));
          }),
        );
        expect(await bodies(store)).toEqual(numbers);
      }));

    test('that are invalid › go to the dead-letter topic with the reason, and the others go on', () =>
      inRig(async ({ store }) => {
        const topic = await newTopic();
        await send(topic, [
          { key: 'a', value: '1' },
          { key: 'a', value: '{' },
          { key: 'a', value: '"text"' },
          { key: 'a', value: '2', type: 'other' },
          { key: 'a', value: '"x"'.padEnd(600_000, ' ') },
          { key: 'a', value: '5' },
        ]);
        await taking({ store, topic }, async () => {
          await eventually(async () => expect(await bodies(store)).toEqual([1, 5]));
        });
        const dead = await readTopic(kafka, deadLetterTopic(topic));
        expect(dead.map(({ headers }) => headers.get('dead_letter_reason'))).toEqual([
          'the value is no JSON',
          'the value: is no number',
          'the header ce_type is other: there are count',
          'the value has 600000 bytes, and may have 500000',
        ]);
        expect(dead[0]?.value?.toString()).toBe('{');
        expect(dead[0]?.headers.get('dead_letter_offset')).toBe('1');
      }));

    test('of transactions › count when they are committed, and not when they are aborted', () =>
      inRig(async ({ store }) => {
        const topic = await newTopic();
        const one = (value: number): readonly Sent[] => [{ key: 'a', value: String(value) }];
        await send(topic, one(1), 'abort');
        await send(topic, one(2), 'commit');
        await send(topic, one(3), 'abort');
        await send(topic, one(4), 'abort');
        await send(topic, one(5), 'commit');
        await taking({ store, topic }, async () => {
          await eventually(async () => expect(await bodies(store)).toEqual([2, 5]));
        });
      }));

    test('while the log refuses appends › are not committed, and are taken once it accepts them', () =>
      inRig(async ({ store }) => {
        const topic = await newTopic();
        const log = { isAway: true };
        const unreliable: EventStore = {
          append: (...call) => {
            if (log.isAway) throw new StoreUnavailable('the log is away');
            return store.append(...call);
          },
          synced: (position) => store.synced(position),
          readStream: (...call) => store.readStream(...call),
          readAll: (...call) => store.readAll(...call),
          subscribeAll: (options) => store.subscribeAll(options),
          end: () => store.end(),
          close: () => store.close(),
        };
        const errors: unknown[] = [];
        await send(topic, [{ key: 'a', value: '1' }]);
        await taking({ store: unreliable, topic, errors }, async (group) => {
          await eventually(() => expect(errors.length).toBeGreaterThan(1));
          expect(await committed(group, topic)).toBeLessThanOrEqual(0n);
          log.isAway = false;
          await eventually(async () => expect(await bodies(store)).toEqual([1]));
          await eventually(async () => expect(await committed(group, topic)).toBe(1n));
        });
      }));

    test('that Kafka has deleted before they were taken › are reported as lost, and the others go on', () =>
      inRig(async ({ store }) => {
        const topic = await newTopic();
        const errors: unknown[] = [];
        await send(topic, [{ key: 'a', value: '1' }]);
        await taking({ store, topic }, async () => {
          await eventually(async () => expect(await bodies(store)).toEqual([1]));
        });
        await send(
          topic,
          [2, 3, 4].map((n) => ({ key: 'a', value: String(n) })),
        );
        const [taken] = await inbox(store);
        const partition = taken?.data.partition ?? 0;
        const admin = new Admin(clientOptions(kafka, 'spec'));
        await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition, offset: 3n }] }] });
        await admin.close();
        const reader = new CommittedReader(kafka, 'spec');
        await expect(reader.read(topic, partition, 1n, 100)).rejects.toBeInstanceOf(OffsetOutOfRange);
        await reader.close();
        await taking({ store, topic, errors }, async () => {
          await eventually(async () => expect(await bodies(store)).toEqual([1, 4]));
        });
        expect(errors.map(String)).toEqual([
          `RecordsLost: offsets 1 to 2 of ${topic}/${partition} were deleted before they were taken`,
        ]);
      }));
  });
