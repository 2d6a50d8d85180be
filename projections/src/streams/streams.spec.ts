// Every stream, once.
import { describe, test } from '@jest/globals';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { streams } from './streams.js';

const { given } = projectionSpecification(streams);

describe('streams', () => {
  test('each stream is there from its first event on, whatever its type', () => {
    const record = recorder();
    given([
      record('order-a-1', { type: 'OrderPlaced', data: {} }),
      record('notes', { type: 'NotedDown', data: null }),
      record('order-a-1', { type: 'OrderReserved', data: {} }),
    ]).then([
      { id: 'notes', category: 'notes', firstPosition: 1 },
      { id: 'order-a-1', category: 'order', firstPosition: 0 },
    ]);
  });
});
