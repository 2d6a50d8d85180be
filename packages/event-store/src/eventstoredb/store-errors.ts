// What the client throws, as the port knows it.
import {
  CancelledError,
  DeadlineExceededError,
  NotLeaderError,
  TimeoutError,
  UnavailableError,
  UnknownError,
} from '@eventstore/db-client';
import { StoreUnavailable } from '../port.js';

/** of gRPC */
const aborted = 10;
/** gRPC's CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE */
const outageCodes = new Set<unknown>([1, 2, 4, 8, 10, 13, 14]);
/** what the client and gRPC throw bare while they find a server or leave one */
const bare = ['Failed to discover', 'Channel has been shut down'];
const outages = [
  CancelledError,
  DeadlineExceededError,
  StoreUnavailable,
  TimeoutError,
  UnavailableError,
  UnknownError,
];

/** An answer did not come in time. */
export class StoreSilent extends StoreUnavailable {}

export const isSilence = (error: unknown): boolean =>
  error instanceof StoreSilent || error instanceof DeadlineExceededError;

/** Whether the server could not be reached or did not answer, so that what it did is unknown. */
export function isOutage(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error instanceof NotLeaderError) return true; // its code is NOT_FOUND
  // Where a call never began the client throws what gRPC threw, not an error of its own.
  if ('code' in error && typeof error.code === 'number') return outageCodes.has(error.code);
  return outages.some((type) => error instanceof type) || bare.some((text) => error.message.startsWith(text));
}

/** The server ended a live subscription because its reader was behind. It is taken up again; nothing is down. */
export const isTooSlow = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === aborted && /too slow/i.test(error.message);

export function asStoreError(error: unknown): unknown {
  if (!isOutage(error) || error instanceof StoreUnavailable) return error;
  return new StoreUnavailable(`EventStoreDB can't be reached: ${error.message}`, { cause: error });
}
