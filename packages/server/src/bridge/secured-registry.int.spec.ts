// The product with a schema registry behind TLS and a password: its events go out in Avro, and it names the settings when the
// registry refuses it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDeserialise, readSchemas } from '@holdfast/bridge';
import { brokers, kafkaAt, readTopic, skipped } from '@holdfast/bridge/test/kafka-server';
import { hasOpenssl, newAuthority, user } from '@holdfast/bridge/test/secured-broker';
import { startSecuredRegistry, type SecuredRegistry } from '@holdfast/bridge/test/secured-registry';
import { eventually } from '@holdfast/testing';
import { run, usePrograms, type Program } from '../test/program.js';

const patient = { timeoutMs: 45_000 };
const timeoutMs = 120_000;

if (brokers === '') test.skip(skipped, () => undefined);
else if (!(await hasOpenssl())) test.skip('SKIPPED: there is no openssl', () => undefined);
else
  describe('a registry with TLS and a password', () => {
    let folder: string;
    let registry: SecuredRegistry;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'holdfast-registry-'));
      await newAuthority(folder, 'authority');
      await newAuthority(folder, 'other');
      registry = await startSecuredRegistry(folder, 'authority');
    }, 60_000);
    afterAll(async () => {
      await registry.close();
      await rm(folder, { recursive: true });
    });
    const programs = usePrograms('registry');
    const nameOf = (): string => `registry-${programs.directory.split('-').at(-1) ?? ''}`;

    /** The program with the demo's goods, which come in at its first start. */
    const start = (authority: string, password: string): Promise<Program> =>
      programs.start({
        KAFKA_BROKERS: brokers,
        KAFKA_BRIDGE_NAME: nameOf(),
        SCHEMA_REGISTRY_URL: `https://${user.username}:${encodeURIComponent(password)}@${registry.address}`,
        NODE_EXTRA_CA_CERTS: join(folder, `${authority}.pem`),
      });
    const published = async () =>
      (await readTopic(kafkaAt(brokers), 'inventory-events')).filter(
        ({ headers }) => headers.get('ce_source') === `/${nameOf()}`,
      );
    const statusOf = ({ url }: Program) => run(['bridge', 'status', '--url', url], {});

    test(
      'with its authority and password › every event is in Avro, by the schema under the id in its record',
      async () => {
        const program = await start('authority', user.password);
        await eventually(async () => {
          const { code, stdout } = await statusOf(program);
          expect(stdout).toMatch(
            /^Delivery {3}at least once, Avro with a registry\nPosition {3}\d+\nLag {8}none\n/,
          );
          expect(code).toBe(0);
        }, patient);
        const records = await published();
        expect(records.length).toBeGreaterThan(0);
        expect(registry.taken()).toBeGreaterThan(0);
        const deserialise = createDeserialise(readSchemas(), {
          idOf: () => Promise.reject(new Error('is for writers')),
          schemaOf: (id) => Promise.resolve(registry.schemaOf(id) ?? ''),
        });
        for (const { value, headers } of records) {
          expect(headers.get('content-type')).toBe('application/vnd.confluent.avro');
          expect(value?.[0]).toBe(0);
          expect(registry.schemaOf(value?.readUInt32BE(1) ?? 0)).toContain('"StockReceived"');
          const read = await deserialise({
            value: value ?? Buffer.alloc(0),
            headers: Object.fromEntries(headers),
          });
          expect(read?.data).toEqual({ sku: read?.subject, quantity: expect.any(Number) });
        }
      },
      timeoutMs,
    );

    test.each([
      [
        'another password',
        'authority',
        'no-secret-of-the-shop',
        / refuses name and password: SCHEMA_REGISTRY_URL/,
      ],
      ['another authority', 'other', user.password, /: its certificate is not trusted: NODE_EXTRA_CA_CERTS/],
    ])(
      'with %s › it is refused, the settings are named, and nothing goes out',
      async (_, authority, password, why) => {
        const program = await start(authority, password);
        await eventually(async () => {
          const { code, stdout } = await statusOf(program);
          expect(stdout).toMatch(
            /\nFault {6}the schema registry is away, or refuses: SCHEMA_REGISTRY_URL, NODE_EXTRA_CA_CERTS\n$/,
          );
          expect(code).toBe(1);
        }, patient);
        expect(program.output()).toMatch(why);
        // The log has the address, and never the password.
        expect(program.output()).toContain(registry.address);
        expect(program.output()).not.toContain(password);
        expect(await published()).toEqual([]);
      },
      timeoutMs,
    );
  });
