// The refresh token of a browser, in a cookie that no script can read. A request asks for it with a header of our own, which
// other sites can't send: without the header the cookie is neither read nor set, so it signs nobody in by itself.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { path } from '../graphql/path.js';
import { refreshTokenLifeMs } from './sessions.js';

/** The header that asks for the cookie. Its only value is `cookie`. */
export const refreshHeader = 'x-holdfast-refresh';
const name = 'holdfast-refresh';

export type RefreshCookie = {
  /** the token that the browser sent; null for none */
  readonly token: string | null;
  /** Puts the refresh token of a session into the cookie, and takes it out of the result. */
  keep<Result extends { readonly __typename: string }>(this: void, result: Result): Result;
  /** Makes the browser forget it. */
  clear(this: void): void;
};

/** Null for a request that does not ask for the cookie. `isSecure`: whether the browser keeps it to HTTPS. */
export function refreshCookieOf(
  request: FastifyRequest,
  reply: FastifyReply,
  isSecure: boolean,
): RefreshCookie | null {
  if (request.headers[refreshHeader] !== 'cookie') return null;
  const set = (value: string, seconds: number): void => {
    const attributes = [`Path=${path}`, `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Strict'];
    const cookie = [`${name}=${value}`, ...attributes, ...(isSecure ? ['Secure'] : [])].join('; ');
    // A response that was sent at the time limit has no more headers. A later refresh gets the same successor.
    if (!reply.sent) void reply.removeHeader('set-cookie').header('set-cookie', cookie);
  };
  return {
    token: sentIn(request.headers.cookie),
    keep: (result) => {
      if (!('refreshToken' in result) || typeof result.refreshToken !== 'string') return result;
      set(result.refreshToken, refreshTokenLifeMs / 1000);
      return { ...result, refreshToken: '' };
    },
    clear: () => {
      set('', 0);
    },
  };
}

/** Tokens have no character that a cookie would have to escape. */
function sentIn(cookies = ''): string | null {
  const prefix = `${name}=`;
  const sent = cookies.split(';').map((cookie) => cookie.trim());
  const token = sent.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length);
  return token === undefined || token === '' ? null : token;
}
