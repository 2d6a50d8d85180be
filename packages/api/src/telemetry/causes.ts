// Finds the span that caused an event.
import type { RecordedEvent } from '@holdfast/kernel';
import { spanIdOf } from './trace-ids.js';

/** Returns the span of the command that caused an event; none for a decision of a process. */
export const causeOf = ({ metadata: { commandId, inputPosition } }: RecordedEvent): string | undefined =>
  inputPosition === undefined ? spanIdOf(commandId) : undefined;
