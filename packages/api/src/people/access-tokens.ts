// Access tokens: short-lived JWTs that name an account and a session. Whether the session still lives, and with which
// roles, is looked up on every use.
import { webcrypto } from 'node:crypto';
import type { Clock } from '@holdfast/kernel';
import { Cache } from '@holdfast/runtime';
import { errors, jwtVerify, SignJWT } from 'jose';

const issuer = 'holdfast';
const audience = 'holdfast-api';
const algorithm = 'HS256';
export const accessTokenLifeMs = 15 * 60 * 1000;
/** A token comes with every request: most are of somebody who was here a moment ago. */
const rememberedTokens = 10_000;

export type Claims = {
  readonly accountId: string;
  readonly sessionId: string;
  /** milliseconds since the epoch */
  readonly expiresAt: number;
};

export type AccessTokens = {
  sign(accountId: string, sessionId: string): Promise<{ readonly token: string; readonly expiresAt: string }>;
  /** null for a token that is not ours, not for us, too old or not valid yet */
  verify(token: string): Promise<Claims | null>;
};

export async function createAccessTokens(secret: string, clock: Clock): Promise<AccessTokens> {
  // Imported once: from bytes it would be for every token, which costs more than checking one.
  const bytes = new TextEncoder().encode(secret);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await webcrypto.subtle.importKey('raw', bytes, hmac, false, ['sign', 'verify']);
  /** whose signature was right, and whose time had begun */
  const verified = new Cache<string, Claims>(rememberedTokens);
  return {
    async sign(accountId, sessionId) {
      const seconds = Math.floor(clock.now() / 1000);
      const expires = seconds + accessTokenLifeMs / 1000;
      const token = await new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: algorithm })
        .setSubject(accountId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(seconds)
        .setNotBefore(seconds)
        .setExpirationTime(expires)
        .sign(key);
      return { token, expiresAt: new Date(expires * 1000).toISOString() };
    },
    async verify(token) {
      const known = verified.get(token);
      if (known !== undefined) return clock.now() < known.expiresAt ? known : null;
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          issuer,
          audience,
          requiredClaims: ['sub', 'sid', 'exp', 'nbf'],
          currentDate: new Date(clock.now()),
        });
        const { sub, sid, exp } = payload;
        if (typeof sub !== 'string' || typeof sid !== 'string' || exp === undefined) return null;
        const claims = { accountId: sub, sessionId: sid, expiresAt: exp * 1000 };
        verified.set(token, claims);
        return claims;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
