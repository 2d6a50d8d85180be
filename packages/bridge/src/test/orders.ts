// Small events for specs: each order counts, and each count is one integration event.
import type { NewEvent, RecordedEvent } from '@holdfast/kernel';
import type { IntegrationEvent, SerialisedEvent } from '../integration/integration-event.js';

export type Counted = { readonly n: number; readonly fault?: 'unserialisable' | 'large' };

export const prefixes = ['order-'];

export const counted = (order: string, n: number, fault?: Counted['fault']): NewEvent => ({
  id: idOf(order, n),
  type: 'Counted',
  data: { n, ...(fault !== undefined && { fault }) },
  metadata: {
    correlationId: order,
    causationId: `cause-${n}`,
    commandId: `${order}-${n}`,
    actor: 'system',
    at: '2026-01-01T00:00:00.000Z',
    schemaVersion: 1,
  },
});

export const idOf = (order: string, n: number): string => `${order}.${n}`;

export const eventsOf =
  (topic: string) =>
  ({ id, stream, data, metadata, position }: RecordedEvent): readonly IntegrationEvent[] => {
    const { n, fault } = data as Counted;
    const order = stream.slice('order-'.length);
    return [
      {
        id,
        type: 'order.counted',
        topic,
        key: order,
        subject: order,
        time: metadata.at,
        data: { order, n, ...(fault !== undefined && { fault }) },
        dataSchema: 'urn:holdfast:order.counted:1',
        correlationId: metadata.correlationId,
        causationId: metadata.causationId,
        position,
      },
    ];
  };

export function serialise({ key, data }: IntegrationEvent): SerialisedEvent {
  const { fault } = data as Counted;
  if (fault === 'unserialisable') throw new Error('does not fit its schema');
  const value = JSON.stringify(fault === 'large' ? { ...data, text: 'x'.repeat(2_000_000) } : data);
  return {
    key: Buffer.from(key),
    value: Buffer.from(value),
    headers: { 'content-type': 'application/json' },
  };
}
