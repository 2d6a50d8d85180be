// The bridge against a real Kafka: the events in the topic, their order, and their number.
import { describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import type { ReadRecord } from '../kafka/committed-reader.js';
import { brokers, kafkaAt, readTopic, skipped } from '../test/kafka-server.js';
import type { IntegrationEvent, SerialisedEvent } from '../integration/integration-event.js';
import { counted, eventsOf, idOf, serialise } from '../test/orders.js';
import { createParkedEvents, reactorCheckpoint } from '@holdfast/runtime';
import { append, environment, inRig } from '../test/rig.js';
import type { Mode } from './publishers.js';

const kafka = kafkaAt(brokers);
const newTopic = (): string => `orders-${environment.ids.next()}`;
const ids = (records: readonly ReadRecord[]): readonly (string | undefined)[] =>
  records.map(({ headers }) => headers.get('ce_id'));
/** The ids of one order, each where it comes first. */
const firstOnes = (records: readonly ReadRecord[], order: string): readonly (string | undefined)[] => [
  ...new Set(ids(records.filter(({ key }) => key?.toString() === order))),
];
const bodies = (records: readonly ReadRecord[]): readonly unknown[] =>
  records.map(({ value }) => JSON.parse(String(value)) as unknown);

if (brokers === '') test.skip(skipped, () => undefined);
else
  describe.each<Mode>(['at-least-once', 'exactly-once'])('the bridge, %s', (mode) => {
    test('a log that is not empty › the first start publishes it from its beginning, with its facts in headers', () =>
      inRig(async ({ store, open }) => {
        const topic = newTopic();
        await append(store, 'a', [counted('a', 1), counted('a', 2)]);
        const bridge = await open({ kafka, topic, mode });
        await eventually(async () => expect(bridge.handled()).toBe((await store.end()).synced));
        await bridge.stop();

        const records = await readTopic(kafka, topic);
        expect(ids(records)).toEqual(['a.1', 'a.2']);
        expect(bodies(records)).toEqual([
          { order: 'a', n: 1 },
          { order: 'a', n: 2 },
        ]);
        expect(records[1]?.key?.toString()).toBe('a');
        expect(Object.fromEntries(records[1]?.headers ?? [])).toEqual({
          ce_specversion: '1.0',
          ce_id: 'a.2',
          ce_source: '/holdfast/spec',
          ce_type: 'order.counted',
          ce_subject: 'a',
          ce_time: '2026-01-01T00:00:00.000Z',
          ce_dataschema: 'urn:holdfast:order.counted:1',
          ce_correlationid: 'a',
          ce_causationid: 'cause-2',
          ce_position: '1',
          'content-type': 'application/json',
        });
      }));

    test('told to begin now › leaves out what is there, also after a restart', () =>
      inRig(async ({ store, open }) => {
        const topic = newTopic();
        await append(store, 'a', [counted('a', 1)]);
        const first = await open({ kafka, topic, mode, start: 'now' });
        await eventually(() => expect(first.handled()).toBe(0));
        await first.stop();
        await append(store, 'a', [counted('a', 2)]);
        const second = await open({ kafka, topic, mode, start: 'now' });
        await eventually(() => expect(second.handled()).toBe(1));
        await second.stop();
        expect(ids(await readTopic(kafka, topic))).toEqual(['a.2']);
      }));

    test('restarted after a stop › goes on behind what is published', () =>
      inRig(async ({ store, open }) => {
        const topic = newTopic();
        for (let n = 0; n < 3; n += 1) {
          const bridge = await open({ kafka, topic, mode });
          await append(store, 'a', [counted('a', 2 * n), counted('a', 2 * n + 1)]);
          await eventually(() => expect(bridge.handled()).toBe(2 * n + 1));
          await bridge.stop();
        }
        expect(ids(await readTopic(kafka, topic))).toEqual([0, 1, 2, 3, 4, 5].map((n) => idOf('a', n)));
      }));

    test('switched to the other delivery and back › loses nothing; exactly once continues from the position in Kafka', () =>
      inRig(async ({ store, open }) => {
        const topic = newTopic();
        const other: Mode = mode === 'exactly-once' ? 'at-least-once' : 'exactly-once';
        for (const [n, delivery] of [mode, other, mode].entries()) {
          await append(store, 'a', [counted('a', 2 * n), counted('a', 2 * n + 1)]);
          const bridge = await open({ kafka, topic, mode: delivery });
          await eventually(() => expect(bridge.handled()).toBe(2 * n + 1));
          await bridge.stop();
        }
        const between = mode === 'exactly-once' ? [2, 3] : [];
        expect(ids(await readTopic(kafka, topic))).toEqual(
          [0, 1, 2, 3, ...between, 4, 5].map((n) => idOf('a', n)),
        );
      }));

    test('events that give no records › the checkpoint moves behind them, so that they do not look as if they waited', () =>
      inRig(async ({ store, readStore, open }) => {
        const topic = newTopic();
        const bridge = await open({
          ...{ kafka, topic, mode },
          eventsOf: (event) => (event.id === 'a.1' ? eventsOf(topic)(event) : []),
        });
        await append(store, 'a', [counted('a', 1), counted('a', 2)]);
        await append(store, 'a', [counted('a', 3)]);
        await eventually(async () => expect(await readStore.checkpoint(reactorCheckpoint(topic))).toBe(2));
        await bridge.stop();
        expect(ids(await readTopic(kafka, topic))).toEqual(['a.1']);
      }));

    test.each(['unserialisable', 'large'] as const)(
      'an event that is %s › is parked with those of its order behind it, and the others go on',
      (fault) =>
        inRig(async ({ store, open }) => {
          const topic = newTopic();
          await append(store, 'a', [counted('a', 1), counted('a', 2, fault), counted('a', 3)]);
          await append(store, 'b', [counted('b', 1)]);
          const bridge = await open({ kafka, topic, mode });
          await eventually(() => expect(bridge.handled()).toBeGreaterThanOrEqual(3));
          const { parking } = bridge.consumer;
          expect(parking.all().map(({ eventId, attempts }) => [eventId, attempts])).toEqual([
            ['a.2', 1],
            ['a.3', 0],
          ]);
          await bridge.stop();
          const published = ids(await readTopic(kafka, topic));
          expect([...new Set(published)].sort()).toEqual(['a.1', 'b.1']);
          if (mode === 'exactly-once') expect(published).toHaveLength(2);
        }),
    );

    test('a parked event that is retried › is published under its own id, then those that waited behind it', () =>
      inRig(async ({ store, open }) => {
        const topic = newTopic();
        const schema = { fits: false };
        const strict = (event: IntegrationEvent): SerialisedEvent => {
          if (!schema.fits && event.id === 'a.1') throw new Error('does not fit its schema');
          return serialise(event);
        };
        await append(store, 'a', [counted('a', 1), counted('a', 2), counted('a', 3)]);
        const bridge = await open({ kafka, topic, mode, serialise: strict });
        const parked = createParkedEvents(store, [bridge.consumer]);
        await eventually(() => expect(bridge.consumer.parking.all()).toHaveLength(3));
        schema.fits = true;
        expect(await parked.retry({ dryRun: false }, 'staff:1')).toBe(3);
        await append(store, 'a', [counted('a', 4)]);
        await eventually(async () => expect(await readTopic(kafka, topic)).toHaveLength(4));
        expect(ids(await readTopic(kafka, topic))).toEqual(['a.1', 'a.2', 'a.3', 'a.4']);
        expect(bridge.consumer.parking.all()).toEqual([]);
      }));

    test('two bridges at once, without a lease › nothing is lost, and each order keeps its order', () =>
      inRig(async ({ store, open, openReadStore }) => {
        const topic = newTopic();
        const orders = ['a', 'b', 'c', 'd', 'e'];
        const other = await openReadStore();
        await open({ kafka, topic, mode, maxEvents: 20 });
        await open({ kafka, topic, mode, maxEvents: 20, readStore: other });
        for (let n = 0; n < 100; n += 1)
          for (const order of orders) await append(store, order, [counted(order, n)]);
        const all = orders.flatMap((order) => Array.from({ length: 100 }, (_, n) => idOf(order, n)));
        await eventually(async () => {
          const found = new Set(ids(await readTopic(kafka, topic)));
          expect(all.filter((id) => !found.has(id))).toEqual([]);
        });
        const records = await readTopic(kafka, topic);
        for (const order of orders)
          expect(firstOnes(records, order)).toEqual(all.filter((id) => id.startsWith(order)));
        if (mode === 'exactly-once') expect(records).toHaveLength(500);
      }));

    test('a new log under the name of an old one › exactly once stops by name, at least once begins anew', () =>
      inRig(async (old) => {
        const topic = newTopic();
        await append(old.store, 'a', [counted('a', 1), counted('a', 2)]);
        const before = await old.open({ kafka, topic, mode });
        await eventually(() => expect(before.handled()).toBe(1));
        await before.stop();
        await inRig(async ({ store, open }) => {
          const errors: unknown[] = [];
          await append(store, 'b', [counted('b', 1), counted('b', 2), counted('b', 3)]);
          const bridge = await open({ kafka, topic, mode, errors });
          if (mode === 'exactly-once') {
            await eventually(() => expect(String(errors[0])).toMatch(/^AnotherLog: .*KAFKA_BRIDGE_NAME/));
            expect(ids(await readTopic(kafka, topic))).toEqual(['a.1', 'a.2']);
            return;
          }
          await eventually(() => expect(bridge.handled()).toBe(2));
          expect(new Set(ids(await readTopic(kafka, topic)))).toEqual(
            new Set(['a.1', 'a.2', 'b.1', 'b.2', 'b.3']),
          );
        });
      }));
  });
