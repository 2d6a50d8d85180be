// Runners of the small process on embedded stores, in fake time.
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { expect } from '@jest/globals';
import type { CommandHandler } from '../commands.js';
import type { ProcessRunnerOptions } from '../process-parts.js';
import { startProcess, type ProcessRunner } from '../process-runner.js';
import { emptying, type Decision, type State } from './process.js';
import { event, openStores, type Stores } from './stores.js';
import type { Add, Added } from './tally.js';

/** Takes commands and never returns an outcome. */
export const silent: CommandHandler = {
  handle: () => new Promise(() => undefined),
  load: () => Promise.reject(new Error('nothing is loaded here')),
};

export type ProcessRig = {
  readonly environment: FakeEnvironment;
  readonly stores: Stores;
  readonly errors: unknown[];
  start(options?: Partial<ProcessRunnerOptions<Added, Decision, State, Add>>): Promise<ProcessRunner>;
  /** stops all runners */
  stop(): Promise<void>;
  append(stream: string, ...amounts: readonly number[]): Promise<void>;
  /** types of the decisions about a tally */
  typesOf(id: string): Promise<readonly string[]>;
  /** Moves time on, step by step, until these are the decisions. */
  becomes(id: string, types: readonly string[], stepMs?: number): Promise<void>;
  remove(): Promise<void>;
};

export async function openProcessRig(): Promise<ProcessRig> {
  const environment = fakeEnvironment();
  const stores = await openStores(environment);
  const runners: ProcessRunner[] = [];
  const errors: unknown[] = [];
  let written = 0;

  const stop = async (): Promise<void> => {
    for (const runner of runners.splice(0)) await runner.stop();
  };
  const typesOf = async (id: string): Promise<readonly string[]> =>
    (await stores.store.readStream(`emptying-${id}`)).map(({ type }) => type);
  return {
    environment,
    stores,
    errors,
    async start(options = {}) {
      const runner = await startProcess<Added, Decision, State, Add>({
        store: stores.store,
        readStore: stores.readStore,
        commands: silent,
        process: emptying(),
        environment,
        onError: (error) => errors.push(error),
        ...options,
      });
      runners.push(runner);
      return runner;
    },
    stop,
    async append(stream, ...amounts) {
      for (const amount of amounts) {
        written += 1;
        await stores.store.append(stream, [event('Added', { amount }, written)], 'any');
      }
    },
    typesOf,
    becomes: (id, types, stepMs = 10) =>
      environment.until(stepMs, async () => {
        expect(await typesOf(id)).toEqual(types);
      }),
    async remove() {
      await stop();
      await stores.remove();
    },
  };
}
