// Runners of the small process on embedded stores, in fake time.
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { expect } from '@jest/globals';
import type { EventStore } from '@holdfast/event-store';
import { createCommandHandler } from '../command-handler.js';
import type { CommandHandler } from '../commands.js';
import type { Parked } from '../parking.js';
import type { ProcessRunnerOptions } from '../process-parts.js';
import { startProcess, type ProcessRunner } from '../process-runner.js';
import { emptying, type Decision, type State } from './process.js';
import { event, openStores, type Stores } from './stores.js';
import { tally, type Add, type Added } from './tally.js';

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
  /** Starts a runner whose commands are carried out, with few attempts for each. */
  run(options?: Partial<ProcessRunnerOptions<Added, Decision, State, Add>>): Promise<ProcessRunner>;
  /** Returns a handler of commands on the store, or on the store of the rig. */
  handler(store?: EventStore): CommandHandler;
  /** stops all runners */
  stop(): Promise<void>;
  append(stream: string, ...amounts: readonly number[]): Promise<void>;
  typesIn(stream: string): Promise<readonly string[]>;
  /** types of the decisions about a tally */
  typesOf(id: string): Promise<readonly string[]>;
  /** Moves time on, step by step, until these are the decisions. */
  becomes(id: string, types: readonly string[], stepMs?: number): Promise<void>;
  /** the events that were parked, in their order, each as often as it was parked */
  parked(): Promise<readonly Parked[]>;
  /** Moves time on until these were parked, and the runners know it. */
  parkedAre(...expected: readonly Partial<Parked>[]): Promise<void>;
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
  const typesIn = async (stream: string): Promise<readonly string[]> =>
    (await stores.store.readStream(stream)).map(({ type }) => type);
  const typesOf = (id: string): Promise<readonly string[]> => typesIn(`emptying-${id}`);
  const handler = (store = stores.store): CommandHandler =>
    createCommandHandler({ store, environment, aggregates: [tally] });
  const start: ProcessRig['start'] = async (options = {}) => {
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
  };
  const parked = async (): Promise<readonly Parked[]> =>
    (await stores.store.readStream('parked-process-emptying'))
      .filter(({ type }) => type === 'EventParked')
      .map(({ data }) => data as Parked);
  return {
    environment,
    stores,
    errors,
    start,
    run: (options = {}) =>
      start({
        commands: handler(options.store),
        retry: { baseMs: 100, limitMs: 1000, attempts: 3 },
        ...options,
      }),
    handler,
    stop,
    async append(stream, ...amounts) {
      for (const amount of amounts) {
        written += 1;
        await stores.store.append(stream, [event('Added', { amount }, written)], 'any');
      }
    },
    typesIn,
    typesOf,
    becomes: (id, types, stepMs = 10) =>
      environment.until(stepMs, async () => {
        expect(await typesOf(id)).toEqual(types);
      }),
    parked,
    async parkedAre(...expected) {
      await environment.until(10, async () => {
        expect(await parked()).toMatchObject(expected);
      });
      // The runner counts it as parked once it is synced.
      await stores.store.synced((await stores.store.end()).written);
      await environment.advance(10);
    },
    async remove() {
      await stop();
      await stores.remove();
    },
  };
}
