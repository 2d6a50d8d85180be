// The tokens that are accepted, and the time for which they are.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { accessTokenLifeMs, createAccessTokens, toleranceMs, type AccessTokens } from './access-tokens.js';

const secret = 'a secret of the spec that is long enough';
const another = 'another secret that is long enough too';

let environment: FakeEnvironment;
let tokens: AccessTokens;

beforeEach(async () => {
  environment = fakeEnvironment();
  tokens = await createAccessTokens([secret], environment.clock);
});

test('a token is accepted until a minute after its end, however often it was checked before', async () => {
  const { token, expiresAt } = await tokens.sign('ada', 'session');
  const claims = { accountId: 'ada', sessionId: 'session', expiresAt: Date.parse(expiresAt) };
  expect(await tokens.verify(token)).toEqual(claims);
  await environment.advance(accessTokenLifeMs + toleranceMs - 1000);
  expect(await tokens.verify(token)).toEqual(claims);
  await environment.advance(1000);
  expect(await tokens.verify(token)).toBeNull();
});

test('a token that was changed is refused, also when the original was checked before', async () => {
  const { token } = await tokens.sign('ada', 'session');
  await tokens.verify(token);
  const [header = '', , signature = ''] = token.split('.');
  const payload = Buffer.from(JSON.stringify({ sub: 'bob', sid: 'session' })).toString('base64url');
  expect(await tokens.verify(`${header}.${payload}.${signature}`)).toBeNull();
  expect(await tokens.verify(token.slice(0, -2))).toBeNull();
});

test('a token of another secret is refused', async () => {
  const others = await createAccessTokens([another], environment.clock);
  const { token } = await others.sign('ada', 'session');
  expect(await tokens.verify(token)).toBeNull();
});

test('a new token is accepted by a process whose clock is a minute behind, and not when it is further behind', async () => {
  const { token } = await tokens.sign('ada', 'session');
  environment.jump(-toleranceMs);
  const behind = await createAccessTokens([secret], environment.clock);
  expect(await behind.verify(token)).toMatchObject({ accountId: 'ada' });
  environment.jump(-1000);
  const further = await createAccessTokens([secret], environment.clock);
  expect(await further.verify(token)).toBeNull();
});

describe('a secret that replaces another', () => {
  test('signs new tokens, and tokens of the other are still accepted', async () => {
    const { token } = await tokens.sign('ada', 'session');
    const replaced = await createAccessTokens([another, secret], environment.clock);
    expect(await replaced.verify(token)).toMatchObject({ accountId: 'ada' });
    const { token: next } = await replaced.sign('ada', 'session');
    expect(await tokens.verify(next)).toBeNull();
    const alone = await createAccessTokens([another], environment.clock);
    expect(await alone.verify(next)).toMatchObject({ accountId: 'ada' });
    expect(await alone.verify(token)).toBeNull();
  });

  test.each([secret, another])('accepts tokens that name no key: of %s', async (signer) => {
    const replaced = await createAccessTokens([another, secret], environment.clock);
    expect(await replaced.verify(await signed({ alg: 'HS256' }, signer))).toMatchObject({ accountId: 'ada' });
  });

  test('refuses a token that names an unknown key, for any signing key', async () => {
    const token = await signed({ alg: 'HS256', kid: 'unknown' }, secret);
    expect(await tokens.verify(token)).toBeNull();
  });
});

test.each(['', 'x', 'a.b.c', '.', `${'x'.repeat(5000)}.y.z`])(
  'a malformed token is refused: %s',
  async (text) => {
    expect(await tokens.verify(text)).toBeNull();
  },
);

const signed = (header: { readonly alg: string; readonly kid?: string }, by: string): Promise<string> => {
  const seconds = Math.floor(environment.clock.now() / 1000);
  return new SignJWT({ sid: 'session' })
    .setProtectedHeader(header)
    .setSubject('ada')
    .setIssuer('holdfast')
    .setAudience('holdfast-api')
    .setNotBefore(seconds)
    .setExpirationTime(seconds + 60)
    .sign(new TextEncoder().encode(by));
};
