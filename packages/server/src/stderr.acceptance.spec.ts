// The log of the real program: only the program writes lines, whatever clients send and however they disconnect.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { ask, startProgram, type Program } from './test/program.js';

let directory: string;
let program: Program;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-stderr-'));
  program = await startProgram({ DATA_DIR: directory, LOG_LEVEL: 'debug' });
});
afterEach(async () => {
  await program.kill();
  await rm(directory, { recursive: true });
});

const subscribed = async (query: string): Promise<WebSocket> => {
  const socket = new WebSocket(program.url.replace('http', 'ws'), 'graphql-transport-ws');
  socket.on('error', () => undefined);
  const opened = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const { type } = JSON.parse(data.toString()) as { readonly type: string };
      if (type !== 'connection_ack') resolve();
      else socket.send(JSON.stringify({ type: 'subscribe', id: 'a', payload: { query } }));
    });
    socket.once('close', () => {
      resolve();
    });
  });
  socket.once('open', () => {
    socket.send('{"type":"connection_init"}');
  });
  await opened;
  return socket;
};

type Line = { readonly level: number; readonly msg: string };

const linesOf = (text: string): readonly Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
const lines = (): readonly Line[] => linesOf(program.stderr());

const forged = '{"level":60,"msg":"forged"}';

test('a client can not write a line of the log', async () => {
  const literal = JSON.stringify(`\n${forged}\n`);
  for (const query of [
    `{ a(b: ${literal} `,
    `{ a(b: ${literal}) }`,
    `{ me(a: ${literal}) { id } }`,
    `"""\n${forged}\n"""`,
  ])
    (await subscribed(query)).close();
  await expect(ask(program.url, `{ a(b: ${literal} `)).rejects.toThrow('Syntax Error');
  const { code } = await new Promise<{ readonly code: number }>((resolve) => {
    const socket = new WebSocket(program.url.replace('http', 'ws'), 'graphql-transport-ws');
    socket.on('error', () => undefined);
    socket.once('close', (given: number) => {
      resolve({ code: given });
    });
    socket.once('open', () => {
      socket.send(`\n${forged}\n`);
    });
  });
  expect(code).toBe(4400);
  expect(lines().filter(({ msg }) => msg === 'forged')).toEqual([]);
  expect(program.stderr()).not.toContain(`\n${forged}`);
}, 30_000);

test('peers that reset are no errors', async () => {
  const { port, hostname } = new URL(program.url);
  const started =
    'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{';
  const upgrade = 'GET /elsewhere HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  for (let n = 0; n < 10; n += 1) {
    const live = await subscribed('subscription { stockChanged { product { sku } } }');
    (live as unknown as { readonly _socket: { resetAndDestroy(): void } })._socket.resetAndDestroy();
    for (const text of [started, upgrade]) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(text, () => socket.resetAndDestroy());
      await once(socket, 'close');
    }
  }
  // Every effect of the resets is visible once a later request has its response, and the program has stopped.
  await ask(program.url, '{ me { id } }');
  expect(await program.stop()).toBe(0);
  expect(lines().filter(({ level }) => level >= 40)).toEqual([]);
}, 30_000);

test('output of libraries, warnings of Node and the error that ends the program are lines of the log', async () => {
  const logger = new URL('./logger.js', import.meta.url).href;
  const printing = `
    import { createLogger, takeOverStderr } from ${JSON.stringify(logger)};
    takeOverStderr(createLogger('warn'));
    console.error('an error\\n%s', new Error(${JSON.stringify(`\n${forged}\n`)}));
    console.warn(${JSON.stringify(`\n${forged}`)});
    process.on('warning', () => Promise.reject(new Error(${JSON.stringify(`\n${forged}`)})));
    process.emitWarning(${JSON.stringify(`\n${forged}`)});
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', printing]);
  let printed = '';
  child.stderr.on('data', (text: Buffer) => (printed += text.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, linesOf(printed).map(({ level }) => level)]).toEqual([1, [40, 40, 40, 60]]);
});
