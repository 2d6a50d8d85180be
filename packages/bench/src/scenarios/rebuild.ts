// Builds all read models from the first event on, in an empty read store: the time until a new or changed read model serves.
import { join } from 'node:path';
import { reconcile } from '@holdfast/api';
import { openEmbeddedEventStore } from '@holdfast/event-store';
import { projections } from '@holdfast/projections';
import { openEmbeddedReadStore } from '@holdfast/read-store';
import { nodeEnvironment, startProjections } from '@holdfast/runtime';
import type { Scenario } from '../scenario.js';
import type { Figures } from '../statistics.js';

const patienceMs = 3_600_000;

export const rebuild: Scenario = {
  name: 'rebuild',
  about: 'every read model built from the whole log',
  cases: ({ events: [events = 0] }, { filled, inFolder }) => [
    {
      system: 'Holdfast',
      name: `${events.toLocaleString('en')} events`,
      run: async () => {
        const folder = await filled(events);
        return inFolder((readModels) => build(join(folder, 'log'), readModels));
      },
    },
  ],
};

async function build(log: string, readModels: string): Promise<Figures> {
  const environment = nodeEnvironment();
  const store = await openEmbeddedEventStore({ directory: log, environment });
  const readStore = await openEmbeddedReadStore({ directory: readModels });
  const onError = (error: unknown): void => {
    throw error;
  };
  const { synced } = await store.end();
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const running = await startProjections({ store, readStore, projections, environment, onError });
  for (const { name } of projections) await running.reached(name, synced, patienceMs);
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { ok } = await reconcile({ store, projections: running, environment });
  await running.stop();
  await store.close();
  await readStore.close();
  if (!ok) throw new Error('the read models differ from the log');
  const count = synced + 1;
  return { 'events/s': count / seconds, 'CPU µs/event': (user + system) / count };
}
