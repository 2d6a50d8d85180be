// Errors that callers get when a store fails: the code shows whether to try again, and nothing internal is revealed.
import { expect, test } from '@jest/globals';
import { StoreAccessDenied, StoreClosed, StoreUnavailable, StreamDeleted } from '@holdfast/event-store';
import { buildSchema, GraphQLError, parse, validate } from 'graphql';
import { presentError } from './errors.js';

test.each<[string, Error, string, boolean]>([
  ['an event store that is away', new StoreUnavailable('10.0.0.7'), 'SERVICE_UNAVAILABLE', true],
  ['an event store that refuses its user', new StoreAccessDenied('10.0.0.7'), 'SERVICE_UNAVAILABLE', true],
  ['a store that closes', new StoreClosed('10.0.0.7'), 'SERVICE_UNAVAILABLE', true],
  ['a stream that was deleted for good', new StreamDeleted('order-10.0.0.7'), 'STREAM_DELETED', false],
])('%s › has a code that shows whether to try again', (_, originalError, code, retryable) => {
  const reported: unknown[] = [];
  const outside = presentError(new GraphQLError('', { originalError }), 'c', (error) => reported.push(error));
  expect(outside.extensions).toMatchObject({ code, retryable });
  expect(JSON.stringify(outside)).not.toContain('10.0.0.7');
  expect(reported).toEqual([]);
});

test('a document that repeats a field a thousand times › is refused with the limit', () => {
  const schema = buildSchema('type Query { products: [Product] } type Product { sku: ID }');
  const [error, ...others] = validate(schema, parse(`{ products { ${'sku '.repeat(1_450)} } }`));
  expect(others).toEqual([]);
  const refused = presentError(error as GraphQLError, 'c', () => {
    throw new Error('the error was reported');
  });
  expect(refused.message).toMatch(/repeats fields too often: .* more than 500,000 steps/);
  expect(refused.extensions).toEqual({ code: 'BAD_USER_INPUT', correlationId: 'c' });
});
