// The client runs as a process of its own, so that its cost is not counted as the product's. It runs the jobs that
// `client-process.ts` sends.
import { Agent, request } from 'node:http';
import WebSocket from 'ws';
import type { Answer, Job, Post, Posted, Result, Subscribe } from './client-process.js';
import { monotonicMs } from './statistics.js';

/** Each of `inFlight` callers sends one request after another over its own connection. */
async function post({ url, inFlight, requests }: Post): Promise<Posted> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const answers: Answer[] = [];
  let next = 0;
  const start = performance.now();
  const caller = async (): Promise<void> => {
    for (let one = requests[next++]; one !== undefined; one = requests[next++]) {
      const begin = performance.now();
      const body = await send(agent, url, one);
      answers.push({ body, ms: performance.now() - begin });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  return { answers, seconds };
}

function send(agent: Agent, url: string, { token, body }: Post['requests'][number]): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const sending = request(url, { agent, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text)).on('error', reject);
    });
    sending.on('error', reject).end(body);
  });
}

/** Resolves when every subscriber has its first message; `received` resolves when each has `messages` more. */
async function subscribe({ url, query, subscribers, messages }: Subscribe): Promise<{
  readonly received: Promise<readonly number[][]>;
}> {
  const first: Promise<void>[] = [];
  const all: Promise<number[]>[] = [];
  for (let n = 0; n < subscribers; n++) {
    const socket = new WebSocket(url, 'graphql-transport-ws');
    const times: number[] = [];
    const say = (message: object): void => socket.send(JSON.stringify(message));
    let began: () => void = () => undefined;
    first.push(new Promise((resolve) => (began = resolve)));
    all.push(
      new Promise((resolve, reject) => {
        socket.on('error', reject).on('close', (code) => reject(new Error(`a socket was closed: ${code}`)));
        socket.on('open', () => say({ type: 'connection_init' }));
        socket.on('message', (data: Buffer) => {
          const at = monotonicMs();
          const { type } = JSON.parse(data.toString()) as { readonly type: string };
          if (type === 'connection_ack') say({ type: 'subscribe', id: '1', payload: { query } });
          else if (type === 'ping') say({ type: 'pong' });
          else if (type === 'error') reject(new Error(data.toString()));
          else if (type === 'next') {
            if (times.push(at) === 1) began();
            if (times.length === messages + 1) resolve(times.slice(1));
          }
        });
      }),
    );
    // Connects in small groups, since accepting many connections at once is not measured.
    if (n % 50 === 49) await Promise.all(first);
  }
  const received = Promise.all(all);
  await Promise.race([Promise.all(first), received]);
  return { received };
}

const answer = (result: Result): void => void process.send?.(result);

process.on('message', (job: Job) => {
  const run = async (): Promise<void> => {
    if (job.kind === 'post') {
      answer({ kind: 'posted', ...(await post(job)) });
      return;
    }
    const { received } = await subscribe(job);
    answer({ kind: 'subscribed' });
    answer({ kind: 'received', times: await received });
  };
  run().catch((error: unknown) => answer({ kind: 'failed', reason: String(error) }));
});
process.on('disconnect', () => process.exit());
