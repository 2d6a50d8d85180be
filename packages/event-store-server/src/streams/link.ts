// Links: events that point to an event of another stream.
import type { RecordedEvent } from '@holdfast/kernel';
import { toWire } from './stored-event.js';

/** The target of a link; null when the event is no link, or its data do not have the form "revision@stream". */
export function linkTarget(
  event: RecordedEvent,
): { readonly stream: string; readonly revision: number } | null {
  if (event.type !== '$>') return null;
  const [, revision, stream] = /^(\d+)@(.+)$/su.exec(Buffer.from(toWire(event).data).toString('utf8')) ?? [];
  if (stream === undefined || !Number.isSafeInteger(Number(revision))) return null;
  return { stream, revision: Number(revision) };
}
