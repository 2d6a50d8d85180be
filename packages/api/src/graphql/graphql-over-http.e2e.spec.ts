// GraphQL over HTTP, as its specification requires: every audit of the package graphql-http.
import { expect, test } from '@jest/globals';
import { auditServer, serverAudits } from 'graphql-http';
import { startRig } from '../test/rig.js';

const audit = async (production: boolean) => {
  const rig = await startRig({ production });
  try {
    const results = await auditServer({ url: rig.url, fetchFn: fetch });
    expect(results).toHaveLength(serverAudits({ url: rig.url, fetchFn: fetch }).length);
    return results.filter(({ status }) => status !== 'ok').map(({ name }) => name);
  } finally {
    await rig.stop();
  }
};

test('in development every audit passes', async () => {
  expect(await audit(false)).toEqual([]);
});

test('in production every audit passes except those that need introspection, which is off there', async () => {
  const failed = await audit(true);
  // All four query a type by a name that comes in a variable.
  expect(failed.every((name) => /allow (map|URL-encoded JSON string) \{variables\}/.test(name))).toBe(true);
  expect(failed).toHaveLength(4);
});
