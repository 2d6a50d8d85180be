// Access tokens: short-lived JWTs that name an account and a session. The session and the roles are looked up on every use,
// since a session may end and roles may change before the token does.
import { webcrypto } from 'node:crypto';
import type { Clock } from '@holdfast/kernel';
import { Cache } from '@holdfast/runtime';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { derivedKey, keyedDigest } from './keys.js';

const issuer = 'holdfast';
const audience = 'holdfast-api';
const algorithm = 'HS256';
export const accessTokenLifeMs = 15 * 60 * 1000;
/** how much the clocks of two processes may differ */
export const toleranceMs = 60 * 1000;
/** Every request has a token, and most tokens were checked recently, so results are cached. */
const rememberedTokens = 10_000;

export type Claims = {
  readonly accountId: string;
  readonly sessionId: string;
  /** milliseconds since the epoch */
  readonly expiresAt: number;
};

export type AccessTokens = {
  sign(accountId: string, sessionId: string): Promise<{ readonly token: string; readonly expiresAt: string }>;
  /** null for a token with another signature or audience, and for one that has ended or is not valid yet */
  verify(token: string): Promise<Claims | null>;
};

type NamedKey = { readonly id: string; readonly key: webcrypto.CryptoKey };

/** Imported once: passed as bytes it would be imported for every token, which costs more than the check. */
async function importKey(secret: string): Promise<NamedKey> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const bytes = new TextEncoder().encode(secret);
  const key = await webcrypto.subtle.importKey('raw', bytes, hmac, false, ['sign', 'verify']);
  return { key, id: keyedDigest(derivedKey(secret, 'key id'), 'key id').slice(0, 16) };
}

/** The first secret signs. Tokens of the other secrets are accepted as well, so that a secret can be replaced. */
export async function createAccessTokens(
  [present, ...previous]: readonly [string, ...string[]],
  clock: Clock,
): Promise<AccessTokens> {
  const signing = await importKey(present);
  const keys = [signing, ...(await Promise.all(previous.map(importKey)))];
  /** tokens whose signature was right and whose time had begun */
  const verified = new Cache<string, Claims>(rememberedTokens);

  /** @throws JOSEError */
  const verify = async (token: string): Promise<Claims | null> => {
    const kid = keyIdOf(token);
    // Earlier versions wrote no key id: such a token may be signed by any key.
    const candidates = keys.filter(({ id }) => kid === undefined || id === kid);
    for (const [n, { key }] of candidates.entries()) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          issuer,
          audience,
          requiredClaims: ['sub', 'sid', 'exp', 'nbf'],
          currentDate: new Date(clock.now()),
          clockTolerance: toleranceMs / 1000,
        });
        const { sub, sid, exp } = payload;
        if (typeof sub !== 'string' || typeof sid !== 'string' || exp === undefined) return null;
        return { accountId: sub, sessionId: sid, expiresAt: exp * 1000 };
      } catch (error) {
        const isLast = n === candidates.length - 1;
        if (isLast || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    return null;
  };

  return {
    async sign(accountId, sessionId) {
      const seconds = Math.floor(clock.now() / 1000);
      const expires = seconds + accessTokenLifeMs / 1000;
      const token = await new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: algorithm, kid: signing.id })
        .setSubject(accountId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(seconds)
        .setNotBefore(seconds)
        .setExpirationTime(expires)
        .sign(signing.key);
      return { token, expiresAt: new Date(expires * 1000).toISOString() };
    },
    async verify(token) {
      const known = verified.get(token);
      if (known !== undefined) return clock.now() < known.expiresAt + toleranceMs ? known : null;
      try {
        const claims = await verify(token);
        if (claims !== null) verified.set(token, claims);
        return claims;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}

/** Returns the id of the token's key; undefined when it names none. @throws JOSEError when the text is no token */
function keyIdOf(token: string): unknown {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    throw new errors.JWSInvalid('no JSON Web Token');
  }
}
