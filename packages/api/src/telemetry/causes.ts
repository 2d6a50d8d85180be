// Which span an event follows from.
import type { RecordedEvent } from '@holdfast/kernel';
import { spanIdOf } from './trace-ids.js';

/** The span of the command that caused an event; decisions of a process are caused by none. */
export const causeOf = ({ metadata: { commandId, inputPosition } }: RecordedEvent): string | undefined =>
  inputPosition === undefined ? spanIdOf(commandId) : undefined;
