// The refusal of a call: a gRPC status, and trailers for the typed errors of clients.
import { Metadata, status } from '@grpc/grpc-js';
import { StoreClosed, StoreUnavailable } from '@holdfast/event-store';

export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: status,
    readonly details: string,
    readonly trailers: Readonly<Record<string, string>> = {},
  ) {
    super(details);
  }
}

/** -1 is NO_STREAM, -2 ANY, -4 STREAM_EXISTS, as on the wire. */
export const wrongExpectedVersion = (
  operation: string,
  stream: string,
  expected: number,
  actual: number,
): Refusal =>
  new Refusal(
    status.FAILED_PRECONDITION,
    `${operation} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': String(expected),
      'actual-version': String(actual),
    },
  );

export const streamDeleted = (stream: string): Refusal =>
  new Refusal(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

export const maximumAppendSizeExceeded = (limitBytes: number): Refusal =>
  new Refusal(status.INVALID_ARGUMENT, `Maximum Append Size of ${limitBytes} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limitBytes),
  });

export const accessDenied = (stream: string): Refusal =>
  new Refusal(status.PERMISSION_DENIED, `Access to stream '${stream}' is denied.`, {
    exception: 'access-denied',
    'stream-name': stream,
  });

export const invalidArgument = (details: string): Refusal => new Refusal(status.INVALID_ARGUMENT, details);

/** Turns any thrown value into a gRPC error. */
export function asServiceError(error: unknown): {
  readonly name: string;
  readonly message: string;
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
} {
  const refusal = error instanceof Refusal ? error : unexpected(error);
  const metadata = new Metadata();
  // A trailer is ASCII: other characters are escaped as in a URL.
  for (const [key, value] of Object.entries(refusal.trailers)) {
    metadata.set(key, value.replace(/[^ -~]+/gu, encodeURIComponent));
  }
  const { name, message, code, details } = refusal;
  return { name, message, code, details, metadata };
}

function unexpected(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  const unavailable = error instanceof StoreUnavailable || error instanceof StoreClosed;
  return new Refusal(unavailable ? status.UNAVAILABLE : status.UNKNOWN, message);
}
