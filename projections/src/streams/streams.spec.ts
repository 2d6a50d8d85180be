// Every stream with its last event.
import { describe, test } from '@jest/globals';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { streams } from './streams.js';

const { given } = projectionSpecification(streams);

describe('streams', () => {
  test('each stream shows its last event, whatever its type', () => {
    const record = recorder();
    given([
      record('order-a-1', { type: 'OrderPlaced', data: {} }),
      record('notes', { type: 'NotedDown', data: null }),
      record('order-a-1', { type: 'OrderReserved', data: {} }),
    ]).then([
      {
        id: 'notes',
        category: 'notes',
        lastRevision: 0,
        lastEventType: 'NotedDown',
        lastEventAt: '2026-01-01T00:00:01.000Z',
        lastPosition: 1,
      },
      {
        id: 'order-a-1',
        category: 'order',
        lastRevision: 1,
        lastEventType: 'OrderReserved',
        lastEventAt: '2026-01-01T00:00:02.000Z',
        lastPosition: 2,
      },
    ]);
  });
});
