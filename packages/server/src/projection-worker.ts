// The thread that the projections run in: a log read from its files, a read store of its own, and a port to the thread
// that has the log.
import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { openLogFollower, type Batch, type EventStore, type SubscribeOptions } from '@holdfast/event-store';
import { invariant, type Position } from '@holdfast/kernel';
import { projections } from '@holdfast/projections';
import { openEmbeddedReadStore } from '@holdfast/read-store';
import { createParkedEvents, nodeEnvironment, runProjections } from '@holdfast/runtime';
import { createBirpc } from 'birpc';
import type { LogSide, ProjectionSide, ProjectionThreadData } from './projection-thread.js';
import { ownLog } from './own-events.js';

const port = parentPort;
invariant(port !== null, 'this is the program of a thread');

const { logDirectory, readModels } = workerData as ProjectionThreadData;
const onError = (error: unknown): void => {
  void log.report(inspect(error));
};
const running = run();
const thread: ProjectionSide = {
  hurry: (position) => {
    void running.then(({ runner }) => {
      runner.hurry(position);
    });
  },
  status: async () => (await running).runner.status(),
  rebuild: async (...call) => (await running).runner.rebuild(...call),
  switchOver: async (...call) => (await running).runner.switchOver(...call),
  abandon: async (...call) => (await running).runner.abandon(...call),
  diff: async (...call) => (await running).runner.diff(...call),
  retry: async (...call) => (await running).parked.retry(...call),
  discard: async (...call) => (await running).parked.discard(...call),
  stop: async () => {
    const { runner, close } = await running;
    await runner.stop();
    await close();
  },
};
const log = createBirpc<LogSide, ProjectionSide>(thread, {
  post: (message) => {
    port.postMessage(message);
  },
  on: (handle) => port.on('message', handle),
  timeout: -1,
  eventNames: ['report'],
});

async function run() {
  // A call before the port is set up would be lost.
  await Promise.resolve();
  const follower = openLogFollower({ directory: logDirectory });
  const readStore = await openEmbeddedReadStore({ directory: readModels });
  const files: EventStore = {
    append: (...call) => log.append(...call),
    synced: (position) => log.synced(position),
    readStream: (...call) => log.readStream(...call),
    end: () => log.end(),
    async readAll({ from, after = -1, limit = Infinity, direction, filter } = {}) {
      invariant(direction !== 'backwards', 'projections read forwards');
      const { synced } = await log.end();
      const events = [];
      for (let next = from ?? after + 1; next <= synced && events.length < limit;) {
        const read = follower.read(next, synced, limit - events.length, filter);
        for (const event of read.events) events.push(event);
        next = read.position + 1;
      }
      return events;
    },
    subscribeAll,
    close: () => Promise.resolve(),
  };

  async function* subscribeAll(options: SubscribeOptions): AsyncGenerator<Batch, undefined> {
    const { after, filter, maxEvents = Infinity, signal } = options;
    const ended = new Promise<null>((resolve) => {
      signal?.addEventListener('abort', () => {
        resolve(null);
      });
    });
    let position = after;
    let live = false;
    for (let synced = (await log.end()).synced; ;) {
      if (signal?.aborted === true) return;
      if (position >= synced) {
        if (!live) yield { events: [], position, caughtUp: (live = true) };
        const further: Position | null = await Promise.race([log.syncedBehind(position), ended]);
        if (further === null) return;
        synced = further;
      } else {
        const read = follower.read(position + 1, synced, maxEvents, filter);
        position = read.position;
        live = position === synced;
        yield { events: read.events, position, caughtUp: live };
      }
    }
  }

  const store = ownLog(files);
  const environment = nodeEnvironment();
  const onProgress = (): Promise<void> => log.progress();
  const runner = await runProjections({ store, readStore, projections, environment, onError, onProgress });
  return {
    runner,
    parked: createParkedEvents(store, runner.consumers),
    close: async () => {
      follower.close();
      await readStore.close();
    },
  };
}
