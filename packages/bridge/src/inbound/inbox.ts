// From records of Kafka to events of the inbox. Their ids and their streams follow from topic, partition and offset.
import { createHash } from 'node:crypto';
import { streamName, type Json, type NewEvent } from '@holdfast/kernel';
import type { ReadRecord } from '../kafka/committed-reader.js';
import type { CommandDoors } from './doors.js';
import type { CommandReceived, InboxEvent, Origin } from './inbox.events.js';

export const inboxCategory = 'inbox';
export const inboxPrefix = `${inboxCategory}-`;

/** `topicId`: Kafka's own. A topic that is made anew begins again at offset 0, under another id. */
export const inboxStream = (topicId: string, partition: number): string =>
  streamName(inboxCategory, `${topicId}.${partition}`);

/** The longest command in bytes, so that it fits into one append with its envelope. */
export const longestCommand = 500_000;

/** Returns the id of the inbox event: a UUID derived from the origin. */
export function receivedId(topicId: string, { partition, offset }: Origin): string {
  const hex = createHash('sha256').update(`${topicId}/${partition}/${offset}`).digest('hex');
  return [8, 12, 16, 20].reduce(
    (id, at, n) => `${id.slice(0, at + n)}-${id.slice(at + n)}`,
    hex.slice(0, 32),
  );
}

/** Returns the command, or a dead letter with the reason why the record is no command. */
export function readCommand(
  { topic, partition, offset, key, value, headers }: ReadRecord,
  doors: CommandDoors,
): InboxEvent {
  const origin: Origin = { topic, partition, offset: Number(offset) };
  const dead = (reason: string): InboxEvent => ({ type: 'CommandDeadLettered', data: { ...origin, reason } });
  const type = headers.get('ce_type') ?? '';
  const door = Object.hasOwn(doors, type) ? doors[type] : undefined;
  if (door === undefined) {
    const known = Object.keys(doors).join(', ');
    return dead(`the header ce_type ${type === '' ? 'is missing' : `is ${type}`}: there are ${known}`);
  }
  if (value !== null && value.length > longestCommand)
    return dead(`the value has ${value.length} bytes, and may have ${longestCommand}`);
  const body = jsonOf(value);
  if (body === undefined) return dead('the value is no JSON');
  const fault = door.fault(body);
  if (fault !== null) return dead(fault);
  const data: CommandReceived['data'] = {
    ...origin,
    type,
    id: headers.get('ce_id') ?? `${topic}/${partition}/${offset}`,
    key: key?.toString() ?? null,
    body,
  };
  return { type: 'CommandReceived', data };
}

function jsonOf(value: Buffer | null): Json | undefined {
  try {
    return JSON.parse(value?.toString() ?? '') as Json;
  } catch {
    // The caller sends the record to the dead-letter topic with the reason.
    return undefined;
  }
}

/** `at`: when the record was read, ISO 8601. */
export function envelopeOf(topicId: string, event: InboxEvent, at: string): NewEvent<InboxEvent> {
  const id = receivedId(topicId, event.data);
  const actor = `kafka:${event.data.topic}`;
  const metadata = { correlationId: id, causationId: id, commandId: id, actor, at, schemaVersion: 1 };
  return { ...event, id, metadata };
}
