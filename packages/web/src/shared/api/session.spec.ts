// The session of a person: over a reload, in two tabs, and when the server ends it.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createSession, lifeMsOf, NotReached, type Ask, type Session } from './session.js';

const person = { id: 'p', email: 'p@example.com', name: 'P', roles: ['CUSTOMER'] };
const minuteMs = 60_000;

const jwt = (n: number, lifeMs: number): string =>
  `e30.${btoa(JSON.stringify({ iat: 1_000, exp: 1_000 + lifeMs / 1000, n }))}.s`;

/** A server with refresh tokens that work once, and two tabs of one browser. */
function scene({ lifeMs = 15 * minuteMs } = {}) {
  let issued = 0;
  const server = {
    now: 0,
    good: new Set<string>(),
    /** The browser's, which its scripts can't read. */
    cookie: null as string | null,
    asked: [] as string[],
    away: false,
    /** the tokens whose sessions were ended */
    ended: [] as (string | undefined)[],
    registeredBy: undefined as string | undefined,
  };
  const issue = () => {
    issued += 1;
    const refreshToken = `r${issued}`;
    server.good.add(refreshToken);
    server.cookie = refreshToken;
    return {
      __typename: 'Session',
      accessToken: jwt(issued, lifeMs),
      refreshToken: '',
      expiresAt: '',
      user: person,
    };
  };
  const admit = () => {
    const { accessToken } = issue();
    server.good.add(`g${issued}`);
    server.cookie = `g${issued}`;
    return {
      __typename: 'GuestSession',
      accessToken,
      refreshToken: '',
      expiresAt: '',
      guestId: 'g',
    };
  };
  const refused = { __typename: 'InvalidCredentialsError', message: 'no' };
  const ask = (async (
    document: object,
    { refreshToken: given = null, password = '' }: Record<string, string | null>,
    token?: string,
  ) => {
    const [{ name }] = (document as { definitions: [{ name: { value: string } }] }).definitions;
    server.asked.push(name.value);
    if (server.away) throw new NotReached('away');
    await Promise.resolve();
    if (name.value === 'SignIn') return { login: password === 'right' ? issue() : refused };
    if (name.value === 'StartGuestSession') return { startGuestSession: admit() };
    if (name.value === 'Register') {
      server.registeredBy = token;
      return { register: issue() };
    }
    if (name.value === 'RefreshSession') {
      const refreshToken = given ?? server.cookie ?? '';
      const next = refreshToken.startsWith('g') ? admit : issue;
      return { refreshSession: server.good.delete(refreshToken) ? next() : refused };
    }
    server.ended.push(token);
    server.cookie = null;
    return { logout: true };
  }) as unknown as Ask;
  return { server, tab: tabsOf(ask, () => server.now) };
}

/** Tabs of one browser, which share its storage and take turns. */
function tabsOf(ask: Ask, now: () => number): () => Session {
  let queue: Promise<unknown> = Promise.resolve();
  return () =>
    createSession({
      ask,
      now,
      storage: localStorage,
      oneAtATime: (_, work) => {
        const mine = queue.then(work, work);
        queue = mine.catch(() => undefined);
        return mine;
      },
    });
}

beforeEach(() => {
  localStorage.clear();
});

describe('signing in', () => {
  test('makes a person of a guest, and leaves no token in storage', async () => {
    const { tab, server } = scene();
    const session = tab();
    await session.resume();
    expect(session.state.get()).toEqual({ status: 'guest' });
    expect(await session.token()).toBeNull();
    await session.signIn('p@example.com', 'right');
    expect(session.state.get()).toEqual({ status: 'signed-in', person });
    const stored = JSON.stringify(Object.entries(localStorage));
    expect(stored).not.toContain((await session.token()) ?? 'no token');
    expect(stored).not.toContain(server.cookie ?? 'no cookie');
    expect(stored).not.toContain('refreshToken');
  });

  test('with a wrong password changes nothing', async () => {
    const { tab } = scene();
    const session = tab();
    await session.resume();
    expect((await session.signIn('p@example.com', 'wrong')).__typename).toBe('InvalidCredentialsError');
    expect(session.state.get()).toEqual({ status: 'guest' });
  });
});

