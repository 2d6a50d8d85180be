// The session of a signed-in person or a guest. The access token is in memory only; the refresh token is in a cookie that no
// script can read. One tab at a time refreshes, and all tabs follow when one signs in or out.
import type { TypedDocumentNode } from '@urql/core';
import { createStore, createStoredStore, type Store } from '../store.js';
import {
  ChangePasswordDocument,
  RefreshSessionDocument,
  RegisterDocument,
  SignInDocument,
  SignOutDocument,
  StartGuestSessionDocument,
  type AccessFragment,
  type ChangePasswordMutation,
  type GuestAccessFragment,
  type PersonFragment,
  type RegisterMutation,
  type SignInMutation,
  type StartGuestSessionMutation,
} from '../generated/graphql.js';

export type Person = PersonFragment;
/** `unknown` until the kept refresh token was tried. A guest has an id once they order without an account. */
export type SessionState =
  | { readonly status: 'unknown' }
  | { readonly status: 'guest'; readonly guestId?: string }
  | { readonly status: 'signed-in'; readonly person: Person };

/** Sends one operation past every cache; with a token, as its owner. @throws NotReached */
export type Ask = <Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  token?: string,
) => Promise<Data>;

/** The server could not be reached, or could not do its work: nothing is known about the request. */
export class NotReached extends Error {
  override readonly name = 'NotReached';
}

/** Runs one after the other, in all tabs of the browser. */
export type OneAtATime = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;

export type SessionOptions = {
  readonly ask: Ask;
  /** Milliseconds that never jump. */
  readonly now: () => number;
  readonly oneAtATime: OneAtATime;
  readonly storage: Storage;
};

export type Session = {
  readonly state: Store<SessionState>;
  /** Tries the kept refresh token, once. */
  resume(): Promise<void>;
  signIn(email: string, password: string): Promise<SignInMutation['login']>;
  /** A guest keeps the orders of this session. */
  register(email: string, password: string, name: string): Promise<RegisterMutation['register']>;
  /** Admits a guest, for orders without an account. Does nothing when there is a session. */
  startAsGuest(): Promise<StartGuestSessionMutation['startGuestSession'] | null>;
  /** Every other session of the person ends. */
  changePassword(current: string, next: string): Promise<ChangePasswordMutation['changePassword']>;
  /** Loads the person again, after a change of their name. */
  renew(): Promise<void>;
  signOut(): Promise<void>;
  /** An access token with time left, or null for a guest. @throws NotReached */
  token(): Promise<string | null>;
  /** Call this when the server refuses the token. It gets the next one, or ends the session. */
  refused(token: string): Promise<void>;
};

type Access = { readonly token: string; readonly goodUntil: number };
/**
 * The session in local storage; null for none. `owner` is the id of the person or the guest. `refreshToken`: one that an
 * earlier version without a cookie stored, until the next refresh.
 */
type Kept = { readonly owner: string; readonly refreshToken?: string } | null;

const keptUnder = 'holdfast.session';
/** An access token with less time left than this is exchanged first. */
const marginMs = 30_000;

const readKept = (stored: unknown): Kept => {
  const { refreshToken, owner } = (stored ?? {}) as Readonly<Record<string, unknown>>;
  const known = typeof owner === 'string' ? owner : '';
  if (typeof refreshToken === 'string') return { owner: known, refreshToken };
  return typeof owner === 'string' ? { owner } : null;
};

const ownerOf = (state: SessionState): string | null =>
  state.status === 'signed-in' ? state.person.id : state.status === 'guest' ? (state.guestId ?? null) : null;

/** How long the token is good, by the server's clock alone: the customer's may be wrong. */
export function lifeMsOf(token: string): number {
  try {
    const [, payload = ''] = token.split('.');
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as {
      readonly exp?: number;
      readonly iat?: number;
      readonly nbf?: number;
    };
    const from = claims.iat ?? claims.nbf;
    return claims.exp === undefined || from === undefined ? 0 : (claims.exp - from) * 1000;
  } catch {
    return 0;
  }
}

