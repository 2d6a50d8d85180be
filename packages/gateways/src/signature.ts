// Signatures of webhooks: HMAC-SHA256 over "<seconds>.<raw body>", in a header "t=<seconds>,v1=<hex>" (as Stripe's).
import { createHmac, timingSafeEqual } from 'node:crypto';

export const signatureHeader = 'holdfast-signature';

/** A webhook that is older or newer than this is refused, so that a recorded webhook can't be replayed later. */
export const toleranceMs = 5 * 60 * 1000;

const digestOf = (secret: string, seconds: string, body: Uint8Array): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();

export const sign = (secret: string, body: Uint8Array, nowMs: number): string => {
  const seconds = String(Math.floor(nowMs / 1000));
  return `t=${seconds},v1=${digestOf(secret, seconds, body).toString('hex')}`;
};

export type Verdict = 'signed' | 'no signature' | 'wrong signature' | 'outside the tolerance';

/** Compares in constant time. `body` has to be the raw bytes: parsed and written again they may differ. */
export function verify(secret: string, body: Uint8Array, header: string | undefined, nowMs: number): Verdict {
  const { seconds = '', hex = '' } =
    /^t=(?<seconds>\d{1,12}),v1=(?<hex>[0-9a-f]{64})$/.exec(header ?? '')?.groups ?? {};
  if (hex === '') return 'no signature';
  if (!timingSafeEqual(digestOf(secret, seconds, body), Buffer.from(hex, 'hex'))) return 'wrong signature';
  return Math.abs(nowMs - Number(seconds) * 1000) > toleranceMs ? 'outside the tolerance' : 'signed';
}
