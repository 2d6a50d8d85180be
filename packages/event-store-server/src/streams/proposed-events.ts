// The names that an append may use, and how the log keeps events that share one id.
import { createHash } from 'node:crypto';
import { accessDenied, invalidArgument } from '../refusal.js';
import type { WireEvent } from './stored-event.js';

/** bytes that the log allows for a stream's name and for an event's type */
const nameLimitBytes = 65_535;

export function mustBeName(name: string, what: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0) throw invalidArgument(`An ${what} is missing.`);
  if (bytes > nameLimitBytes)
    throw invalidArgument(`An ${what} has ${bytes} bytes, more than ${nameLimitBytes}.`);
}

export function mustBeWritable(stream: string): void {
  // `$all` is the log, and the metadata of a stream has two more bytes
  if (stream === '$all') throw accessDenied(stream);
  if (stream === '$$') throw invalidArgument('$$ is not a name of a stream.');
  mustBeName(`$$${stream}`, 'event stream');
}

/**
 * The log allows an id once in an append. A further event with the same id is stored under an id derived from it, always
 * the same one, and is shown to clients under its own.
 */
export function withOwnIds(
  events: readonly WireEvent[],
): readonly { readonly event: WireEvent; readonly mark: { readonly id?: string } }[] {
  const counts = new Map<string, number>();
  return events.map((event) => {
    const count = counts.get(event.id) ?? 0;
    counts.set(event.id, count + 1);
    if (count === 0) return { event, mark: {} };
    const hash = createHash('sha256').update(`${event.id} ${count}`).digest('hex');
    const id = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/u, '$1-$2-$3-$4-$5');
    return { event: { ...event, id }, mark: { id: event.id } };
  });
}
