// Every stream of the log with its last event: where an operator starts to look.
import type { Document, Position } from '@holdfast/kernel';

/** `id` is the stream's name, so that without an index streams are listed by name. */
export type StreamSummary = Document & {
  readonly category: string;
  readonly lastRevision: number;
  readonly lastEventType: string;
  readonly lastEventAt: string;
  readonly lastPosition: Position;
};
