// Raised versions on the servers that scripts/with-mongodb.sh starts.
import { randomUUID } from 'node:crypto';
import { describe, test } from '@jest/globals';
import { openMongoReadStore } from '@holdfast/read-store';
import { describeGenerations } from './test/generations.js';
import { nodeEnvironment } from './node-environment.js';

for (const variable of ['MONGODB_URL', 'MONGODB_REPLICA_SET_URL']) {
  const server = process.env[variable];
  if (server === undefined) {
    describe(`a raised version: ${variable}`, () => {
      test.skip(`SKIPPED: set ${variable}=mongodb://… or run scripts/with-mongodb.sh npm run test:acceptance`, () =>
        undefined);
    });
    continue;
  }
  describeGenerations(variable, () => {
    const url = new URL(server);
    url.pathname = `/holdfast-${randomUUID()}`;
    return openMongoReadStore({ url: url.href, environment: nodeEnvironment() });
  });
}
