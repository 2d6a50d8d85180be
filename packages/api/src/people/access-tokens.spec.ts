// Whose token is taken, and for how long.
import { beforeEach, expect, test } from '@jest/globals';
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { accessTokenLifeMs, createAccessTokens, type AccessTokens } from './access-tokens.js';

let environment: FakeEnvironment;
let tokens: AccessTokens;

beforeEach(async () => {
  environment = fakeEnvironment();
  tokens = await createAccessTokens('a secret of the spec that is long enough', environment.clock);
});

test('a token says who it was signed for until its time is over, however often it was shown before', async () => {
  const { token, expiresAt } = await tokens.sign('ada', 'session');
  const claims = { accountId: 'ada', sessionId: 'session', expiresAt: Date.parse(expiresAt) };
  expect(await tokens.verify(token)).toEqual(claims);
  await environment.advance(accessTokenLifeMs - 1000);
  expect(await tokens.verify(token)).toEqual(claims);
  await environment.advance(1000);
  expect(await tokens.verify(token)).toBeNull();
});

test('a token that was changed is refused, also when the one it was made from was shown before', async () => {
  const { token } = await tokens.sign('ada', 'session');
  await tokens.verify(token);
  const [header = '', , signature = ''] = token.split('.');
  const payload = Buffer.from(JSON.stringify({ sub: 'bob', sid: 'session' })).toString('base64url');
  expect(await tokens.verify(`${header}.${payload}.${signature}`)).toBeNull();
  expect(await tokens.verify(token.slice(0, -2))).toBeNull();
});

test('a token of another secret is refused', async () => {
  const others = await createAccessTokens('another secret that is long enough too', environment.clock);
  const { token } = await others.sign('ada', 'session');
  expect(await tokens.verify(token)).toBeNull();
});
