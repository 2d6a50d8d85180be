// An integration event as a record of Kafka: CloudEvents in binary mode, the attributes in headers, the data in the value.
// Source: CloudEvents 1.0.2, Kafka Protocol Binding.
import type { IntegrationEvent, SerialisedEvent } from '../integration/integration-event.js';
import type { PositionedRecord } from '../kafka/records.js';

export type RecordOptions = {
  /** `ce_source`: which shop the events are of */
  readonly source: string;
  /** whether an operator has asked for the event to be published again */
  readonly replay?: boolean;
};

const names = new Map<string, Buffer>();
/** The names of headers are few, and made once. */
function nameOf(text: string): Buffer {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = Buffer.from(text);
  if (names.size < 100) names.set(text, name);
  return name;
}

export function recordOf(
  event: IntegrationEvent,
  serialised: SerialisedEvent,
  { source, replay = false }: RecordOptions,
): PositionedRecord {
  const headers = new Map<Buffer, Buffer>();
  const set = (name: string, text: string): void => void headers.set(nameOf(name), Buffer.from(text));
  set('ce_specversion', '1.0');
  set('ce_id', event.id);
  set('ce_source', source);
  set('ce_type', event.type);
  set('ce_subject', event.subject);
  set('ce_time', event.time);
  set('ce_dataschema', event.dataSchema);
  set('ce_correlationid', event.correlationId);
  set('ce_causationid', event.causationId);
  set('ce_position', String(event.position));
  if (replay) set('replay', 'true');
  for (const [name, text] of Object.entries(serialised.headers)) set(name, text);
  const { key, value } = serialised;
  return { topic: event.topic, key, value, headers, position: event.position };
}
