// The adapter's errors for a server that does not exist, or that accepts connections and never replies.
import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ReadStore, ReadStoreUnavailable } from '../port.js';
import { openMongoReadStore } from './mongo-read-store.js';
import { nodeEnvironment } from './test/node-environment.js';

let silent: net.Server;
let port: number;
let store: ReadStore;
const sockets: net.Socket[] = [];

beforeEach(async () => {
  silent = net.createServer((socket) => void sockets.push(socket));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  port = (silent.address() as net.AddressInfo).port;
  store = openMongoReadStore({
    url: `mongodb://127.0.0.1:${port}/shop`,
    environment: nodeEnvironment(),
    timeoutMs: 200,
  });
});
afterEach(async () => {
  await store.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  silent.close();
});

const everything = (): readonly (readonly [string, () => unknown])[] => [
  ['define', () => store.define([{ name: 'items', indexes: {} }])],
  ['apply', () => store.apply([], { name: 'writer', position: 1 })],
  ['getMany', () => store.getMany('items', ['a'])],
  ['find', () => store.find('items', { limit: 1 })],
  ['count', () => store.count('items')],
  ['checkpoint', () => store.checkpoint('writer')],
  ['lease', () => store.lease('work')],
  ['swapLease', () => store.swapLease(null, { name: 'work', holder: 'one', token: 1, beat: 0 })],
  ['drop', () => store.drop(['items'], [])],
];

const failsAll = async (message: RegExp): Promise<void> => {
  const outcomes = await Promise.all(
    everything().map(async ([name, call]) =>
      Promise.resolve(call()).then(
        () => [name, 'answered'],
        (error: unknown) => [name, error],
      ),
    ),
  );
  expect(outcomes).toEqual(everything().map(([name]) => [name, expect.any(ReadStoreUnavailable)]));
  for (const [, error] of outcomes) expect(String(error)).toMatch(message);
};

test('when the server does not reply › every call fails in a bounded time, as an outage', () =>
  failsAll(/not available/));

test('when nothing listens › every call fails in a bounded time, as an outage', async () => {
  silent.close();
  await once(silent, 'close');
  await failsAll(/not available/);
});

test('when it was closed › every call fails at once', async () => {
  await store.close();
  await failsAll(/closed/);
});
