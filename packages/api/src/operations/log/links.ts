// Links to an event in other tools: the addresses from the settings, with the event's ids filled in.
import { traceIdOf } from '../../telemetry/trace-ids.js';

/** Events of other programs may have no correlation id. */
type EventIds = {
  readonly id: string;
  readonly correlationId?: string;
  readonly stream: string;
  readonly revision: string;
};

export type Link = { readonly name: string; readonly url: string };

export function linksOf(
  { id, correlationId = '', stream, revision }: EventIds,
  templates: Readonly<Record<string, string>>,
): readonly Link[] {
  const ids: Readonly<Record<string, string>> = {
    traceId: traceIdOf(correlationId),
    correlationId,
    eventId: id,
    stream,
    revision,
  };
  return Object.entries(templates).map(([name, template]) => ({
    name,
    url: template.replaceAll(/\{(\w+)\}/g, (place, key: string) => {
      const value = ids[key];
      return value === undefined ? place : encodeURIComponent(value);
    }),
  }));
}
