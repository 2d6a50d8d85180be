// Every id that follows from a request, so that the same request, sent again, meets its own traces.
import { hash } from 'node:crypto';
import { OrderId } from '@holdfast/kernel';

const digest = (...parts: readonly string[]): string => hash('sha256', JSON.stringify(parts));

/** 128 bits in hexadecimal: short enough for a stream name, long enough never to meet another by chance. */
const derivedId = (...parts: readonly string[]): string => digest(...parts).slice(0, 32);

/** The id that earlier versions gave to an account, by its e-mail. Accounts keep it; no new one gets one. */
export const unkeyedAccountIdOf = (email: string): string => derivedId('account', email.trim().toLowerCase());

export const orderIdOf = (customerId: string, idempotencyKey: string): OrderId =>
  OrderId(derivedId('order', customerId, idempotencyKey));

/**
 * `operation` is the mutation's name. One key is one request per caller, operation and stream, since the stream of the
 * order, SKU or wallet remembers the command.
 */
export const commandIdOf = (callerId: string, operation: string, idempotencyKey: string): string =>
  derivedId('command', callerId, operation, idempotencyKey);

/** Digest of a request: equal for equal content, whatever the order of its fields. */
export const fingerprintOf = (request: unknown): string => digest(canonical(request));

/** Refresh tokens are kept as this, so that the log holds none that could be used. */
export const tokenDigestOf = (token: string): string => hash('sha256', token, 'base64url');

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
