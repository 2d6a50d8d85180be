// Parked events by cause: the consumer and the error, without the parts of the error that differ between events.
import type { ParkedQuery } from '../../generated/graphql.js';

export type Parked = ParkedQuery['parkedEvents']['nodes'][number];

export type Group = {
  readonly key: string;
  readonly consumer: string;
  readonly cause: string;
  readonly events: readonly Parked[];
};

/** `no order 4711` and `no order 4712` have one cause. */
export const causeOf = (reason: string): string =>
  (reason.split('\n')[0] ?? reason)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27,}|[0-9a-f]{24,}/gi, '…')
    .replaceAll(/\d+/g, 'n');

/** The largest group first. */
export function groupsOf(parked: readonly Parked[]): readonly Group[] {
  const groups = new Map<string, Parked[]>();
  for (const event of parked) {
    const key = `${event.consumer}: ${causeOf(event.reason)}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return [...groups]
    .map(([key, events]) => ({
      key,
      consumer: events[0]?.consumer ?? '',
      cause: causeOf(events[0]?.reason ?? ''),
      events,
    }))
    .sort((a, b) => b.events.length - a.events.length);
}
