// The events that a consumer gave up on, until an operator retries or discards them.
import {
  assertNever,
  streamId,
  type Document,
  type ParkedEvent,
  type Position,
  type Projection,
  type RecordedEvent,
} from '@holdfast/kernel';

/**
 * `id` is `consumer:position`; `stream` to `eventType` name the parked event; `attempts` is 0 when it only waits behind
 * another. `holds` is the id of the process that it holds back, or of its stream where it names none.
 */
export type Parked = Document & {
  readonly consumer: string;
  readonly holds: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly eventId: string;
  readonly eventType: string;
  readonly attempts: number;
  readonly reason: string;
  readonly stack?: string;
  readonly parkedAt: string;
};

const handled: ReadonlySet<string> = new Set<ParkedEvent['type']>([
  'EventParked',
  'ParkedEventRetried',
  'ParkedEventDiscarded',
]);

const idOf = ({ stream, data }: RecordedEvent<ParkedEvent>): string => `${streamId(stream)}:${data.position}`;

export const parked: Projection<Parked> = {
  name: 'parked',
  version: 2,
  prefixes: ['parked-'],
  indexes: { position: ['position'], consumer: ['consumer', 'position'], holds: ['holds', 'position'] },
  key: (event) => (handled.has(event.type) ? idOf(event as RecordedEvent<ParkedEvent>) : null),
  project(recorded) {
    const event = recorded as RecordedEvent<ParkedEvent>;
    const id = idOf(event);
    switch (event.type) {
      case 'EventParked': {
        const { key, ...data } = event.data;
        const holds = key === data.stream ? streamId(key) : key;
        const parkedAt = event.metadata.at;
        return [{ document: { id, consumer: streamId(event.stream), holds, ...data, parkedAt } }];
      }
      case 'ParkedEventRetried':
      case 'ParkedEventDiscarded':
        return [{ removed: id }];
      default:
        return assertNever(event);
    }
  },
};
