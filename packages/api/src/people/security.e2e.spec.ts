// Credentials, sessions and access tokens, under attack.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { startRig, type Answer, type Rig } from '../test/rig.js';
import type { Fields } from '../test/selected.js';

const jwtSecret = 'a secret of the specs, 32 letters long';
let rig: Rig;

beforeAll(async () => {
  rig = await startRig({ production: true, limits: { failedSignInsPerAccount: 3 } });
});

afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const register = async (email: string, password: string) => {
  const { data } = await rig.ask(
    `mutation ($email: String!, $password: String!) {
      register(email: $email, password: $password, name: "Ada") {
        __typename
        ... on ValidationError { fields }
        ... on Session { accessToken refreshToken expiresAt user { email name roles } }
      }
    }`,
    { email, password },
  );
  return data.register;
};

const login = async (email: string, password: string) => {
  const { data } = await rig.ask(
    `mutation ($email: String!, $password: String!) {
      login(email: $email, password: $password) {
        __typename
        ... on ErrorResult { errorCode message retryable }
        ... on RateLimitedError { retryAfterMs }
      }
    }`,
    { email, password },
  );
  return data.login;
};

const refresh = async (refreshToken: string) => {
  const { data } = await rig.ask(
    `mutation ($token: String!) {
      refreshSession(refreshToken: $token) { __typename ... on Session { accessToken refreshToken } }
    }`,
    { token: refreshToken },
  );
  return data.refreshSession;
};

const whoIs = async (token: string) => (await rig.ask('{ me { id } }', {}, token)).data.me;

describe('registration', () => {
  test('returns a session with the role of a customer', async () => {
    expect(await register('Ada@Example.com', 'correct horse')).toMatchObject({
      __typename: 'Session',
      user: { email: 'ada@example.com', name: 'Ada', roles: ['CUSTOMER'] },
    });
  });

  test('of an e-mail that is taken is refused, however it is written', async () => {
    await register('taken@example.com', 'correct horse');
    expect(await register('TAKEN@example.com', 'correct horse')).toMatchObject({
      __typename: 'ValidationError',
      fields: ['email'],
    });
  });

  test.each([
    ['short', 'password'],
    ['x'.repeat(129), 'password'],
    ['Password123', 'password'],
  ])('with the password %s is refused', async (password, field) => {
    expect(await register('weak@example.com', password)).toEqual({
      __typename: 'ValidationError',
      fields: [field],
    });
  });

  test('with an invalid e-mail is refused', async () => {
    expect(await register('nobody', 'correct horse')).toMatchObject({ fields: ['email'] });
  });
});

describe('sign-in', () => {
  test('with an unknown e-mail looks like a wrong password', async () => {
    await register('known@example.com', 'correct horse');
    const unknown = await login('unknown@example.com', 'wrong horse');
    expect(await login('known@example.com', 'wrong horse')).toEqual(unknown);
    expect(unknown).toMatchObject({ errorCode: 'INVALID_CREDENTIALS', retryable: false });
  });

  test('is slowed down after a few failures, even when all come in one request', async () => {
    await register('guessed@example.com', 'correct horse');
    const attempts = [1, 2, 3, 4, 5].map(
      (n) => `try${n}: login(email: "guessed@example.com", password: "guess ${n} 123") { __typename }`,
    );
    const { data } = await rig.ask<Readonly<Record<string, Fields['login']>>>(
      `mutation { ${attempts.join('\n')} }`,
    );
    const names = Object.values(data).map((one) => one.__typename);
    expect(names.filter((name) => name === 'RateLimitedError')).toHaveLength(2);
    const limited = await login('guessed@example.com', 'correct horse');
    expect(limited).toMatchObject({ errorCode: 'RATE_LIMITED', retryable: true });
    expect(limited.retryAfterMs).toBeGreaterThan(0);
  });
});

describe('the limits of an address', () => {
  const signInFrom = async (url: string, forwardedFor: string): Promise<string> => {
    const query = `mutation { login(email: "no@example.com", password: "a wrong one") { __typename } }`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': forwardedFor },
      body: JSON.stringify({ query }),
    });
    const { data } = (await response.json()) as Answer;
    return data.login.__typename;
  };
  const refused = 'InvalidCredentialsError';

  test.each([
    ['count each client of a proxy that is trusted', ['loopback'], [refused, refused, 'RateLimitedError']],
    ['are not escaped by a forged header', [], [refused, 'RateLimitedError', 'RateLimitedError']],
  ])('%s', async (_, trustedProxies, answers) => {
    const other = await startRig({ trustedProxies, limits: { signInsPerAddress: 1 } });
    const given: string[] = [];
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.2'])
      given.push(await signInFrom(other.url, address));
    await other.stop();
    expect(given).toEqual(answers);
  });
});

