// Operators see synced events only: a loss of power must not take back what they saw.
import { describe, expect, test } from '@jest/globals';
import { openEmbeddedEventStore, SimulatedDisk, type EventStore } from '@holdfast/event-store';
import { OrderId } from '@holdfast/kernel';
import { orderStream } from '@holdfast/ordering';
import type { SagaMonitor, StreamSummary } from '@holdfast/projections';
import type { ApiDependencies } from '../../dependencies.js';
import { streamPage } from './log.js';
import { StreamSummaryResolver } from './log.resolver.js';
import { SagaResolver } from '../sagas/sagas.resolver.js';

const soon = (run: () => void): void => void setImmediate(run);
const stream = orderStream(OrderId('o1'));
const metadata = {
  correlationId: 'spec',
  causationId: 'spec',
  commandId: 'spec',
  actor: 'system',
  at: '2026-01-01T00:00:00.000Z',
  schemaVersion: 1,
};

/** A log with one event in `stream`, on a disk that syncs nothing before `sync` is called. */
async function slowLog(): Promise<{ store: EventStore; sync(): void }> {
  const waiting: (() => void)[] = [];
  let isSlow = false;
  const onDisk = (run: () => void): void => {
    if (isSlow) waiting.push(run);
    else soon(run);
  };
  const environment = { scheduler: { soon, after: () => () => undefined } };
  const disk = new SimulatedDisk({ soon: onDisk });
  const store = await openEmbeddedEventStore({ directory: '/log', environment, disk });
  isSlow = true;
  await store.append(stream, [{ id: 'e1', type: 'OrderPlaced', data: {}, metadata }], 'no_stream');
  const sync = (): void => {
    isSlow = false;
    for (const run of waiting.splice(0)) soon(run);
  };
  return { store, sync };
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise<void>(soon);
};

const saga = { orderId: 'o1' } as SagaMonitor;
const summary = { id: stream } as StreamSummary;
/** Read models without a document: no act of staff concerns the order. */
const projections = { find: () => Promise.resolve({ items: [] }) };
const dependenciesOn = (store: EventStore): ApiDependencies =>
  ({ store, projections }) as unknown as ApiDependencies;
const asked: readonly (readonly [string, (store: EventStore) => Promise<unknown>])[] = [
  ['stream', (store) => streamPage(store, stream, {})],
  ['Saga.timeline', (store) => new SagaResolver(dependenciesOn(store)).timeline(saga, { first: 20 })],
  [
    'StreamSummary.lastRevision',
    (store) => new StreamSummaryResolver(dependenciesOn(store)).lastRevision(summary),
  ],
];

describe('when the last event is written and not synced yet', () => {
  test.each(asked)('%s › is returned once the event is synced', async (_, ask) => {
    const { store, sync } = await slowLog();
    const answer = { is: false };
    const asking = ask(store).then((value) => {
      answer.is = true;
      return value;
    });
    await turns(20);
    expect(answer.is).toBe(false);
    sync();
    expect(JSON.stringify(await asking)).toContain(_.startsWith('Stream') ? '0' : 'OrderPlaced');
    await store.close();
  });
});
