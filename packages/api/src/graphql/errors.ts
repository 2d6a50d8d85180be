// The errors that callers see: refusals are members of the schema's unions; all others are GraphQL errors with a code, and
// reveal nothing internal.
import { EventTooLarge, StoreClosed, StoreUnavailable, StreamDeleted } from '@holdfast/event-store';
import { money, type Money } from '@holdfast/kernel';
import { InvalidCursor, ReadStoreUnavailable } from '@holdfast/read-store';
import { FeedOverflow, NothingHeld, TooManyConflicts, UnknownProjection } from '@holdfast/runtime';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { z } from 'zod';

type Code =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'LAST_ADMIN'
  | 'RATE_LIMITED'
  | 'POSITION_NOT_REACHED'
  | 'SERVICE_UNAVAILABLE'
  | 'RESUME_FROM_CURSOR'
  | 'CURSOR_TOO_OLD'
  | 'STREAM_DELETED'
  | 'TOO_MUCH_TO_READ'
  | 'SET_CHANGED'
  | 'NOT_REBUILT';

const retryableCodes: readonly Code[] = [
  'RATE_LIMITED',
  'POSITION_NOT_REACHED',
  'SERVICE_UNAVAILABLE',
  'RESUME_FROM_CURSOR',
];

export const graphQLError = (code: Code, message: string, extensions: object = {}): GraphQLError =>
  new GraphQLError(message, {
    extensions: { code, retryable: retryableCodes.includes(code), ...extensions },
  });

/** The code of an error in a response. */
export const codeOf = ({ extensions }: Pick<GraphQLFormattedError, 'extensions'>): string =>
  String(extensions?.['code']);

export const badInput = (message: string): GraphQLError => graphQLError('BAD_USER_INPUT', message);

/** Logs an error that callers must not see, with the correlation id that the caller gets in its place. */
export type Report = (unexpected: unknown, correlationId: string) => void;

/** Returns the API's error for an error of the layers below; null for one that callers must not see. */
function translated(error: unknown): GraphQLError | null {
  if (error instanceof StoreUnavailable || error instanceof ReadStoreUnavailable)
    return graphQLError('SERVICE_UNAVAILABLE', 'the store does not answer: try again');
  if (error instanceof StoreClosed) return graphQLError('SERVICE_UNAVAILABLE', 'shutting down: try again');
  if (error instanceof TooManyConflicts)
    return graphQLError('SERVICE_UNAVAILABLE', 'too much at once: try again');
  if (error instanceof StreamDeleted)
    return graphQLError('STREAM_DELETED', 'this was deleted for good: it can be changed no more');
  if (error instanceof FeedOverflow) return graphQLError('RESUME_FROM_CURSOR', error.message);
  if (error instanceof InvalidCursor) return badInput('not a cursor of this list');
  if (error instanceof EventTooLarge) return badInput('the request is too large');
  if (error instanceof NothingHeld) return graphQLError('NOT_REBUILT', error.message);
  if (error instanceof UnknownProjection) return graphQLError('NOT_FOUND', 'no such projection');
  return null;
}

/**
 * Returns the error for the caller. A message that was written for callers is kept; any other error goes to `report` with
 * the same correlation id.
 */
export function presentError(
  error: GraphQLError,
  correlationId: string,
  report: Report,
): GraphQLFormattedError {
  const { originalError } = error;
  const known = originalError instanceof GraphQLError ? originalError : translated(originalError);
  const where = {
    ...(error.locations !== undefined && { locations: error.locations }),
    ...(error.path !== undefined && { path: error.path }),
  };
  if (known === null && originalError !== undefined && error.extensions['code'] === undefined) {
    report(originalError, correlationId);
    const extensions = { code: 'INTERNAL_SERVER_ERROR', retryable: false, correlationId };
    return { message: 'something went wrong on our side', ...where, extensions };
  }
  const { message, extensions } = known ?? error;
  const { code = 'BAD_USER_INPUT', ...rest } = extensions as { code?: unknown } & Record<string, unknown>;
  delete rest['stacktrace'];
  delete rest['http'];
  if (message === aborted) return { message: tooRepetitive, ...where, extensions: { code, correlationId } };
  return { message: withoutHints(message), ...where, extensions: { ...rest, code, correlationId } };
}

/** The error of an operation that has reached its time limit. */
export const notInTime = (correlationId: string): GraphQLError =>
  graphQLError('SERVICE_UNAVAILABLE', 'no result in time, but it may still take effect: try again', {
    correlationId,
  });

/** The error of an operation that could not begin. */
export function refusedOperation(cause: unknown, correlationId: string, report: Report): GraphQLError {
  const originalError = cause instanceof Error ? cause : new Error(String(cause));
  const { message, extensions } = presentError(
    new GraphQLError('', { originalError }),
    correlationId,
    report,
  );
  return new GraphQLError(message, { extensions: { ...extensions, http: { status: 200 } } });
}

/**
 * The message of graphql-js when a document exceeds its limit of comparisons between fields. The error has no code, and
 * does not tell the limit.
 */
const aborted = 'Validation aborted.';
const tooRepetitive =
  'the document repeats fields too often: comparing its fields takes more than 500,000 steps; select each field once';

/** Removes suggestions of names from an error text: they would reveal a schema that is not public. */
const withoutHints = (message: string): string => message.replace(/ Did you mean [^?]*\?/, '');

// --- members of the unions ------------------------------------------------

export const errorResult = <Type extends string>(
  __typename: Type,
  errorCode: string,
  message: string,
  retryable = false,
) => ({
  __typename,
  errorCode,
  message,
  retryable,
});

export type ErrorResult = ReturnType<typeof errorResult>;

/** `fields` are paths in the input: `lines.0.quantity`. */
export const validationError = (message: string, fields: readonly string[]) => ({
  ...errorResult('ValidationError', 'VALIDATION', message),
  fields,
});

export const invalidInput = (error: z.ZodError) =>
  validationError(
    error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    error.issues.map(({ path }) => path.join('.')),
  );

/** An amount above the limit of the caller's roles; `wanted` gives the currency. */
export const overLimit = (what: 'refund' | 'credit', minor: number, { currency }: Money) =>
  validationError(
    `amount: your roles ${what} at most ${money.format({ minor, currency })} at once; an administrator may do more`,
    ['amount.amount'],
  );

export const notFound = (what: string) => errorResult('NotFoundError', 'NOT_FOUND', `no such ${what}`);

export const idempotencyConflict = () =>
  errorResult(
    'IdempotencyConflictError',
    'IDEMPOTENCY_CONFLICT',
    'this idempotency key was used before, with another request',
  );

export const unknownProducts = (skus: readonly string[]) => ({
  ...errorResult('UnknownProductError', 'UNKNOWN_PRODUCT', `no such product: ${skus.join(', ')}`),
  skus,
});

/** One error for an unknown e-mail, a wrong password and an ended token, so that callers can't tell them apart. */
export const invalidCredentials = () =>
  errorResult('InvalidCredentialsError', 'INVALID_CREDENTIALS', 'these credentials are not valid');

export const rateLimited = (retryAfterMs: number) => ({
  ...errorResult('RateLimitedError', 'RATE_LIMITED', 'too many requests: try again later', true),
  retryAfterMs,
});

export const orderStateError = (message: string, status: string, allowed: readonly string[]) => ({
  ...errorResult('OrderStateError', 'ORDER_STATE', message),
  status,
  allowed,
});
