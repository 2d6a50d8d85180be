// Reads requests to the simulated gateway. Everything is checked: a shop under test may send anything.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Money } from '@holdfast/kernel';
import { fromDecimal } from '../decimal.js';

const bodyLimit = 64 * 1024;

/** A request that can't be carried out: its sender gets `status` and `code`. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

/** @throws BadRequest when it is too long */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyLimit) throw new BadRequest(413, 'too_long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export type Fields = Readonly<Record<string, unknown>>;

/** @throws BadRequest when it is not a JSON object */
export function fieldsOf(body: string): Fields {
  if (body === '') return {};
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Fields;
  } catch {
    // The check below reports it, like JSON that is no object.
  }
  throw new BadRequest(400, 'no_json_object');
}

/** @throws BadRequest */
export function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '' || value.length > 2000)
    throw new BadRequest(400, `${name}_missing`);
  return value;
}

export const optionalIn = (fields: Fields, name: string): string | null =>
  fields[name] === undefined || fields[name] === null ? null : textIn(fields, name);

/** @throws BadRequest unless it is an amount with the decimals of its currency */
export function amountIn(fields: Fields): Money {
  const { value, currency } = (fields['amount'] ?? {}) as Fields;
  const amount =
    typeof value === 'string' && typeof currency === 'string' ? fromDecimal(value, currency) : null;
  if (amount === null) throw new BadRequest(400, 'amount_invalid');
  return amount;
}

/** Only web addresses: the page sends the customer there. @throws BadRequest */
export function webAddressIn(fields: Fields, name: string): string | null {
  const text = optionalIn(fields, name);
  if (text !== null && !/^https?:$/.test(URL.parse(text)?.protocol ?? ''))
    throw new BadRequest(400, `${name}_invalid`);
  return text;
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compared in constant time. */
export const isSameSecret = (a: string, b: string): boolean => timingSafeEqual(digestOf(a), digestOf(b));

export const fingerprintOf = (...parts: readonly string[]): string =>
  digestOf(parts.join('\n')).toString('hex');

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function sendPage(response: ServerResponse, html: string): void {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  };
  response.writeHead(200, headers).end(html);
}
