// Spans of projections: one for each order of a batch, from its first event to the stored batch.
import type { Clock, RecordedEvent } from '@holdfast/kernel';
import { causeOf } from './causes.js';
import type { Instruments } from './instruments.js';
import type { Spans } from './spans.js';
import { traceIdOf } from './trace-ids.js';

/** The most orders of one batch that get a span: more would cost more than the batch. */
const tracesPerBatch = 100;
/** Older events come from a rebuild or from catching up: their traces were complete long ago. */
const traceableMs = 5 * 60 * 1000;

export function tracedBatches(
  now: () => number,
  clock: Clock,
  { record }: Spans,
): NonNullable<Instruments['onBatch']> {
  return (events) => {
    const since = now();
    return () => {
      const oldest = new Date(clock.now() - traceableMs).toISOString();
      const perTrace = new Map<string, RecordedEvent[]>();
      for (const event of events) {
        const { correlationId, at } = event.metadata;
        const known = perTrace.get(correlationId);
        if (known !== undefined) known.push(event);
        else if (at >= oldest && perTrace.size < tracesPerBatch) perTrace.set(correlationId, [event]);
      }
      for (const [correlationId, ofTrace] of perTrace)
        record({
          part: 'projections',
          name: 'project',
          traceId: traceIdOf(correlationId),
          parentId: ofTrace.map(causeOf).find((cause) => cause !== undefined),
          since,
          attributes: {
            'holdfast.correlation_id': correlationId,
            'holdfast.events': ofTrace.map(({ type }) => type),
            'holdfast.position': ofTrace.at(-1)?.position ?? -1,
            'holdfast.batch_events': events.length,
          },
        });
    };
  };
}
