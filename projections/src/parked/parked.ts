// The events that a consumer gave up on and nobody has dealt with yet.
import type { Document, Position } from '@holdfast/kernel';

/** `id` is `consumer:position`; `stream` to `eventType` name the parked event. */
export type Parked = Document & {
  readonly consumer: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly eventId: string;
  readonly eventType: string;
  readonly attempts: number;
  readonly reason: string;
  readonly stack?: string;
  readonly parkedAt: string;
};
