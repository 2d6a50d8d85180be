// A broker that goes away and comes back without its knowledge of producers: the bridge waits with bounded memory and loses
// no event.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { reactorCheckpoint } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import {
  kafkaAt,
  libs,
  readTopic,
  skipped,
  startBroker,
  withFolder,
  type Broker,
} from '../test/kafka-server.js';
import type { IntegrationEvent, SerialisedEvent } from '../integration/integration-event.js';
import { ConnectionRefused } from '../kafka/kafka-errors.js';
import type { KafkaSettings } from '../kafka/kafka-settings.js';
import { counted, idOf, serialise } from '../test/orders.js';
import { append, environment, inRig, type Rig } from '../test/rig.js';
import type { Mode } from './publishers.js';

/** Deletes the broker's snapshots of producer state, so that it has to rebuild that state from the records. */
async function loseProducerState(data: string): Promise<void> {
  const logs = join(data, 'logs');
  for (const folder of await readdir(logs))
    for (const file of await readdir(join(logs, folder)).catch(() => []))
      if (file.endsWith('.snapshot')) await rm(join(logs, folder, file));
}

const modes: readonly Mode[] = ['at-least-once', 'exactly-once'];

/** A bridge in small batches, with its errors and the events that it has made into records. */
async function openWatched({ open }: Rig, kafka: KafkaSettings, mode: Mode) {
  const topic = `orders-${environment.ids.next()}`;
  const errors: unknown[] = [];
  const mapped = new Set<string>();
  const watched = (event: IntegrationEvent): SerialisedEvent => {
    mapped.add(event.id);
    return serialise(event);
  };
  const bridge = await open({ kafka, topic, mode, errors, maxEvents: 10, serialise: watched });
  return { bridge, mode, topic, errors, mapped };
}

const patient = { timeoutMs: 60_000 };

if (libs === '') test.skip(skipped, () => undefined);
else
  describe('a broker that is killed while events are published', () => {
    const held: { broker: Broker | null } = { broker: null };
    const folders: { data: string; done: () => void } = { data: '', done: () => undefined };
    beforeAll(async () => {
      await new Promise<void>((opened) => {
        void withFolder(async (folder) => {
          folders.data = join(folder, 'data');
          opened();
          await new Promise<void>((done) => (folders.done = done));
        });
      });
      held.broker = await startBroker(folders.data);
    }, 60_000);
    afterAll(async () => {
      await held.broker?.kill();
      folders.done();
    });

    test(
      'the bridge holds no more than two batches, shows its lag and the fault, and goes on when the broker is back',
      () =>
        inRig(async (rig) => {
          const { store, readStore } = rig;
          const kafka = kafkaAt(held.broker?.address ?? '');
          const both = await Promise.all(modes.map((mode) => openWatched(rig, kafka, mode)));
          await append(store, 'a', [counted('a', 0)]);
          for (const { bridge } of both) await eventually(() => expect(bridge.handled()).toBe(0), patient);

          await held.broker?.kill();
          for (let n = 1; n <= 200; n += 1) await append(store, 'a', [counted('a', n)]);
          for (const { bridge, topic, errors, mapped } of both) {
            await eventually(() => expect(errors.length).toBeGreaterThan(1), patient);
            expect(bridge.handled()).toBeLessThan(20);
            expect(await readStore.checkpoint(reactorCheckpoint(topic))).toBeLessThanOrEqual(
              bridge.handled(),
            );
            expect(bridge.lastError()).toBeInstanceOf(ConnectionRefused);
            expect(mapped.size).toBeLessThanOrEqual(31);
          }

          await loseProducerState(folders.data);
          held.broker = await startBroker(folders.data);
          for (const { bridge, mode, topic } of both) {
            await eventually(() => expect(bridge.handled()).toBe(200), patient);
            expect(bridge.lastError()).toBeNull();
            const ids = (await readTopic(kafka, topic)).map(({ headers }) => headers.get('ce_id'));
            expect([...new Set(ids)]).toEqual(Array.from({ length: 201 }, (_, n) => idOf('a', n)));
            if (mode === 'exactly-once') expect(ids).toHaveLength(201);
          }
        }),
      150_000,
    );
  });
