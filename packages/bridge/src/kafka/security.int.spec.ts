// TLS and passwords against a real broker: the bridge connects with each mechanism, and names the fault when it can't.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@holdfast/testing';
import { libs, readTopic, skipped, type Broker } from '../test/kafka-server.js';
import { counted } from '../test/orders.js';
import { append, environment, inRig } from '../test/rig.js';
import { hasOpenssl, newAuthority, startSecuredBroker, user } from '../test/secured-broker.js';
import { ConnectionRefused } from './kafka-errors.js';
import type { KafkaSettings, Sasl } from './kafka-settings.js';
import { superviseProducer } from './supervised-producer.js';
import { ensureTopics } from './topics.js';

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

if (libs === '') test.skip(skipped, () => undefined);
else if (!(await hasOpenssl())) test.skip('SKIPPED: there is no openssl', () => undefined);
else
  describe('a broker with TLS and passwords', () => {
    let folder: string;
    let ca: string;
    let otherCa: string;
    let broker: Broker;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'holdfast-tls-'));
      ca = await newAuthority(folder, 'authority');
      otherCa = await newAuthority(folder, 'other');
      broker = await startSecuredBroker(folder, 'authority');
    }, 120_000);
    afterAll(async () => {
      await broker.kill();
      await rm(folder, { recursive: true });
    });
    const reach = (
      change: Partial<KafkaSettings> = {},
      mechanism: Sasl['mechanism'] = 'PLAIN',
    ): KafkaSettings => ({
      brokers: [broker.address],
      tls: { ca },
      sasl: { mechanism, ...user },
      ...change,
    });

    test.each(mechanisms)(
      '%s › the bridge publishes, and what it published is read',
      (mechanism) =>
        inRig(async ({ store, open }) => {
          const kafka = reach({}, mechanism);
          const topic = `secured-${environment.ids.next()}`;
          await append(store, 'a', [counted('a', 1), counted('a', 2)]);
          const bridge = await open({ kafka, topic, mode: 'exactly-once' });
          await eventually(() => expect(bridge.handled()).toBe(1), { timeoutMs: 30_000 });
          const records = await readTopic(kafka, topic);
          expect(records.map(({ headers }) => headers.get('ce_id'))).toEqual(['a.1', 'a.2']);
        }),
      60_000,
    );

    const wrong: readonly (readonly [string, () => KafkaSettings, ConnectionRefused['fault']])[] = [
      ['another authority', () => reach({ tls: { ca: otherCa } }), 'certificate'],
      ['no authority of its own', () => reach({ tls: {} }), 'certificate'],
      [
        'another password, PLAIN',
        () => reach({ sasl: { mechanism: 'PLAIN', ...user, password: 'another' } }),
        'password',
      ],
      [
        'another password, SCRAM',
        () => reach({ sasl: { mechanism: 'SCRAM-SHA-512', ...user, password: 'another' } }),
        'password',
      ],
      ['no TLS', () => reach({ tls: null }), 'connection'],
      ['no password', () => reach({ sasl: null }), 'connection'],
    ];
    test.each(wrong)(
      '%s › is refused with an error that names what is wrong',
      async (_, settings, fault) => {
        const topics = new Map([['refused', 'events'] as const]);
        const error = await ensureTopics(settings(), 'spec', topics).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(ConnectionRefused);
        expect(error).toMatchObject({ fault });
        expect(String(error)).toMatch(new RegExp(broker.address));

        const stopping = new AbortController();
        const told: unknown[] = [];
        const producer = superviseProducer({
          ...{ kafka: settings(), clientId: 'spec', transactionalId: null, environment },
          signal: stopping.signal,
          onError: (one) => {
            told.push(one);
            stopping.abort();
          },
        });
        const message = { topic: 'refused', key: Buffer.from('k'), value: Buffer.from('v') };
        await producer.untilDone((one) => one.send({ messages: [message] })).catch(() => undefined);
        expect(told[0]).toMatchObject({ name: 'ConnectionRefused', fault });
      },
      90_000,
    );
  });
