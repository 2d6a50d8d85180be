// The store of the running test, with the calls that all capabilities share.
// eslint-disable-next-line no-restricted-syntax -- a server keeps the events of earlier runs, so names must be new each time
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach } from '@jest/globals';
import type { Json, NewEvent, RecordedEvent } from '@holdfast/kernel';
import type { Appended, Batch, EventStore, ExpectedRevision, SubscribeOptions } from '../port.js';

export type StoreUnderTest = {
  readonly store: EventStore;
  /** closes the store, if it is not, and opens the same log again */
  reopen(): Promise<EventStore>;
  /** closes the store and removes the log, where the log is the test's own */
  dispose(): Promise<void>;
};

/** Any event, for the specs of adapters too. */
export const event = (data: Json = {}): NewEvent => ({
  id: randomUUID(),
  type: 'SomethingHappened',
  data,
  metadata: {
    correlationId: 'c-1',
    causationId: 'c-2',
    commandId: 'c-3',
    actor: 'system',
    at: '2026-01-02T03:04:05.678Z',
    schemaVersion: 1,
  },
});

export const events = (count: number): NewEvent[] => Array.from({ length: count }, (_, n) => event({ n }));
export const idsOf = (list: readonly NewEvent[]): string[] => list.map(({ id }) => id);

export type Rig = {
  readonly store: EventStore;
  /** `store` is the opened one afterwards */
  reopen(): Promise<void>;
  /** a name that no other test has */
  stream(this: void, id?: string): string;
  /** a filter for the streams of this test */
  own(this: void): { readonly streamPrefixes: readonly string[] };
  /** @throws Error when the append is refused */
  append(this: void, to: string, list: readonly NewEvent[], expected?: ExpectedRevision): Promise<Appended>;
  appendSynced(this: void, to: string, list: readonly NewEvent[]): Promise<Appended>;
  /** Reads batches until `enough` returns true, then leaves the subscription. */
  take(
    this: void,
    options: SubscribeOptions,
    enough: (seen: readonly RecordedEvent[], batch: Batch) => boolean,
  ): Promise<RecordedEvent[]>;
};

/** Opens a store before each test of the block around it, and disposes of it afterwards. */
export function createRig(open: () => Promise<StoreUnderTest>): Rig {
  let underTest: StoreUnderTest;
  let store: EventStore;
  let prefix: string;
  beforeEach(async () => {
    underTest = await open();
    store = underTest.store;
    prefix = `t${randomUUID().replaceAll('-', '')}`;
  });
  afterEach(() => underTest.dispose());

  const append: Rig['append'] = async (to, list, expected = 'any') => {
    const result = await store.append(to, list, expected);
    if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.rejection)}`);
    return result.value;
  };
  return {
    get store() {
      return store;
    },
    reopen: async () => {
      store = await underTest.reopen();
    },
    stream: (id = '1') => `${prefix}-${id}`,
    own: () => ({ streamPrefixes: [`${prefix}-`] }),
    append,
    appendSynced: async (to, list) => {
      const appended = await append(to, list);
      await store.synced(appended.position);
      return appended;
    },
    take: async (options, enough) => {
      const seen: RecordedEvent[] = [];
      for await (const batch of store.subscribeAll(options)) {
        seen.push(...batch.events);
        if (enough(seen, batch)) break;
      }
      return seen;
    },
  };
}
