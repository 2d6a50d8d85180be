// A client's filter on the log: by stream or by type, by prefix or by regular expression.
import type { RecordedEvent } from '@holdfast/kernel';
import type { Filter } from '@holdfast/event-store';
import { dotnetExpression } from './dotnet-expression.js';

/** The methods that the filter messages of Streams and PersistentSubscriptions share. */
export type FilterMessage = {
  getStreamIdentifier(): Expression | undefined;
  getEventType(): Expression | undefined;
};
type Expression = { getRegex(): string; getPrefixList(): readonly string[] };

export type EventFilter = {
  readonly on: 'stream' | 'type';
  readonly regex: string;
  readonly prefixes: readonly string[];
};

export const everything: EventFilter = { on: 'stream', regex: '', prefixes: [''] };

export function eventFilter(message: FilterMessage | undefined): EventFilter {
  const stream = message?.getStreamIdentifier();
  const expression = stream ?? message?.getEventType();
  if (expression === undefined) return everything;
  return {
    on: stream === undefined ? 'type' : 'stream',
    regex: expression.getRegex(),
    prefixes: expression.getPrefixList(),
  };
}

export type Chooser = {
  /** the filter that the store can apply by itself, without decoding events */
  readonly filter?: Filter;
  chooses(event: RecordedEvent): boolean;
};

export function chooser({ on, regex, prefixes }: EventFilter): Chooser {
  const subject = (event: RecordedEvent): string => (on === 'stream' ? event.stream : event.type);
  if (regex !== '') {
    const expression = dotnetExpression(regex);
    return { chooses: (event) => expression.test(subject(event)) };
  }
  if (prefixes.includes('')) return { chooses: () => true };
  return {
    ...(on === 'stream' && { filter: { streamPrefixes: prefixes } }),
    chooses: (event) => prefixes.some((prefix) => subject(event).startsWith(prefix)),
  };
}
