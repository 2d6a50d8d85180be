// Every stream of the log: where an operator starts to look. A stream's present end is read from the stream itself, so
// that no event but the first costs a write.
import { streamCategory, type Document, type Position, type Projection } from '@holdfast/kernel';

/** `id` is the stream's name, so that without an index streams are listed by name. */
export type StreamSummary = Document & {
  readonly category: string;
  readonly firstPosition: Position;
};

export const streams: Projection<StreamSummary> = {
  name: 'streams',
  version: 2,
  prefixes: [''],
  indexes: { started: ['firstPosition'] },
  key: ({ stream, revision }) => (revision === 0 ? stream : null),
  project: ({ stream, position }) => [
    { document: { id: stream, category: streamCategory(stream), firstPosition: position } },
  ],
};
