// Every stream of the log with its last event: where an operator starts to look.
import { streamCategory, type Document, type Position, type Projection } from '@holdfast/kernel';

/** `id` is the stream's name, so that without an index streams are listed by name. */
export type StreamSummary = Document & {
  readonly category: string;
  readonly lastRevision: number;
  readonly lastEventType: string;
  readonly lastEventAt: string;
  readonly lastPosition: Position;
};

export const streams: Projection<StreamSummary> = {
  name: 'streams',
  version: 1,
  prefixes: [''],
  indexes: { latest: ['lastPosition'] },
  key: (event) => event.stream,
  project: ({ stream, revision, type, metadata, position }) => [
    {
      document: {
        id: stream,
        category: streamCategory(stream),
        lastRevision: revision,
        lastEventType: type,
        lastEventAt: metadata.at,
        lastPosition: position,
      },
    },
  ],
};
