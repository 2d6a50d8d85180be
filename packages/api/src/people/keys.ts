// Keys that are derived from a secret of the settings (HKDF, RFC 5869), one for each purpose. Knowing one of them reveals
// nothing about the others.
import { createHmac, hkdfSync } from 'node:crypto';

export type Key = { readonly bytes: Uint8Array };

export const derivedKey = (secret: string, purpose: string): Key => ({
  bytes: new Uint8Array(hkdfSync('sha256', secret, '', `holdfast: ${purpose}`, 32)),
});

/** HMAC-SHA-256, base64url. */
export const keyedDigest = (key: Key, text: string): string =>
  createHmac('sha256', key.bytes).update(text).digest('base64url');

/** The first 128 bits of the HMAC in 32 hexadecimal digits, for the name of a stream. */
export const keyedId = (key: Key, text: string): string =>
  createHmac('sha256', key.bytes).update(text).digest('hex').slice(0, 32);
