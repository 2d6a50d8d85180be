// Every process names a trace alike, without a word about it in the events: the trace is the correlation id, and the
// span of a command is its command id.
import { hash } from 'node:crypto';

/** 128 bits in hexadecimal, as ids of orders and of requests already are. */
export function traceIdOf(correlationId: string): string {
  const bare = correlationId.replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(bare) && !/^0+$/.test(bare)
    ? bare
    : hash('sha256', correlationId).slice(0, 32);
}

/** 64 bits in hexadecimal. */
export const spanIdOf = (commandId: string): string => hash('sha256', commandId).slice(0, 16);
