// A reply, also a refusal, depends on synced events only, so that a loss of power can't make it wrong.
import { expect, test } from '@jest/globals';
import { openEmbeddedEventStore, SimulatedDisk } from '@holdfast/event-store';
import type { WireEvent } from './stored-event.js';
import { StreamView } from './stream-view.js';
import { nodeEnvironment } from '../test/node-environment.js';

const event = (): WireEvent => ({
  id: nodeEnvironment().ids.next(),
  type: 'Counted',
  contentType: 'application/json',
  data: Buffer.from('{}'),
  metadata: new Uint8Array(),
});

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const refusals: readonly (readonly [string, (view: StreamView) => Promise<unknown>])[] = [
  ['an append that conflicts', (view) => view.append('order-1', [event()], 'no_stream')],
  ['an append of nothing that conflicts', (view) => view.append('order-1', [], 'no_stream')],
  ['the last revision', (view) => view.lastRevision('order-1')],
];

test.each(refusals)('%s › is returned only once the event that it depends on is synced', async (_, ask) => {
  const waiting: (() => void)[] = [];
  let isSlow = false;
  const soon = (run: () => void): void => {
    if (isSlow) waiting.push(run);
    else setImmediate(run);
  };
  const environment = nodeEnvironment();
  const disk = new SimulatedDisk({ soon });
  const store = await openEmbeddedEventStore({ directory: '/log', environment, disk });
  const view = new StreamView(store, environment);
  isSlow = true;
  const first = view.append('order-1', [event()], 'no_stream');
  await turns();
  const answer = { is: false };
  const asking = ask(view).then(() => (answer.is = true));
  await turns();
  expect(answer.is).toBe(false);
  isSlow = false;
  for (const run of waiting.splice(0)) setImmediate(run);
  await first;
  await asking;
  await store.close();
});
