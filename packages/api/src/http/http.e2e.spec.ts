// HTTP requests that no client library would send.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRig, type Rig } from '../test/rig.js';

let rig: Rig;
const requestMs = 400;

beforeAll(async () => {
  rig = await startRig({ requestMs });
});
afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const connected = async (): Promise<Socket> => {
  const { port, hostname } = new URL(rig.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
};

/** Everything that the server sends until it ends the connection. */
const answerTo = async (text: string): Promise<string> => {
  const socket = await connected();
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.write(text);
  await once(socket, 'close');
  return answer;
};

const body = JSON.stringify({ query: '{ me { id } }' });
const headers = `Content-Type: application/json\r\nConnection: close\r\nContent-Length: ${body.length}`;
const post = (version: string, host: string): string =>
  `POST /graphql HTTP/${version}\r\n${host}${headers}\r\n\r\n${body}`;

describe('a POST', () => {
  test.each([
    ['without a Host header', '1.1', '', 400],
    ['of HTTP/1.0, which knows no Host header', '1.0', '', 200],
    ['with an empty Host header', '1.1', 'Host: \r\n', 400],
    ['with a Host header that is no host', '1.1', 'Host: a b/c\r\n', 400],
    ['with a port that is none', '1.1', 'Host: localhost:port\r\n', 200],
    ['with two Host headers', '1.1', 'Host: a\r\nHost: b\r\n', 200],
    ['with a Host header that is an odd address', '1.1', 'Host: [::1\r\n', 400],
    ['with a Host header of another site', '1.1', 'Host: other.example\r\n', 200],
  ])('%s (HTTP/%s) is refused or served, never our fault', async (_, version, host, status) => {
    expect(await answerTo(post(version, host))).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});

describe('a request that is sent slowly', () => {
  test.each([
    ['not at all', ''],
    ['in its headers', 'POST /graphql HTTP/1.1\r\nHost: a\r\nX-'],
    ['in its body', `POST /graphql HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n{`],
  ])(
    '%s is ended in the time that is set',
    async (_, text) => {
      const socket = await connected();
      let answer = '';
      socket.on('data', (data) => (answer += data.toString()));
      const sent = performance.now();
      socket.write(text);
      // One byte now and then, so that the connection is never idle.
      const dripping = setInterval(() => text !== '' && socket.write('x'), requestMs / 8);
      await once(socket, 'close');
      clearInterval(dripping);
      expect(answer).toMatch(/^HTTP\/1.1 408 /);
      // With Node's default interval the request would end after 30 or 60 s.
      expect(performance.now() - sent).toBeLessThan(15_000);
    },
    20_000,
  );
});

test('connections that are reset during their request leave nothing behind', async () => {
  for (const text of [
    'POST /graphql HTTP/1.1\r\n',
    `POST /graphql HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n{`,
    post('1.1', 'Host: a\r\n'),
  ]) {
    for (let n = 0; n < 3; n += 1) {
      const socket = await connected();
      socket.write(text);
      socket.resetAndDestroy();
    }
  }
  expect((await rig.ask('{ me { id } }')).data).toEqual({ me: null });
});

describe('an address', () => {
  const sent = (path: string): Promise<Response> =>
    fetch(new URL(path, rig.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k' },
      body: JSON.stringify({ action: 'PAY' }),
    });

  test('with a part that can not be decoded › is refused like any other request, and not repeated to the caller', async () => {
    const response = await sent('/api/order/%zz');
    expect(response.status).toBe(400);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('x-correlation-id')).toMatch(/./);
    expect(await response.text()).not.toContain('%zz');
  });

  test('with an id of 9,000 characters › gets the result of any order that the caller does not have', async () => {
    const [long, short] = await Promise.all(['x'.repeat(9_000), 'x'].map((id) => sent(`/api/order/${id}`)));
    expect(long?.headers.get('content-type')).toContain('application/problem+json');
    expect([long?.status, short?.status]).toEqual([401, 401]);
  });
});
