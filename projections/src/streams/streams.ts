// Every stream of the log, for operators. The end of a stream is read from the stream itself, so that only its first
// event costs a write.
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
