// The contract against the server at `MONGODB_URL`, in a database of each test's own.
import { randomUUID } from 'node:crypto';
import { describe, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { describeReadStore } from '../contract.js';
import { openMongoReadStore } from './mongo-read-store.js';
import { nodeEnvironment } from './test/node-environment.js';

const environment = nodeEnvironment();

const server = process.env['MONGODB_URL'];
if (server === undefined) {
  describe('read store contract: MONGODB_URL', () => {
    test.skip('SKIPPED: set MONGODB_URL=mongodb://… or run scripts/with-mongodb.sh npm test', () =>
      undefined);
  });
} else {
  describeReadStore(`MONGODB_URL ${new URL(server).host}`, () => {
    const url = new URL(server);
    url.pathname = `/holdfast-${randomUUID()}`;
    const open = (): ReturnType<typeof openMongoReadStore> =>
      openMongoReadStore({ url: url.href, environment });
    let store = open();
    return Promise.resolve({
      store,
      reopen: async () => {
        await store.close();
        store = open();
        return store;
      },
      dispose: async () => {
        await store.close();
        const client = new MongoClient(url.href);
        await client.db().dropDatabase();
        await client.close();
      },
    });
  });
}
