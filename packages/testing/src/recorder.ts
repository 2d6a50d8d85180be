// Makes recorded events for specs, as a log returns them. Ids and times are the same in every run.
import { streamId, type DomainEvent, type EventMetadata, type RecordedEvent } from '@holdfast/kernel';

/** Time of the first event of every recorder; each further event is one second later. */
export const epoch = '2026-01-01T00:00:00.000Z';

/** Records an event at the end of `stream`; `metadata` replaces the generated parts. */
export type Recorder = <E extends DomainEvent>(
  stream: string,
  event: E,
  metadata?: Partial<EventMetadata>,
) => RecordedEvent<E>;

/** A log that is empty at first: positions count over all streams, revisions within each stream. */
export function recorder(): Recorder {
  const revisions = new Map<string, number>();
  let position = -1;
  return (stream, event, metadata) => {
    position += 1;
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const id = uuid(position);
    return {
      ...event,
      id,
      stream,
      revision,
      position,
      metadata: {
        correlationId: streamId(stream),
        causationId: id,
        commandId: id,
        actor: 'system',
        at: new Date(Date.parse(epoch) + position * 1000).toISOString(),
        schemaVersion: 1,
        ...metadata,
      },
    };
  };
}

/** The n-th of a sequence of UUIDs (version 4 in form). */
export const uuid = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
