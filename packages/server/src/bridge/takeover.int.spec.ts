// Two processes with the role bridge on shared stores: the one with the lease is killed with kill -9 while 20,000 events go out,
// and the other takes over.
import { describe, expect, test } from '@jest/globals';
import type { Publishes } from '@holdfast/bridge';
import { brokers, kafkaAt, readTopic, skipped } from '@holdfast/bridge/test/kafka-server';
import { openEventStoreDb } from '@holdfast/event-store-eventstoredb';
import { stockStream } from '@holdfast/inventory';
import { Sku, type NewEvent } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually, lastingPort } from '@holdfast/testing';
import { run, usePrograms, type Program } from '../test/program.js';

type Mode = Publishes['delivery'];

const { MONGODB_URL: mongodb = '' } = process.env;
const environment = nodeEnvironment();
const patient = { timeoutMs: 90_000 };

const skus = Array.from({ length: 40 }, (_, n) => `lamp-${n}`);
const rounds = 5;
const perAppend = 100;
const events = skus.length * rounds * perAppend;

const received = (): NewEvent => {
  const id = environment.ids.next();
  const at = '2026-01-01T00:00:00.000Z';
  const metadata = {
    correlationId: id,
    causationId: id,
    commandId: id,
    actor: 'system',
    at,
    schemaVersion: 1,
  };
  return { id, type: 'StockReceived', data: { quantity: 1 }, metadata };
};

const metricsOf = async ({ url }: Program): Promise<string> => (await fetch(new URL('/metrics', url))).text();
/** Whether the bridge runs in this process: only there the gauge has a value. */
const runsIn = async (program: Program): Promise<boolean> =>
  (await metricsOf(program)).includes('holdfast_bridge_info{');

const missing = brokers === '' ? skipped : mongodb === '' ? 'SKIPPED: run scripts/with-mongodb.sh' : null;
if (missing !== null) test.skip(missing, () => undefined);
else
  describe('a process that is killed with the lease of the bridge while 20,000 events go out', () => {
    const programs = usePrograms('takeover');

    /** Two bridges on a log of their own, the one with the lease first. */
    async function startBridges(name: string, mode: Mode) {
      const port = await lastingPort();
      await programs.start({}, ['eventstore', '--port', String(port)]);
      const eventStoreUrl = `esdb://127.0.0.1:${port}?tls=false`;
      const database = new URL(mongodb);
      database.pathname = `/${name}`;
      const settings = {
        ...{ EVENTSTORE_URL: eventStoreUrl, MONGODB_URL: database.href, DEMO: 'false' },
        ...{ JWT_SECRET: 'a secret that all processes of the spec share' },
        ...{ KAFKA_BROKERS: brokers, KAFKA_BRIDGE_NAME: name, KAFKA_DELIVERY: mode },
      };
      const both = [await programs.start(settings, ['bridge']), await programs.start(settings, ['bridge'])];
      const holder = await eventually(async () => {
        const running = await Promise.all(both.map(runsIn));
        expect(running.filter(Boolean)).toHaveLength(1);
        return running.indexOf(true);
      }, patient);
      const [first, second] = holder === 0 ? both : both.toReversed();
      if (first === undefined || second === undefined) throw new Error('there are two');
      return { eventStoreUrl, first, second };
    }

    test.each<Mode>(['at-least-once', 'exactly-once'])(
      '%s › the other takes over; nothing is lost, each key keeps its order, and exactly once no event comes twice',
      async (mode) => {
        const name = `takeover-${environment.ids.next()}`;
        const { eventStoreUrl, first, second } = await startBridges(name, mode);
        const published = async () =>
          (await readTopic(kafkaAt(brokers), 'inventory-events')).filter(
            ({ headers }) => headers.get('ce_source') === `/${name}`,
          );

        const store = await openEventStoreDb({ url: eventStoreUrl, environment, streamPrefix: '' });
        const appended = new Map<string, string[]>(skus.map((sku) => [sku, []]));
        const append = async (times: number): Promise<void> => {
          for (let round = 0; round < times; round += 1)
            for (const sku of skus) {
              const some = Array.from({ length: perAppend }, received);
              const outcome = await store.append(stockStream(Sku(sku)), some, 'any');
              if (!outcome.ok) throw new Error(`the append to ${sku} was refused`);
              appended.get(sku)?.push(...some.map(({ id }) => id));
            }
        };
        await append(1);
        await eventually(async () => {
          // The one that stands by knows the position from the checkpoint, and says that it does not publish.
          const { code, stdout } = await run(['bridge', 'status', '--url', second.url], {});
          expect(stdout).toMatch(/^Runs {7}in another process, which alone knows .*\nPosition {3}\d+\n/);
          expect(code).toBe(0);
        }, patient);
        const before = (await published()).length;
        const early = append(rounds - 2);
        await eventually(async () => expect((await published()).length).toBeGreaterThan(before), patient);
        await first.kill();
        const atTheKill = (await published()).length;
        await early;
        await append(1);
        await store.close();

        await eventually(async () => {
          const metrics = await metricsOf(second);
          expect(metrics).toContain('holdfast_bridge_info{');
          expect(metrics).toContain('holdfast_subscription_caught_up{consumer="reactor-bridge"} 1');
        }, patient);
        const records = await published();
        for (const [sku, ids] of appended) {
          const ofSku = records.filter(({ key }) => key?.toString() === sku);
          expect([...new Set(ofSku.map(({ headers }) => headers.get('ce_id')))]).toEqual(ids);
        }
        expect(atTheKill).toBeLessThan(events);
        expect(records.length).toBeGreaterThanOrEqual(events);
        if (mode === 'exactly-once') expect(records).toHaveLength(events);
      },
      240_000,
    );
  });