describe('a session', () => {
  test('exchanges a refresh token for the next, and ends when a used one is presented again', async () => {
    const { refreshToken, accessToken } = await register('rotate@example.com', 'correct horse');
    const second = await refresh(refreshToken);
    expect(second).toMatchObject({ __typename: 'Session' });
    expect(second.refreshToken).not.toBe(refreshToken);
    const third = await refresh(second.refreshToken);
    expect(third).toMatchObject({ __typename: 'Session' });
    // No tab can still have the first token, so it was stolen.
    expect(await refresh(refreshToken)).toEqual({ __typename: 'InvalidCredentialsError' });
    expect(await refresh(third.refreshToken)).toEqual({ __typename: 'InvalidCredentialsError' });
    for (const one of [accessToken, second.accessToken, third.accessToken])
      expect(await whoIs(one)).toBeNull();
  });

  test('is not ended by a guess', async () => {
    const { refreshToken, accessToken } = await register('guess@example.com', 'correct horse');
    const [sessionId] = refreshToken.split('.');
    expect(await refresh(`${sessionId}.guess`)).toEqual({ __typename: 'InvalidCredentialsError' });
    expect(await whoIs(accessToken)).not.toBeNull();
  });

  test('ends on log-out, its access token too', async () => {
    const { accessToken } = await register('logout@example.com', 'correct horse');
    expect((await rig.ask('mutation { logout }', {}, accessToken)).data).toEqual({ logout: true });
    expect(await whoIs(accessToken)).toBeNull();
  });

  test('ends with a change of roles, and the next session has them', async () => {
    const { accessToken } = await register('promoted@example.com', 'correct horse');
    const refused = await rig.ask('{ projections { name } }', {}, accessToken);
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    await rig.api.people.known.ensure({
      email: 'promoted@example.com',
      password: 'correct horse',
      name: 'Ada',
      roles: ['OPERATOR'],
    });
    expect(await whoIs(accessToken)).toBeNull();
    const { data } = await rig.ask(
      `mutation { login(email: "promoted@example.com", password: "correct horse") { ... on Session { accessToken } } }`,
    );
    const again = await rig.ask('{ projections { name } }', {}, data.login.accessToken);
    expect(again.errors).toBeUndefined();
  });

  test('stores a profile, and refuses keys such as __proto__', async () => {
    const { accessToken } = await register('profile@example.com', 'correct horse');
    const change = (preferences: string) =>
      rig.ask<Fields | null>(
        `mutation ($preferences: JSON) { updateProfile(name: "Ada L.", preferences: $preferences) { name preferences } }`,
        { preferences: JSON.parse(preferences) as unknown },
        accessToken,
      );
    expect((await change('{"theme":"dark"}')).data?.updateProfile).toEqual({
      name: 'Ada L.',
      preferences: { theme: 'dark' },
    });
    for (const trap of [
      '{"__proto__":{}}',
      '{"a":{"constructor":1}}',
      '{"a":{"$gt":""}}',
      '{"a.b":1}',
      '[]',
    ]) {
      expect((await change(trap)).data?.updateProfile).toBeUndefined();
    }
    const literal = 'mutation { updateProfile(preferences: { a: { __proto__: { b: 1 } } }) { id } }';
    expect((await rig.ask(literal, {}, accessToken)).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    const deep = `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`;
    expect((await change(deep)).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect((await rig.ask('{ me { preferences } }', {}, accessToken)).data.me.preferences).toEqual({
      theme: 'dark',
    });
  });
});

describe('an access token', () => {
  const claims = { sid: 's' };
  const signed = (header: { alg: string }, change: (jwt: SignJWT) => SignJWT, secret = jwtSecret) =>
    change(
      new SignJWT(claims)
        .setProtectedHeader(header)
        .setSubject('a')
        .setIssuer('holdfast')
        .setAudience('holdfast-api')
        .setNotBefore('0s')
        .setExpirationTime('5m'),
    ).sign(new TextEncoder().encode(secret));

  test.each([
    ['of another key', () => signed({ alg: 'HS256' }, (jwt) => jwt, 'another secret that has 32 letters')],
    ['of another algorithm', () => signed({ alg: 'HS512' }, (jwt) => jwt)],
    ['of another issuer', () => signed({ alg: 'HS256' }, (jwt) => jwt.setIssuer('other'))],
    ['for another audience', () => signed({ alg: 'HS256' }, (jwt) => jwt.setAudience('other'))],
    ['that is too old', () => signed({ alg: 'HS256' }, (jwt) => jwt.setExpirationTime(1))],
    ['that is not valid yet', () => signed({ alg: 'HS256' }, (jwt) => jwt.setNotBefore('1h'))],
    ['of a session that never was', () => signed({ alg: 'HS256' }, (jwt) => jwt)],
    [
      'without a signature',
      () => Promise.resolve('eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwic2lkIjoicyIsImV4cCI6OTk5OTk5OTk5OX0.'),
    ],
  ])('%s is nobody’s', async (_what, make) => {
    expect(await whoIs(await make())).toBeNull();
  });
});
