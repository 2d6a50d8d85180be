// Starts the client process and exchanges messages with it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export type Post = {
  readonly kind: 'post';
  readonly url: string;
  readonly inFlight: number;
  readonly requests: readonly { readonly token?: string; readonly body: string }[];
};
export type Answer = { readonly body: string; readonly ms: number };
/** `answers` in the order in which they came; `seconds` from the first request to the last answer. */
export type Posted = { readonly answers: readonly Answer[]; readonly seconds: number };

export type Subscribe = {
  readonly kind: 'subscribe';
  readonly url: string;
  readonly query: string;
  readonly subscribers: number;
  /** messages that each subscriber gets after its first one; the first one has the present state */
  readonly messages: number;
};

export type Job = Post | Subscribe;
export type Result =
  | ({ readonly kind: 'posted' } & Posted)
  | { readonly kind: 'subscribed' }
  | { readonly kind: 'received'; readonly times: readonly (readonly number[])[] }
  | { readonly kind: 'failed'; readonly reason: string };

export type Client = {
  post(job: Omit<Post, 'kind'>): Promise<Posted>;
  /**
   * Resolves when all have subscribed. `received`: the arrival times of the messages, by subscriber, on the monotonic
   * clock.
   */
  subscribe(job: Omit<Subscribe, 'kind'>): Promise<{
    received(this: void): Promise<readonly (readonly number[])[]>;
  }>;
};

/** Runs with a client that does one job at a time, and ends it. */
export async function withClient<T>(use: (client: Client) => Promise<T>): Promise<T> {
  const child = fork(fileURLToPath(new URL('./client.js', import.meta.url)), {
    execArgv: [],
    serialization: 'advanced',
  });
  const results: Result[] = [];
  let arrived: () => void = () => undefined;
  child.on('message', (result: Result) => {
    results.push(result);
    arrived();
  });
  child.on('exit', (code) => {
    results.push({ kind: 'failed', reason: `the client ended with ${String(code)}` });
    arrived();
  });
  const next = async <K extends Result['kind']>(kind: K): Promise<Extract<Result, { readonly kind: K }>> => {
    if (results.length === 0) await new Promise<void>((resolve) => (arrived = resolve));
    const result = results.shift();
    if (result?.kind !== kind)
      throw new Error(result?.kind === 'failed' ? result.reason : `${String(result?.kind)} is not ${kind}`);
    return result as Extract<Result, { readonly kind: K }>;
  };
  try {
    return await use({
      post: async (job) => {
        child.send({ kind: 'post', ...job } satisfies Job);
        return next('posted');
      },
      subscribe: async (job) => {
        child.send({ kind: 'subscribe', ...job } satisfies Job);
        await next('subscribed');
        return { received: async () => (await next('received')).times };
      },
    });
  } finally {
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
}
