// Turns the client's errors into those of the port.
import {
  AccessDeniedError,
  CancelledError,
  DeadlineExceededError,
  NotLeaderError,
  StreamDeletedError,
  TimeoutError,
  UnavailableError,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { StoreAccessDenied, StoreUnavailable } from '@holdfast/event-store';

// status codes of gRPC
const invalidArgument = 3;
const notFound = 5;
const alreadyExists = 6;
const permissionDenied = 7;
const failedPrecondition = 9;
const aborted = 10;
const outOfRange = 11;
const unauthenticated = 16;
/** Codes with which a server that was reached refuses the call itself. */
const aboutTheCall = new Set([invalidArgument, notFound, alreadyExists, failedPrecondition, outOfRange]);
/** Beginnings of the messages of untyped errors: the client and gRPC throw them while they find or leave a server. */
const untyped = ['Failed to discover', 'Channel has been shut down'];
const outages = [
  CancelledError,
  DeadlineExceededError,
  StoreUnavailable,
  TimeoutError,
  UnavailableError,
  UnknownError,
];

/** No response came in time. */
export class StoreSilent extends StoreUnavailable {}

export const isSilence = (error: unknown): boolean =>
  error instanceof StoreSilent || error instanceof DeadlineExceededError;

const codeOf = (error: Error): number | null =>
  'code' in error && typeof error.code === 'number' ? error.code : null;

/** Whether the server, or a proxy before it, refuses the user. */
function isDenial(error: Error): boolean {
  const code = codeOf(error);
  return error instanceof AccessDeniedError || code === permissionDenied || code === unauthenticated;
}

/** Whether the server could not be reached or did not respond, so that the effect of the call is unknown. */
export function isOutage(error: unknown): error is Error {
  if (!(error instanceof Error) || isDenial(error)) return false;
  if (error instanceof NotLeaderError) return true; // its code is NOT_FOUND
  // When a call could not begin, the client throws gRPC's own error.
  const code = codeOf(error);
  if (code !== null) return !aboutTheCall.has(code);
  return (
    outages.some((type) => error instanceof type) || untyped.some((text) => error.message.startsWith(text))
  );
}

/** the revision of the event that deletes a stream for good */
const tombstoneRevision = 2n ** 63n - 1n;

/** Whether an append or a read met a stream that was deleted for good. */
export const isDeletedForGood = (error: unknown): boolean =>
  error instanceof StreamDeletedError ||
  (error instanceof WrongExpectedVersionError && error.actualVersion === tombstoneRevision);

/** The server ended a live subscription because its reader was behind. The adapter subscribes again; this is no outage. */
export const isTooSlow = (error: unknown): boolean =>
  error instanceof Error && codeOf(error) === aborted && /too slow/i.test(error.message);

/** Returns the port's error for an outage or a denial. Other errors show a bug, and are returned unchanged. */
export function asStoreError(error: unknown): unknown {
  if (error instanceof StoreUnavailable) return error;
  if (error instanceof Error && isDenial(error))
    return new StoreAccessDenied(
      'EventStoreDB refuses the user of EVENTSTORE_URL: check its password and rights',
      {
        cause: error,
      },
    );
  if (!isOutage(error)) return error;
  return new StoreUnavailable(`EventStoreDB can't be reached: ${error.message}`, { cause: error });
}
