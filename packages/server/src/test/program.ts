// The real program in a process of its own, for specs that use it from outside, or kill it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from '@jest/globals';

const bin = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));

export type Program = {
  /** URL of GraphQL, of an event store or card gateway that runs alone, or of the health check of other roles */
  readonly url: string;
  /** its output so far */
  output(): string;
  stderr(): string;
  /** suspends the process, and continues it as if no time had passed */
  pause(): void;
  resume(): void;
  /** sends SIGKILL, and waits until the process has ended */
  kill(): Promise<void>;
  /** Ctrl-C under npm: SIGINT comes from the terminal and again from npm. Returns the exit code. */
  stop(): Promise<number | null>;
};

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

const child = (args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess =>
  spawn(process.execPath, [bin, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const collect = (running: ChildProcess): { stdout: string; stderr: string } => {
  const printed = { stdout: '', stderr: '' };
  running.stdout?.on('data', (text: Buffer) => (printed.stdout += text.toString()));
  running.stderr?.on('data', (text: Buffer) => (printed.stderr += text.toString()));
  return printed;
};

/** Runs the program to its end. */
export async function run(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  const running = child(args, environment);
  const printed = collect(running);
  const [code] = (await once(running, 'close')) as [number | null];
  return { code, ...printed };
}

const lookMs = 5;

/** Runs the program, and sends SIGKILL as soon as `isTime` says so. `code` is null when it was killed in time. */
export async function runUntil(
  isTime: () => Promise<boolean>,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  const running = child(args, environment);
  const printed = collect(running);
  const ended = once(running, 'close') as Promise<[number | null]>;
  while (running.exitCode === null && !(await isTime()))
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  running.kill('SIGKILL');
  const [code] = await ended;
  return { code, ...printed };
}

/**
 * Starts `holdfast start`, or the given `args`, on a free loopback port, without orders of the demo unless asked for.
 * @throws when it ends before it listens
 */
export async function startProgram(
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = ['start'],
): Promise<Program> {
  const running = child(args, { PORT: '0', DEMO_ORDERS: 'false', ...environment });
  const printed = collect(running);
  const ended = once(running, 'close');
  const url = await new Promise<string>((resolve, reject) => {
    running.stdout?.on('data', () => {
      const found = /(?:GraphQL|EventStoreDB|Gateway|Health) +(\w+:\S+)/.exec(printed.stdout)?.[1];
      if (found !== undefined && printed.stdout.includes('Ctrl-C')) resolve(found);
    });
    void ended.then(() => {
      reject(new Error(`holdfast ended before it listened: ${printed.stderr}`));
    });
  });
  return {
    url,
    output: () => printed.stdout + printed.stderr,
    stderr: () => printed.stderr,
    pause: () => void running.kill('SIGSTOP'),
    resume: () => void running.kill('SIGCONT'),
    kill: async () => {
      running.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      running.kill('SIGINT');
      running.kill('SIGINT');
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}

export type Programs = {
  /** the test's own folder */
  readonly directory: string;
  /** Starts a program, on the test's own data folder unless the environment names another. It is killed after the test. */
  start(
    this: void,
    environment?: Readonly<Record<string, string>>,
    args?: readonly string[],
  ): Promise<Program>;
};

/** Gives every test of the file a folder and programs of its own. `folder` begins the folder's name. */
export function usePrograms(folder: string): Programs {
  let directory = '';
  let running: Program[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), `holdfast-${folder}-`));
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((program) => program.kill()));
    await rm(directory, { recursive: true });
  });
  return {
    get directory() {
      return directory;
    },
    async start(environment = {}, args) {
      const program = await startProgram({ DATA_DIR: directory, ...environment }, args);
      running.push(program);
      return program;
    },
  };
}

/** Sends a GraphQL operation. @throws when there is no response, or it has errors */
export async function ask<T>(url: string, query: string, variables: object = {}, token?: string): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(20_000),
  });
  const answer = (await response.json()) as { readonly data?: T; readonly errors?: readonly object[] };
  if (answer.errors !== undefined || answer.data === undefined) throw new Error(JSON.stringify(answer));
  return answer.data;
}

export async function signIn(url: string, email: string, password: string): Promise<string> {
  const { login } = await ask<{ readonly login: { readonly accessToken: string } }>(
    url,
    `mutation ($email: String!, $password: String!) {
      login(email: $email, password: $password) { ... on Session { accessToken } }
    }`,
    { email, password },
  );
  return login.accessToken;
}
