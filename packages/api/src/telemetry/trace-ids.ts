// Trace ids are derived from correlation ids, and span ids of commands from command ids. So every process computes the same
// ids, and events need no field for them.
import { hash } from 'node:crypto';

/** 128 bits in hexadecimal, which ids of orders and requests are already. */
export function traceIdOf(correlationId: string): string {
  const bare = correlationId.replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(bare) && !/^0+$/.test(bare)
    ? bare
    : hash('sha256', correlationId).slice(0, 32);
}

/** 64 bits in hexadecimal. */
export const spanIdOf = (commandId: string): string => hash('sha256', commandId).slice(0, 16);
