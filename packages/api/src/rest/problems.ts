// Errors over REST as problem details (RFC 9457): one table for every code that a caller can get.
import type { GraphQLFormattedError } from 'graphql';
import { z } from 'zod';
import { codeOf } from '../graphql/errors.js';

/** Status and title of each code. The type of a problem is its code as a path, so neither ever changes. */
export const problemTable = {
  VALIDATION: { status: 400, title: 'The request is not valid' },
  BAD_USER_INPUT: { status: 400, title: 'The request is not valid' },
  MALFORMED_BODY: { status: 400, title: 'The body is not JSON' },
  IDEMPOTENCY_KEY_MISSING: { status: 400, title: 'The request needs an Idempotency-Key header' },
  UNAUTHENTICATED: { status: 401, title: 'Sign in first' },
  INSUFFICIENT_FUNDS: { status: 402, title: 'The wallet holds too little money' },
  PAYMENT_DECLINED: { status: 402, title: 'The card was declined' },
  FORBIDDEN: { status: 403, title: 'The roles of the caller do not allow this' },
  NOT_FOUND: { status: 404, title: 'There is no such thing' },
  OUT_OF_STOCK: { status: 409, title: 'There is too little stock' },
  PRICE_CHANGED: { status: 409, title: 'The total is not the expected one any more' },
  ORDER_STATE: { status: 409, title: 'The state of the order does not allow this' },
  RESERVATION_EXTENDED: { status: 409, title: 'The reservation was extended before' },
  CURSOR_TOO_OLD: { status: 410, title: 'The cursor reaches back too far' },
  STREAM_DELETED: { status: 410, title: 'This was deleted for good' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body has to be application/json' },
  UNKNOWN_PRODUCT: { status: 422, title: 'A product does not exist' },
  IDEMPOTENCY_CONFLICT: { status: 422, title: 'The idempotency key was used for another request' },
  UPGRADE_REQUIRED: { status: 426, title: 'This is a WebSocket' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  INTERNAL_SERVER_ERROR: { status: 500, title: 'Something went wrong on our side' },
  SERVICE_UNAVAILABLE: { status: 503, title: 'Try again later' },
  POSITION_NOT_REACHED: { status: 503, title: 'This position is not read yet' },
  RESUME_FROM_CURSOR: { status: 503, title: 'Go on from the cursor' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemCode = keyof typeof problemTable;

const retryable: readonly ProblemCode[] = [
  'RATE_LIMITED',
  'SERVICE_UNAVAILABLE',
  'POSITION_NOT_REACHED',
  'RESUME_FROM_CURSOR',
];

/** Seconds to wait after a refusal that has no wait of its own. */
const usualWaitSeconds = 1;

export const problemSchema = z.looseObject({
  type: z.string().describe('A path of this server, which says what the problem is. It never changes.'),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().describe('What is wrong with this request, in English.'),
  errorCode: z.string().describe('The `errorCode` that GraphQL has for it.'),
  retryable: z.boolean().describe('Whether the same request may succeed later.'),
  correlationId: z.string().describe('Is in the log of the server too.'),
  fields: z.array(z.string()).optional().describe('The fields of the request that are wrong.'),
  retryAfterMs: z.int().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export const problemType = (code: ProblemCode): string =>
  `/problems/${code.toLowerCase().replaceAll('_', '-')}`;

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(problemTable, code);

export function problemOf(
  code: ProblemCode,
  detail: string,
  correlationId: string,
  extensions: object = {},
): Problem {
  const { status, title } = problemTable[code];
  const fixed = { type: problemType(code), title, status, detail, errorCode: code };
  return { retryable: retryable.includes(code), ...extensions, ...fixed, correlationId };
}

/** A refusal of a mutation, as a member of its union. */
export type Refusal = {
  readonly __typename: string;
  readonly errorCode: string;
  readonly message: string;
  readonly retryable: boolean;
  /** the status of the order */
  readonly status?: string;
};

/** `status` of a problem is that of HTTP, so the status of the order has a name of its own. */
export function problemOfRefusal(refusal: Refusal, correlationId: string): Problem {
  const { __typename: _, errorCode, message, status: orderStatus, ...rest } = refusal;
  const code = isProblemCode(errorCode) ? errorCode : 'INTERNAL_SERVER_ERROR';
  const ofOrder = orderStatus === undefined ? {} : { orderStatus };
  return problemOf(code, message, correlationId, { ...rest, ...ofOrder });
}

/** For an error that GraphQL presents to its callers. */
export function problemOfError(
  error: Pick<GraphQLFormattedError, 'message' | 'extensions'>,
  correlationId: string,
): Problem {
  const code = codeOf(error);
  const { code: _, retryable: __, correlationId: ___, ...rest } = error.extensions ?? {};
  return problemOf(isProblemCode(code) ? code : 'INTERNAL_SERVER_ERROR', error.message, correlationId, rest);
}

/** The headers that HTTP requires with a problem. */
export function headersOf({ status, errorCode, retryAfterMs }: Problem): Readonly<Record<string, string>> {
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  if (status !== 429 && status !== 503)
    return errorCode === 'UPGRADE_REQUIRED' ? { upgrade: 'websocket' } : {};
  const seconds = retryAfterMs === undefined ? usualWaitSeconds : Math.ceil(retryAfterMs / 1000);
  return { 'retry-after': String(seconds) };
}

/** `given`: the body or the query. `fields` are paths in it: `items.0.quantity`. */
export function invalid(error: z.ZodError, given: unknown, correlationId: string): Problem {
  const issues = flat(error.issues, given);
  const named = issues.map(({ path, message }) => ({ field: path.join('.'), message }));
  const detail = named.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
  const fields = [...new Set(named.map(({ field }) => field).filter((field) => field !== ''))];
  return problemOf('VALIDATION', [...new Set(detail)].join('; '), correlationId, { fields });
}

type Issues = readonly z.core.$ZodIssue[];

/** For a union of shapes, returns the issues of the shape that is closest to the request: the one with fewest missing fields. */
function flat(issues: Issues, given: unknown): Issues {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    const part = valueAt(given, issue.path);
    const missing = (shape: Issues): number =>
      shape.filter(({ path }) => path.length > 0 && valueAt(part, path) === undefined).length;
    const [closest = []] = [...issue.errors].sort(
      (one, other) => missing(one) - missing(other) || one.length - other.length,
    );
    return flat(closest, part).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  });
}

const valueAt = (given: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    given,
  );
