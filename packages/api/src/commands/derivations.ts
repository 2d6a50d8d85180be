// Every id that is derived from a request. The same request, sent again, has the same ids, so its effects are found.
import { hash } from 'node:crypto';
import { OrderId } from '@holdfast/kernel';

const digest = (...parts: readonly string[]): string => hash('sha256', JSON.stringify(parts));

/** 128 bits in hexadecimal: short enough for a stream name, and long enough that two never coincide. */
const derivedId = (...parts: readonly string[]): string => digest(...parts).slice(0, 32);

/** The account id that earlier versions derived from the e-mail. Old accounts keep it; new accounts get a random id. */
export const unkeyedAccountIdOf = (email: string): string => derivedId('account', email.trim().toLowerCase());

export const orderIdOf = (customerId: string, idempotencyKey: string): OrderId =>
  OrderId(derivedId('order', customerId, idempotencyKey));

export const depositIdOf = (customerId: string, idempotencyKey: string): string =>
  derivedId('deposit', customerId, idempotencyKey);

/**
 * `operation` is the mutation's name. One key is one request per caller, operation and stream, since the stream of the
 * order, SKU or wallet remembers the command.
 */
export const commandIdOf = (callerId: string, operation: string, idempotencyKey: string): string =>
  derivedId('command', callerId, operation, idempotencyKey);

/** Digest of a request: equal for equal content, whatever the order of its fields. */
export const fingerprintOf = (request: unknown): string => digest(canonical(request));

/** The log has only this digest of a refresh token, so a reader of the log can't use the token. */
export const tokenDigestOf = (token: string): string => hash('sha256', token, 'base64url');

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
