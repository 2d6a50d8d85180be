// A part of the log is published again at an operator's request.
import { expect, test } from '@jest/globals';
import { stockStream } from '@holdfast/inventory';
import { Sku, type NewEvent } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { startBridge, type BridgeSettings } from '../bridge.js';
import { brokers, kafkaAt, readTopic, skipped } from '../test/kafka-server.js';
import { environment, inRig } from '../test/rig.js';
import { replay } from './replay.js';

const received = (quantity: number): NewEvent => {
  const id = environment.ids.next();
  const metadata = { correlationId: id, causationId: id, commandId: id, actor: 'system', schemaVersion: 1 };
  return {
    id,
    type: 'StockReceived',
    data: { quantity },
    metadata: { ...metadata, at: '2026-01-01T00:00:00.000Z' },
  };
};

if (brokers === '') test.skip(skipped, () => undefined);
else
  test('a range is replayed › its records come again under their ids, marked, and no checkpoint moves', () =>
    inRig(async ({ store, readStore }) => {
      const settings: BridgeSettings = {
        ...kafkaAt(brokers),
        name: `bridge-${environment.ids.next()}`,
        mode: 'at-least-once',
        start: 'beginning',
        format: 'json',
        registryUrl: null,
        aliases: [],
        commandsTopic: null,
      };
      const stream = stockStream(Sku(environment.ids.next()));
      for (let n = 1; n <= 4; n += 1) await store.append(stream, [received(n)], 'any');
      const errors: unknown[] = [];
      const onError = (error: unknown): void => void errors.push(error);
      const bridge = await startBridge({ settings, store, readStore, environment, onError });
      await eventually(() => expect(bridge.handled()).toBe(3));

      const { signal } = new AbortController();
      const again = { settings, store, environment, from: 1, to: 2, actor: 'operator:a', signal, onError };
      expect(await replay(again)).toEqual({ records: 2, refused: [] });
      expect(bridge.handled()).toBeLessThanOrEqual(4);
      await bridge.stop();

      const records = (await readTopic(settings, 'inventory-events')).filter(
        ({ headers }) => headers.get('ce_source') === `/${settings.name}`,
      );
      expect(records.map(({ value, headers }) => [quantityOf(value), headers.get('replay')])).toEqual([
        [1, undefined],
        [2, undefined],
        [3, undefined],
        [4, undefined],
        [2, 'true'],
        [3, 'true'],
      ]);
      const [first, second] = records.slice(1).map(({ headers }) => headers.get('ce_id'));
      expect(records.slice(4).map(({ headers }) => headers.get('ce_id'))).toEqual([first, second]);
      const [recorded] = await store.readStream('control-reactor-bridge');
      expect(recorded?.data).toEqual({ from: 1, to: 2, records: 2, refused: 0 });
      expect(recorded?.metadata.actor).toBe('operator:a');
      expect(errors).toEqual([]);
    }));

const quantityOf = (value: Buffer | null): unknown =>
  (JSON.parse(String(value)) as { readonly quantity: unknown }).quantity;
