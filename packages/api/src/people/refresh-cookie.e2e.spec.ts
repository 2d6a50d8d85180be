// A browser's refresh token in a cookie: scripts can't read it, other sites can't use it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer } from '../test/rig.js';
import { startRig, type Rig } from '../test/rig.js';

let rig: Rig;
let people = 0;

beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const password = 'a long enough secret';
const session = '__typename ... on Session { accessToken refreshToken user { email } }';
const guest = '... on GuestSession { accessToken refreshToken guestId }';
const refreshing = `mutation { refreshSession { ${session} ${guest} } }`;

type Asked = {
  readonly cookie?: string | null;
  readonly token?: string;
  readonly headers?: object;
  readonly at?: string;
};

/** Sends a request like a browser that asks for the cookie; `headers` replaces its headers. */
async function ask(
  query: string,
  { cookie, token, headers = { 'x-holdfast-refresh': 'cookie' }, at }: Asked = {},
) {
  const response = await fetch(at ?? rig.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...headers,
      ...(typeof cookie === 'string' && { cookie: `other=1; ${cookie}; more=2` }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as Answer;
  const set = response.headers.get('set-cookie');
  return { data, set, cookie: set?.split(';')[0] ?? null };
}

const registering = (): string => {
  people += 1;
  return `mutation { register(email: "cookie${people}@example.com", password: "${password}", name: "Ada") { ${session} } }`;
};

describe('a browser that asks for the cookie', () => {
  test('gets its refresh token where no script can read it', async () => {
    const { data, set, cookie } = await ask(registering());
    expect(data.register).toMatchObject({ __typename: 'Session', refreshToken: '' });
    expect(set?.split('; ').slice(1)).toEqual([
      ...['Path=/graphql', 'Max-Age=2592000', 'HttpOnly', 'SameSite=Strict'],
    ]);
    expect(cookie).toMatch(/^holdfast-refresh=[\w-]+\.[\w-]+$/);
  });

  test('goes on with it, once for each token, and keeps the next', async () => {
    const registered = await ask(registering());
    const first = await ask(refreshing, { cookie: registered.cookie });
    expect(first.data.refreshSession).toMatchObject({ __typename: 'Session', refreshToken: '' });
    expect(first.cookie).not.toBe(registered.cookie);
    const second = await ask(refreshing, { cookie: first.cookie });
    expect(second.data.refreshSession.__typename).toBe('Session');
  });

  test('has it too when it signs in, changes the password, or is a guest', async () => {
    const { data } = await ask(registering());
    const { email } = data.register.user;
    const signedIn = await ask(
      `mutation { login(email: "${email}", password: "${password}") { ${session} } }`,
    );
    expect([signedIn.data.login.refreshToken, signedIn.cookie]).toEqual(['', expect.any(String)]);
    const changed = await ask(
      `mutation { changePassword(currentPassword: "${password}", newPassword: "another long secret") { ${session} } }`,
      { token: signedIn.data.login.accessToken },
    );
    expect([changed.data.changePassword.refreshToken, changed.cookie]).toEqual(['', expect.any(String)]);
    const admitted = await ask(`mutation { startGuestSession { ${guest} } }`);
    expect(admitted.data.startGuestSession.refreshToken).toBe('');
    const again = await ask(refreshing, { cookie: admitted.cookie });
    expect(again.data.refreshSession.guestId).toBe(admitted.data.startGuestSession.guestId);
  });

  test('may send a token that it stored itself before', async () => {
    const { refreshToken } = await rig.customer();
    const { data, cookie } = await ask(
      `mutation { refreshSession(refreshToken: "${refreshToken}") { ${session} } }`,
    );
    expect([data.refreshSession.refreshToken, cookie]).toEqual(['', expect.any(String)]);
  });

  test('forgets it when it signs out, and when it is no longer valid', async () => {
    const { data, cookie } = await ask(registering());
    const out = await ask('mutation { logout }', { token: data.register.accessToken, cookie });
    expect(out.set).toMatch(/^holdfast-refresh=; Path=\/graphql; Max-Age=0; /);
    const late = await ask(refreshing, { cookie });
    expect(late.data.refreshSession.__typename).toBe('InvalidCredentialsError');
    expect(late.set).toMatch(/^holdfast-refresh=; /);
  });

  test('sends it over HTTPS only, in production', async () => {
    const production = await rig.open({ production: true, freeDeposits: false });
    const { set } = await ask(registering(), { at: production.url() });
    expect(set).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
  });
});

describe('a request that does not ask for the cookie', () => {
  test.each([{}, { 'x-holdfast-refresh': 'yes' }])('gets its token in the result: %j', async (headers) => {
    const { data, set } = await ask(registering(), { headers });
    expect([data.register.refreshToken, set]).toEqual([expect.stringMatching(/^[\w-]+\.[\w-]+$/), null]);
  });

  test('can’t refresh with it: another site can send the cookie, but not the header', async () => {
    const { cookie } = await ask(registering());
    const forged = await ask(refreshing, { cookie, headers: { origin: 'https://elsewhere.example' } });
    expect(forged.data.refreshSession.__typename).toBe('InvalidCredentialsError');
    expect(forged.set).toBeNull();
    // The token is still valid.
    expect((await ask(refreshing, { cookie })).data.refreshSession.__typename).toBe('Session');
  });

  test('of another site may not send the header', async () => {
    const asked = await fetch(rig.url, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://elsewhere.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-holdfast-refresh,content-type',
      },
    });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    expect(asked.headers.get('access-control-allow-headers')).toBeNull();
  });
});

test('without a token and without a cookie nothing is refreshed', async () => {
  const { data, set } = await ask(refreshing);
  expect([data.refreshSession.__typename, set]).toEqual([
    'InvalidCredentialsError',
    // a browser without a session
    null,
  ]);
});
