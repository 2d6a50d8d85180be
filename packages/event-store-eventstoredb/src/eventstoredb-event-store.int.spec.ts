// The contract against the server that `EVENTSTORE_URL` names.
import { describe, test } from '@jest/globals';
import { describeEventStore } from '@holdfast/event-store/contract-suite';
import { nodeEnvironment } from '@holdfast/event-store-server/test';
import { openEventStoreDb } from './eventstoredb-event-store.js';

const environment = nodeEnvironment();
const url = process.env['EVENTSTORE_URL'];

if (url === undefined) {
  describe('event store contract: EVENTSTORE_URL', () => {
    test.skip('SKIPPED: set EVENTSTORE_URL=esdb://… to run the contract against a server', () => undefined);
  });
} else {
  describeEventStore(`EVENTSTORE_URL ${new URL(url).host}`, () => {
    const open = (): ReturnType<typeof openEventStoreDb> => openEventStoreDb({ url, environment });
    let store = open();
    return Promise.resolve({
      store,
      reopen: async () => {
        await store.close();
        store = open();
        return store;
      },
      dispose: () => store.close(),
    });
  });
}