describe('after a reload', () => {
  test('the session goes on', async () => {
    const { tab } = scene();
    await tab().signIn('p@example.com', 'right');
    const reloaded = tab();
    expect(reloaded.state.get()).toEqual({ status: 'unknown' });
    await reloaded.resume();
    expect(reloaded.state.get()).toEqual({ status: 'signed-in', person });
  });

  test('a refresh token that an earlier version stored is used once more, and stored no longer', async () => {
    const { tab, server } = scene();
    server.good.add('stored');
    localStorage.setItem('holdfast.session', JSON.stringify({ refreshToken: 'stored', owner: 'p' }));
    const session = tab();
    await session.resume();
    expect(session.state.get()).toEqual({ status: 'signed-in', person });
    expect(localStorage.getItem('holdfast.session')).toBe(JSON.stringify({ owner: 'p' }));
  });

  test('while the server is away, no person is signed out', async () => {
    const { tab, server } = scene();
    await tab().signIn('p@example.com', 'right');
    const reloaded = tab();
    server.away = true;
    await expect(reloaded.resume()).rejects.toThrow(NotReached);
    expect(reloaded.state.get()).toEqual({ status: 'unknown' });
    server.away = false;
    await reloaded.resume();
    expect(reloaded.state.get()).toMatchObject({ status: 'signed-in' });
  });

  test('a session that ended meanwhile leaves a guest', async () => {
    const { tab, server } = scene();
    await tab().signIn('p@example.com', 'right');
    server.good.clear();
    const reloaded = tab();
    await reloaded.resume();
    expect(reloaded.state.get()).toEqual({ status: 'guest' });
  });
});

describe('a token that is nearly over', () => {
  test('is exchanged once, however many ask for it', async () => {
    const { tab, server } = scene();
    const session = tab();
    await session.signIn('p@example.com', 'right');
    server.now += 14.8 * minuteMs;
    const tokens = await Promise.all([session.token(), session.token(), session.token()]);
    expect(new Set(tokens).size).toBe(1);
    expect(server.asked.filter((name) => name === 'RefreshSession')).toHaveLength(1);
  });

  test('leaves the person the same, so that nothing on the page starts again', async () => {
    const { tab, server } = scene();
    const session = tab();
    await session.signIn('p@example.com', 'right');
    const before = session.state.get();
    server.now += 15 * minuteMs;
    await session.token();
    expect(session.state.get()).toBe(before);
  });
});

test('a token that the server refuses is exchanged for the next', async () => {
  const { tab } = scene();
  const session = tab();
  await session.signIn('p@example.com', 'right');
  const first = await session.token();
  await session.refused(first ?? '');
  expect(await session.token()).not.toBe(first);
});

describe('a guest', () => {
  test('a guest has a session, which continues after a reload and a refresh', async () => {
    const { tab, server } = scene();
    const session = tab();
    await session.resume();
    expect((await session.startAsGuest())?.__typename).toBe('GuestSession');
    expect(session.state.get()).toEqual({ status: 'guest', guestId: 'g' });
    const first = await session.token();
    server.now += 15 * minuteMs;
    expect(await session.token()).not.toBe(first);
    const reloaded = tab();
    await reloaded.resume();
    expect(reloaded.state.get()).toEqual({ status: 'guest', guestId: 'g' });
    expect(await reloaded.startAsGuest()).toBeNull();
  });

  test('makes an account with the token of the session, so that the orders stay', async () => {
    const { tab, server } = scene();
    const session = tab();
    await session.resume();
    await session.startAsGuest();
    const asGuest = await session.token();
    await session.register('p@example.com', 'a long one', 'P');
    expect(server.registeredBy).toBe(asGuest);
    expect(session.state.get()).toEqual({ status: 'signed-in', person });
  });

  test('becomes a person in every tab when one tab signs in', async () => {
    const { tab } = scene();
    const [one, other] = [tab(), tab()];
    await one.resume();
    await one.startAsGuest();
    await other.resume();
    await one.signIn('p@example.com', 'right');
    window.dispatchEvent(new StorageEvent('storage', { key: 'holdfast.session' }));
    await other.token();
    expect(other.state.get()).toEqual({ status: 'signed-in', person });
  });
});

test('signing out ends the session at the server, also when the access token is over', async () => {
  const { tab, server } = scene();
  const session = tab();
  await session.signIn('p@example.com', 'right');
  const first = await session.token();
  server.now += 15 * minuteMs;
  await session.signOut();
  expect(server.ended).toHaveLength(1);
  expect(server.ended).not.toContain(first);
  expect(server.cookie).toBeNull();
  expect(session.state.get()).toEqual({ status: 'guest' });
});

test('signing out in one tab signs out the other', async () => {
  const { tab } = scene();
  const [one, other] = [tab(), tab()];
  await one.signIn('p@example.com', 'right');
  await other.resume();
  await one.signOut();
  // The message of a browser to the other tab.
  window.dispatchEvent(new StorageEvent('storage', { key: 'holdfast.session' }));
  expect(other.state.get()).toEqual({ status: 'guest' });
  expect(await other.token()).toBeNull();
});

test('the life of a token follows from the server’s clock alone', () => {
  expect(lifeMsOf(jwt(1, minuteMs))).toBe(minuteMs);
  expect(lifeMsOf('no token')).toBe(0);
});
