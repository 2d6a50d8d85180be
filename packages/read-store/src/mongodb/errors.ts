// Turns the driver's errors into those of the port.
import { MongoBulkWriteError, MongoError, MongoInvalidArgumentError, MongoServerError } from 'mongodb';
import { ReadStoreUnavailable } from '../port.js';

/**
 * Codes of a server that is shutting down, electing, or too slow: MaxTimeMSExpired, HostUnreachable, HostNotFound,
 * WriteConcernFailed, ShutdownInProgress, NetworkTimeout, PrimarySteppedDown, NotWritablePrimary, InterruptedAtShutdown,
 * InterruptedDueToReplStateChange, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary, ExceededTimeLimit.
 */
const outageCodes = new Set<unknown>([6, 7, 50, 64, 89, 91, 189, 262, 10107, 11600, 11602, 13435, 13436]);
const duplicateKey = 11000;

export function asReadStoreError(error: unknown): unknown {
  const cause = unwrapped(error);
  if (!(cause instanceof MongoError) || !isOutage(cause)) return error;
  return new ReadStoreUnavailable(`MongoDB is not available: ${cause.message}`, { cause: error });
}

function isOutage(error: MongoError): boolean {
  if (error instanceof MongoServerError) return outageCodes.has(error.code) || isTransient(error);
  // Sockets, server selection, a closed client, a full pool: every error except a wrong call.
  return !(error instanceof MongoInvalidArgumentError);
}

/** Whether the transaction conflicted with another one: it had no effect, and may succeed when it is tried again. */
export function isTransient(error: unknown): boolean {
  const cause = unwrapped(error);
  return cause instanceof MongoServerError && cause.hasErrorLabel('TransientTransactionError');
}

export function isDuplicate(error: unknown): boolean {
  const cause = unwrapped(error);
  return cause instanceof MongoServerError && cause.code === duplicateKey;
}

/** A bulk write wraps every failure, also a broken connection, in an error of its own. */
const unwrapped = (error: unknown): unknown =>
  error instanceof MongoBulkWriteError && (error.errorResponse as unknown) instanceof MongoError
    ? error.errorResponse
    : error;
