// An append without a revision costs no more in a long stream than in a short one, and is recognised when it is repeated.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { type EventStore, openEmbeddedEventStore } from '@holdfast/event-store';
import { toStored, type WireEvent } from './stored-event.js';
import { StreamView } from './stream-view.js';
import { nodeEnvironment } from '../test/node-environment.js';

const event = (): WireEvent => ({
  id: randomUUID(),
  type: 'Counted',
  contentType: 'application/json',
  data: Buffer.from('{}'),
  metadata: new Uint8Array(),
});

test('an append without a revision to a stream of 20,000 events › reads 4,096 of them once, and recognises repeated events', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-events-'));
  const environment = nodeEnvironment();
  const store = await openEmbeddedEventStore({ directory, environment });
  let read = 0;
  const counting: EventStore = Object.assign(Object.create(store) as EventStore, {
    append: (...call: Parameters<EventStore['append']>) => store.append(...call),
    readStream: async (...call: Parameters<EventStore['readStream']>) => {
      const events = await store.readStream(...call);
      read += events.length;
      return events;
    },
    synced: (position: number) => store.synced(position),
    end: () => store.end(),
  });
  const stored = Array.from({ length: 20_000 }, () => event());
  for (let from = 0; from < stored.length; from += 1000) {
    const part = stored.slice(from, from + 1000).map((one) => toStored(one, 0));
    await store.append('long', part, from === 0 ? 'no_stream' : from - 1);
  }
  const view = new StreamView(counting, environment);

  const one = event();
  const first = await view.append('long', [one], 'any');
  expect(first).toMatchObject({ kind: 'appended', revision: 20_000 });
  expect(read).toBeLessThanOrEqual(4096 + 3);

  read = 0;
  expect(await view.append('long', [event()], 'stream_exists')).toMatchObject({ revision: 20_001 });
  expect(read).toBeLessThanOrEqual(3);

  const known = stored.slice(19_990, 19_993);
  for (const expected of ['any', 'stream_exists'] as const) {
    expect(await view.append('long', [one], expected)).toEqual(first);
    expect(await view.append('long', known, expected)).toMatchObject({ revision: 19_992 });
  }
  // the program appends to it as well
  await store.append('long', [toStored(event(), 0)], 20_001);
  expect(await view.append('long', [event()], 'any')).toMatchObject({ revision: 20_003 });

  // the server is started again
  const again = new StreamView(counting, environment);
  expect(await again.append('long', [one], 'any')).toEqual(first);
  await store.close();
  await rm(directory, { recursive: true });
});
