// The operations in GraphiQL that go over the socket.
import { expect, test } from '@jest/globals';
import { isSubscription } from './fetcher.js';

const operation = (kind: string, name?: string) => ({
  kind: 'OperationDefinition',
  operation: kind,
  name: name === undefined ? undefined : { value: name },
});
const both = [operation('query', 'A'), operation('subscription', 'B')];

test.each([
  ['a query', [operation('query')], undefined, false],
  ['a subscription', [operation('subscription')], undefined, true],
  ['the query of two operations', both, 'A', false],
  ['the subscription of two operations', both, 'B', true],
])('%s goes to its place', (_, definitions, operationName, expected) => {
  expect(isSubscription({ definitions }, operationName)).toBe(expected);
});
