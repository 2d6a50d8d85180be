// A part of the log is published again at an operator's request.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { stockStream } from '@holdfast/inventory';
import { Sku, type NewEvent } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { startBridge, type Bridge, type BridgeSettings } from '../bridge.js';
import type { ReadRecord } from '../kafka/committed-reader.js';
import { brokers, kafkaAt, readTopic, skipped, withFolder } from '../test/kafka-server.js';
import type { ReplayProcessOptions } from '../test/replay-process.js';
import { bridgeSettings, environment, inRig, openStores, type Stores } from '../test/rig.js';
import type { Mode } from './publishers.js';
import { replay } from './replay.js';

const patient = { timeoutMs: 30_000 };
const program = fileURLToPath(new URL('../test/replay-process.js', import.meta.url));

/** Resolves to the signal that ended the process, or to its last line. */
const run = (options: ReplayProcessOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('error', reject);
    child.on('close', (_, signal) => resolve(signal ?? text.trim()));
  });

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
const newSettings = (mode: Mode): BridgeSettings =>
  bridgeSettings({ kafka: kafkaAt(brokers), name: `bridge-${environment.ids.next()}`, mode });
const newStream = (): string => stockStream(Sku(environment.ids.next()));

const startOn = (
  settings: BridgeSettings,
  { store, readStore }: Pick<Stores, 'store' | 'readStore'>,
  errors: unknown[] = [],
): Promise<Bridge> =>
  startBridge({ settings, store, readStore, environment, onError: (error) => void errors.push(error) });

/** Goods that come in, in one append: this many units first, one more each time. */
async function receive({ store }: Pick<Stores, 'store'>, stream: string, first: number, last: number) {
  const events = Array.from({ length: last - first + 1 }, (_, n) => received(first + n));
  const appended = await store.append(stream, events, 'any');
  if (!appended.ok) throw new Error(`the append to ${stream} was refused`);
  await store.synced(appended.value.position);
}

/** The committed records of one bridge: its quantities with their ids, those of the log's order and those of replays. */
async function publishedBy(settings: BridgeSettings) {
  const records = (await readTopic(settings, 'inventory-events')).filter(
    ({ headers }) => headers.get('ce_source') === `/${settings.name}`,
  );
  const isReplay = ({ headers }: ReadRecord): boolean => headers.get('replay') === 'true';
  return { live: records.filter((one) => !isReplay(one)), again: records.filter(isReplay) };
}
const quantitiesOf = (records: readonly ReadRecord[]): readonly unknown[] =>
  records.map(({ value }) => (JSON.parse(String(value)) as { readonly quantity: unknown }).quantity);
const idsOf = (records: readonly ReadRecord[]): readonly (string | undefined)[] =>
  records.map(({ headers }) => headers.get('ce_id'));
const numbered = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, n) => first + n);

if (brokers === '') test.skip(skipped, () => undefined);
else {
  test('a range is replayed › its records come again under their ids, marked, and no checkpoint moves', () =>
    inRig(async ({ store, readStore }) => {
      const settings = newSettings('at-least-once');
      const stream = newStream();
      for (let n = 1; n <= 4; n += 1) await store.append(stream, [received(n)], 'any');
      const errors: unknown[] = [];
      const bridge = await startOn(settings, { store, readStore }, errors);
      await eventually(() => expect(bridge.handled()).toBe(3));

      const { signal } = new AbortController();
      const onError = (error: unknown): void => void errors.push(error);
      const again = {
        settings,
        store,
        environment,
        from: 1,
        to: 2,
        actor: 'operator:a',
        reason: 'lost',
        signal,
        onError,
      };
      expect(await replay(again)).toEqual({ records: 2, refused: [] });
      expect(bridge.handled()).toBeLessThanOrEqual(4);
      await bridge.stop();

      const published = await publishedBy(settings);
      expect(quantitiesOf(published.live)).toEqual([1, 2, 3, 4]);
      expect(quantitiesOf(published.again)).toEqual([2, 3]);
      expect(idsOf(published.again)).toEqual(idsOf(published.live).slice(1, 3));
      const [recorded] = await store.readStream('control-reactor-bridge');
      expect(recorded?.data).toEqual({ from: 1, to: 2, records: 2, refused: 0, reason: 'lost' });
      expect(recorded?.metadata.actor).toBe('operator:a');
      expect(errors).toEqual([]);
    }));

  test('exactly once, a range is replayed while events are published › readers of committed records see it between the others, marked, and each other event once', () =>
    inRig(async ({ store, readStore }) => {
      const settings = newSettings('exactly-once');
      const stream = newStream();
      await receive({ store }, stream, 1, 6);
      const errors: unknown[] = [];
      const bridge = await startOn(settings, { store, readStore }, errors);
      await eventually(() => expect(bridge.handled()).toBe(5), patient);

      const { signal } = new AbortController();
      const onError = (error: unknown): void => void errors.push(error);
      const again = { settings, store, environment, from: 1, to: 3, actor: 'operator:a', signal, onError };
      const [outcome] = await Promise.all([
        replay(again),
        (async () => {
          for (let n = 7; n <= 30; n += 1) await receive({ store }, stream, n, n);
        })(),
      ]);
      expect(outcome).toEqual({ records: 3, refused: [] });
      // 30 deliveries, and the event that puts the replay on record.
      await eventually(() => expect(bridge.handled()).toBe(30), patient);
      await bridge.stop();
      const restarted = await startOn(settings, { store, readStore }, errors);
      await receive({ store }, stream, 31, 31);
      await eventually(() => expect(restarted.handled()).toBe(31), patient);
      await restarted.stop();

      const published = await publishedBy(settings);
      expect(quantitiesOf(published.live)).toEqual(numbered(1, 31));
      expect(quantitiesOf(published.again)).toEqual([2, 3, 4]);
      expect(idsOf(published.again)).toEqual(idsOf(published.live).slice(1, 4));
      expect(errors).toEqual([]);
    }));

  test('exactly once, a replay is killed on its way and asked for again › the whole range comes, the part before the kill twice, and the live position stays', () =>
    withFolder(async (folder) => {
      const settings = newSettings('exactly-once');
      const stream = newStream();
      /** Publishes what is there, and this delivery. */
      const publish = async (first: number, last: number): Promise<readonly unknown[]> => {
        const stores = await openStores(folder);
        await receive(stores, stream, first, last);
        const bridge = await startOn(settings, stores);
        const { synced } = await stores.store.end();
        await eventually(() => expect(bridge.handled()).toBe(synced), patient);
        await bridge.stop();
        const replays = await stores.store.readStream('control-reactor-bridge');
        await stores.close();
        return replays.map(({ data }) => data);
      };
      await publish(1, 1_200);
      const asked = { folder, address: brokers, name: settings.name, from: 100, to: 1_099 };
      expect(await run({ ...asked, killAtSent: 1 })).toBe('SIGKILL');
      expect(JSON.parse(await run({ ...asked, killAtSent: null }))).toEqual({ records: 1_000, refused: [] });
      const replays = await publish(1_201, 1_201);

      const { live, again } = await publishedBy(settings);
      expect(quantitiesOf(live)).toEqual(numbered(1, 1_201));
      const before = again.length - 1_000;
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(1_000);
      expect(quantitiesOf(again)).toEqual([...numbered(101, 100 + before), ...numbered(101, 1_100)]);
      // Only the replay that came to its end is on record.
      expect(replays).toEqual([{ from: 100, to: 1_099, records: 1_000, refused: 0 }]);
    }));
}
