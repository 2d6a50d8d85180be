// A process that appends from many callers and prints each event once it is acknowledged, until it is killed.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { StoreLocked } from '../../port.js';
import { openEmbeddedEventStore } from '../embedded-event-store.js';
import { nodeScheduler } from './node-scheduler.js';

const [directory = '', callers = '64'] = process.argv.slice(2);
const metadata = {
  correlationId: 'c-1',
  causationId: 'c-2',
  commandId: 'c-3',
  actor: 'system',
  at: '2026-01-02T03:04:05.678Z',
  schemaVersion: 1,
};

try {
  const store = await openEmbeddedEventStore({
    directory,
    environment: { scheduler: nodeScheduler },
    segmentBytes: 256 * 1024,
  });
  writeSync(1, 'open\n');
  const run = async (caller: number): Promise<never> => {
    for (let n = 0; ; n++) {
      const events = Array.from({ length: 1 + (n % 3) }, () => ({
        id: randomUUID(),
        type: 'Counted',
        data: { run: process.pid, caller, n },
        metadata,
      }));
      const result = await store.append(`caller-${caller}`, events, 'any');
      if (!result.ok) throw new Error('refused');
      await store.synced(result.value.position);
      writeSync(
        1,
        `${result.value.position} ${result.value.revision} ${events.map(({ id }) => id).join(' ')}\n`,
      );
    }
  };
  await Promise.all(Array.from({ length: Number(callers) }, (_, caller) => run(caller)));
} catch (error) {
  if (!(error instanceof StoreLocked)) throw error;
  writeSync(1, `locked: ${error.message}\n`);
}