/** The tokens of the session, and its person. */
function createAccess({ ask, now, oneAtATime, storage }: SessionOptions) {
  const state = createStore<SessionState>({ status: 'unknown' });
  const kept = createStoredStore<Kept>(keptUnder, readKept, storage);
  let access: Access | null = null;

  const begin = (given: AccessFragment | GuestAccessFragment): string => {
    const { accessToken } = given;
    access = { token: accessToken, goodUntil: now() + Math.max(lifeMsOf(accessToken), 2 * marginMs) };
    const next: SessionState =
      'user' in given
        ? { status: 'signed-in', person: given.user }
        : { status: 'guest', guestId: given.guestId };
    // The same object for the same person, so that followers of the session do not restart at each refresh.
    if (JSON.stringify(state.get()) !== JSON.stringify(next)) state.set(next);
    kept.set({ owner: ownerOf(next) ?? '' });
    return accessToken;
  };

  const end = (): void => {
    access = null;
    kept.set(null);
    state.set({ status: 'guest' });
  };

  const fresh = (): string | null =>
    access !== null && access.goodUntil - now() > marginMs ? access.token : null;

  const refresh = (): Promise<string | null> =>
    oneAtATime(keptUnder, async () => {
      const already = fresh();
      if (already !== null) return already;
      const presented = kept.get();
      if (presented === null) {
        end();
        return null;
      }
      const { refreshSession } = await ask(RefreshSessionDocument, {
        refreshToken: presented.refreshToken ?? null,
      });
      if (refreshSession.__typename === 'Session' || refreshSession.__typename === 'GuestSession')
        return begin(refreshSession);
      // Too many refreshes at once say nothing about the session.
      if (refreshSession.__typename === 'RateLimitedError') throw new NotReached('too many requests');
      end();
      return null;
    });

  return {
    state,
    kept,
    begin,
    end,
    token: async (): Promise<string | null> => {
      const present = state.get();
      if (present.status === 'guest' && present.guestId === undefined) return null;
      return fresh() ?? (await refresh());
    },
    last: () => access?.token,
    forget: (token: string): void => {
      if (access?.token === token) access = null;
    },
  };
}

export function createSession(options: SessionOptions): Session {
  const { ask } = options;
  const { state, kept, begin, end, token, last, forget } = createAccess(options);

  // Another tab signed in or out.
  kept.subscribe(() => {
    const present = state.get();
    const other = kept.get();
    if (present.status === 'unknown') return;
    if (other === null) {
      if (ownerOf(present) !== null) end();
    } else if (other.owner !== ownerOf(present)) {
      forget(last() ?? '');
      state.set({ status: 'unknown' });
      void token().catch(() => undefined);
    }
  });

  return {
    state,
    async resume() {
      if (kept.get() === null) state.set({ status: 'guest' });
      else await token();
    },
    async signIn(email, password) {
      const { login } = await ask(SignInDocument, { email, password });
      if (login.__typename === 'Session') begin(login);
      return login;
    },
    async register(email, password, name) {
      const guest = (await token()) ?? undefined;
      const { register } = await ask(RegisterDocument, { email, password, name }, guest);
      if (register.__typename === 'Session') begin(register);
      return register;
    },
    async startAsGuest() {
      if ((await token()) !== null) return null;
      const { startGuestSession } = await ask(StartGuestSessionDocument, {});
      if (startGuestSession.__typename === 'GuestSession') begin(startGuestSession);
      return startGuestSession;
    },
    async changePassword(currentPassword, newPassword) {
      const passwords = { currentPassword, newPassword };
      const { changePassword } = await ask(ChangePasswordDocument, passwords, (await token()) ?? undefined);
      if (changePassword.__typename === 'Session') begin(changePassword);
      return changePassword;
    },
    async renew() {
      forget(last() ?? '');
      await token();
    },
    async signOut() {
      // Without a good token the cookie would outlast the session of this page.
      const ending = await token().catch(() => last() ?? null);
      end();
      // If this request fails, the session ends at its time. In this browser it has ended either way.
      if (ending !== null) await ask(SignOutDocument, {}, ending).catch(() => undefined);
    },
    token,
    async refused(refusedToken) {
      forget(refusedToken);
      await token();
    },
  };
}

/** Web Locks where the browser has them; in one tab at a time otherwise. */
export const browserLock: OneAtATime = async (name, work) =>
  'locks' in navigator ? navigator.locks.request(name, work) : work();
