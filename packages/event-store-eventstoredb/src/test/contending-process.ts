// A process that appends to the same streams as others. It reads a stream's end, appends there, and begins again after a
// conflict. It prints the acknowledged events and the number of conflicts.
import { randomUUID } from 'node:crypto';
import { nodeEnvironment } from '@holdfast/event-store-server/test';
import { openEventStoreDb } from '../eventstoredb-event-store.js';

const [url = '', count = '0', ...streams] = process.argv.slice(2);
const store = openEventStoreDb({ url, environment: nodeEnvironment() });
const metadata = {
  correlationId: 'c-1',
  causationId: 'c-2',
  commandId: 'c-3',
  actor: 'system',
  at: '2026-01-02T03:04:05.678Z',
  schemaVersion: 1,
};
const acknowledged: { readonly id: string; readonly stream: string; readonly revision: number }[] = [];
let conflicts = 0;

await Promise.all(
  streams.map(async (stream) => {
    let last = -1;
    for (let n = 0; n < Number(count);) {
      const id = randomUUID();
      const event = { id, type: 'Counted', data: { n }, metadata };
      const result = await store.append(stream, [event], last === -1 ? 'no_stream' : last);
      if (result.ok) {
        last = result.value.revision;
        acknowledged.push({ id, stream, revision: last });
        n += 1;
      } else {
        if (result.rejection.expected === last && result.rejection.actual <= last) {
          throw new Error(`refused at ${last}, where ${stream} ends: ${result.rejection.actual}`);
        }
        conflicts += 1;
        last = result.rejection.actual;
      }
    }
  }),
);
await store.close();
process.stdout.write(JSON.stringify({ acknowledged, conflicts }));
