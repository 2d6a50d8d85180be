// `holdfast bridge status`, the whole command in a process of its own: its text and its exit code.
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { brokers, skipped } from '@holdfast/bridge/test/kafka-server';
import { eventually, lastingPort } from '@holdfast/testing';
import { run, usePrograms, type Ended } from '../test/program.js';

const patient = { timeoutMs: 45_000 };
const timeoutMs = 120_000;

const programs = usePrograms('bridge-status');
const statusAt = (url: string, settings: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  run(['bridge', 'status', '--url', url], settings);

let silent: Server | null = null;
afterEach(() => {
  silent?.close();
  silent = null;
});

/** Accepts connections, and never says a word: a client waits for as long as it is patient. */
async function startSilentBroker(): Promise<string> {
  const server = createServer((socket) => socket.on('error', () => undefined).unref());
  silent = server;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('`holdfast bridge status`', () => {
  (brokers === '' ? test.skip : test)(
    `${brokers === '' ? `${skipped}: ` : ''}of a bridge that has caught up › its delivery, position and parked events; exit code 0`,
    async () => {
      const { url } = await programs.start({
        ...{ KAFKA_BROKERS: brokers, KAFKA_DELIVERY: 'exactly-once', KAFKA_FORMAT: 'avro' },
        KAFKA_BRIDGE_NAME: `status-${programs.directory.split('-').at(-1) ?? ''}`,
      });
      await eventually(async () => {
        const { code, stdout, stderr } = await statusAt(url);
        expect(stdout).toMatch(
          /^Delivery {3}exactly once, Avro\nPosition {3}\d+\nLag {8}none\nParked {5}0\n$/,
        );
        expect([code, stderr]).toEqual([0, '']);
      }, patient);
    },
    timeoutMs,
  );

  test(
    'of a bridge that is behind, on brokers that are slow › how much waits, and no fault yet; exit code 0',
    async () => {
      const { url } = await programs.start({ KAFKA_BROKERS: await startSilentBroker() });
      const { code, stdout, stderr } = await statusAt(url);
      expect(stdout).toMatch(
        /^Delivery {3}at least once, JSON\nPosition {3}none: nothing is published yet\nLag {8}\d+ events wait, the first is \d+ s old\nParked {5}0\n$/,
      );
      expect([code, stderr]).toEqual([0, '']);
    },
    timeoutMs,
  );

  test(
    'of a bridge whose Kafka is away › the fault with its settings; exit code 1',
    async () => {
      const { url } = await programs.start({ KAFKA_BROKERS: `127.0.0.1:${await lastingPort()}` });
      await eventually(async () => {
        const { code, stdout, stderr } = await statusAt(url);
        expect(stdout).toMatch(
          /\nParked {5}0\nFault {6}Kafka is away, or asks for another kind of connection: KAFKA_BROKERS, KAFKA_TLS, KAFKA_SASL_MECHANISM\n$/,
        );
        expect([code, stderr]).toEqual([1, '']);
      }, patient);
    },
    timeoutMs,
  );

  test(
    'of a program without a bridge, with another token, and of no program › says which; exit code 1',
    async () => {
      const { url } = await programs.start({ METRICS_TOKEN: 'a-token-of-the-metrics-of-this-spec' });
      const right = { METRICS_TOKEN: 'a-token-of-the-metrics-of-this-spec' };
      expect(await statusAt(url, right)).toEqual({
        ...{ code: 1, stdout: '' },
        stderr: 'holdfast: that program runs no bridge\n',
      });
      expect(await statusAt(url)).toMatchObject({
        ...{ code: 1, stdout: '' },
        stderr: expect.stringMatching(
          /^holdfast: .*\/metrics answers 404: METRICS_TOKEN has to be its token\n$/,
        ),
      });
      const nobody = `http://127.0.0.1:${await lastingPort()}`;
      expect(await statusAt(nobody)).toEqual({
        ...{ code: 1, stdout: '' },
        stderr: `holdfast: there is no program at ${nobody}: name it with --url\n`,
      });
    },
    timeoutMs,
  );
});
