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

/** gRPC's CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, ABORTED, UNAVAILABLE */
const outageCodes = new Set<unknown>([1, 2, 4, 10, 14]);
const outages = [
  CancelledError,
  DeadlineExceededError,
  NotLeaderError,
  StoreUnavailable,
  TimeoutError,
  UnavailableError,
  UnknownError,
];

/** Whether the server could not be reached or did not answer, so that what it did is unknown. */
export function isOutage(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  // Where a call never began the client throws what gRPC threw, not an error of its own.
  if ('code' in error && typeof error.code === 'number') return outageCodes.has(error.code);
  return outages.some((type) => error instanceof type) || error.message.startsWith('Failed to discover');
}

export function asStoreError(error: unknown): unknown {
  if (!isOutage(error) || error instanceof StoreUnavailable) return error;
  return new StoreUnavailable(`EventStoreDB can't be reached: ${error.message}`, { cause: error });
}
