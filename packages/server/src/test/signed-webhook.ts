// The headers of a webhook that was signed as the simulated gateway signs it.
import { createHmac } from 'node:crypto';

type Signing = { readonly key: string; /** how long ago it was signed */ readonly ageMs?: number };

export function signed(body: string, { key, ageMs = 0 }: Signing): Readonly<Record<string, string>> {
  const seconds = Math.floor((Date.now() - ageMs) / 1000);
  const digest = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  return { 'holdfast-signature': `t=${seconds},v1=${digest}`, 'content-type': 'application/json' };
}
