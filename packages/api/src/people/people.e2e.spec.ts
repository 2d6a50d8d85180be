// Accounts and sessions: random ids, one account for each address, and the events that end a session.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { emailCategory, type Role } from '@holdfast/accounts';
import { StoreUnavailable, type EventStore } from '@holdfast/event-store';
import { streamId } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { hash } from '@node-rs/argon2';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { unkeyedAccountIdOf } from '../commands/derivations.js';
import { hashParameters } from './passwords.js';
import { startRig, type Rig } from '../test/rig.js';
import type { ChangePasswordResult, LoginResult, RegisterResult } from '../test/schema.types.js';
import type { Selected } from '../test/selected.js';

let rig: Rig;
/** while set, appends to these streams are refused, as when the process ends before them */
let closedTo = '';
const clients: Client[] = [];
const password = 'a long enough secret';

const closable = (store: EventStore): EventStore => ({
  append: (stream, events, expected) =>
    closedTo !== '' && stream.startsWith(closedTo)
      ? Promise.reject(new StoreUnavailable('closed by the spec'))
      : store.append(stream, events, expected),
  synced: (position) => store.synced(position),
  readStream: (stream, options) => store.readStream(stream, options),
  readAll: (options) => store.readAll(options),
  subscribeAll: (options) => store.subscribeAll(options),
  end: () => store.end(),
  close: () => store.close(),
});

beforeAll(async () => {
  rig = await startRig({}, { store: closable });
});

afterAll(async () => {
  for (const client of clients) await client.dispose();
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const session = `{ __typename ... on ErrorResult { errorCode }
  ... on Session { accessToken refreshToken user { id email roles } } }`;

type Given = Selected<RegisterResult | LoginResult | ChangePasswordResult>;
const ask = async (mutation: string, variables: object, token?: string, at?: string): Promise<Given> => {
  const { data } = await rig.ask<Readonly<Record<string, Given>> | null>(mutation, variables, token, at);
  return Object.values(data ?? {})[0] as Given;
};
const register = (email: string, secret = password, at?: string) =>
  ask(
    `mutation ($email: String!, $secret: String!) { register(email: $email, password: $secret, name: "Ada") ${session} }`,
    { email, secret },
    undefined,
    at,
  );
const login = (email: string, secret = password, at?: string) =>
  ask(
    `mutation ($email: String!, $secret: String!) { login(email: $email, password: $secret) ${session} }`,
    { email, secret },
    undefined,
    at,
  );
const refresh = (token: string) =>
  ask(`mutation ($token: String!) { refreshSession(refreshToken: $token) ${session} }`, { token });
const changePassword = (token: string, present: string, next: string) =>
  ask(
    `mutation ($present: String!, $next: String!) { changePassword(currentPassword: $present, newPassword: $next) ${session} }`,
    { present, next },
    token,
  );
const setRoles = (token: string, userId: string, roles: readonly string[], reason = 'joined the team') =>
  rig.ask(
    `mutation ($userId: ID!, $roles: [Role!]!, $reason: String!) {
      setRoles(userId: $userId, roles: $roles, reason: $reason) { id roles }
    }`,
    { userId, roles, reason },
    token,
  );
const me = async (token: string, at?: string) =>
  (await rig.ask('{ me { id roles } }', {}, token, at)).data.me;

/** A socket with a subscription that has delivered a message, and the code of its close. */
async function openSocket(token: string, at = rig.url): Promise<readonly unknown[]> {
  const client = createClient({
    url: at.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  clients.push(client);
  const messages: unknown[] = [];
  const problems: unknown[] = [];
  client.subscribe(
    { query: 'subscription { walletUpdated { cursor } }' },
    {
      next: (message) => messages.push(message),
      error: (error) => problems.push(error),
      complete: () => undefined,
    },
  );
  await eventually(() => {
    expect(messages).toHaveLength(1);
  });
  return problems;
}
const isClosed = (problems: readonly unknown[]) =>
  eventually(() => {
    expect(problems).toMatchObject([{ code: 4403 }]);
  });

const registrationsOf = async (email: string) =>
  (await rig.store.readAll({})).filter(
    ({ type, data }) => type === 'AccountRegistered' && (data as { email?: string }).email === email,
  );

/** Registers as earlier versions did: without a claim, under an id that is derived from the address. */
async function registerAsBefore(email: string, secret: string, roles: readonly Role[]): Promise<string> {
  const accountId = unkeyedAccountIdOf(email);
  const passwordHash = await hash(secret, hashParameters);
  const context = { commandId: email, correlationId: email, causationId: email, actor: 'system' };
  const data = { accountId, email, name: 'Ada', passwordHash, roles };
  const outcome = await rig.commands.handle({ type: 'Register', data }, context);
  expect(outcome.ok).toBe(true);
  return accountId;
}

describe('an account', () => {
  test('has an id that is not derived from its address, and neither is anything else in the log', async () => {
    const email = 'ids@example.com';
    const { user } = await register(email);
    const events = await rig.store.readAll({});
    const claims = events.filter(({ stream }) => stream.startsWith(`${emailCategory}-`));
    expect(claims.map(({ data }) => data)).toContainEqual({ accountId: user.id });
    expect(JSON.stringify(claims)).not.toContain('ids@');
    expect(JSON.stringify(events)).not.toContain(unkeyedAccountIdOf(email));
  });

  test('is one when its address is registered ten times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => register('Race@example.com', `${password} ${n}`)),
    );
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
      'Session',
      ...Array.from({ length: 9 }, () => 'ValidationError'),
    ]);
    expect(await registrationsOf('race@example.com')).toHaveLength(1);
  });

  test('is registered by the next try when the first one ended between the claim and the account', async () => {
    const email = 'crash@example.com';
    closedTo = 'account-';
    expect(await register(email)).toBeUndefined();
    closedTo = '';
    expect(await login(email)).toMatchObject({ errorCode: 'INVALID_CREDENTIALS' });
    const { user } = await register(email, `${password} 2`);
    expect((await login(email, `${password} 2`)).user.id).toBe(user.id);
    expect(await register(email)).toMatchObject({ __typename: 'ValidationError' });
    expect(await registrationsOf(email)).toHaveLength(1);
  });

  test('that was registered before addresses were claimed signs in, and its address stays taken', async () => {
    const email = 'before@example.com';
    const accountId = await registerAsBefore(email, password, ['CUSTOMER']);
    expect((await login(email)).user.id).toBe(accountId);
    expect(await register(email)).toMatchObject({ __typename: 'ValidationError' });
    await rig.api.people.known.ensure({ email, password, name: 'Ada', roles: ['CUSTOMER'] });
    expect(await registrationsOf(email)).toHaveLength(1);
  });

  test('whose hash is of a password that was not normalised signs in, from then on in either Unicode form', async () => {
    const email = 'decomposed@example.com';
    await registerAsBefore(email, 'cafe\u0301 au lait', ['CUSTOMER']);
    expect(await login(email, 'cafe\u0301 au lait')).toMatchObject({ __typename: 'Session' });
    expect(await login(email, 'caf\u00e9 au lait')).toMatchObject({ __typename: 'Session' });
  });

  test.each([65, 128])(
    'can be registered with a password of %i emoji, and signs in with it',
    async (length) => {
      const email = `emoji${length}@example.com`;
      expect(await register(email, '🔑'.repeat(length))).toMatchObject({ __typename: 'Session' });
      expect(await login(email, '🔑'.repeat(length))).toMatchObject({ __typename: 'Session' });
    },
  );
});

describe('another key of the e-mail addresses', () => {
  test('finds every account of before, where no other process has the log', async () => {
    const { user } = await register('rekeyed@example.com');
    const another = await rig.open({ emailKey: 'another key that is long enough' });
    expect((await login('rekeyed@example.com', password, another.url())).user.id).toBe(user.id);
    const again = await register('rekeyed@example.com', password, another.url());
    expect(again).toMatchObject({ __typename: 'ValidationError' });
    // back, for the other tests
    await rig.open({});
  });

  test('is refused where other processes register people in the log', async () => {
    const opening = rig.open({ emailKey: 'another key that is long enough', sharesLog: true });
    await expect(opening).rejects.toThrow('people were registered in this log under another key');
  });
});

describe('a session', () => {
  test('ends with a new password, in every place and on open sockets, and one is started in its place', async () => {
    const email = 'changes@example.com';
    const [first, second] = [await register(email), await login(email)];
    const problems = await openSocket(second.accessToken);
    const next = 'another long secret';
    const { accessToken } = await changePassword(first.accessToken, password, next);
    for (const one of [first, second]) {
      expect(await me(one.accessToken)).toBeNull();
      expect(await refresh(one.refreshToken)).toMatchObject({ errorCode: 'INVALID_CREDENTIALS' });
    }
    expect(await me(accessToken)).toMatchObject({ id: first.user.id });
    await isClosed(problems);
    expect(await login(email, password)).toMatchObject({ errorCode: 'INVALID_CREDENTIALS' });
    expect(await login(email, next)).toMatchObject({ __typename: 'Session' });
  });

  test('goes on when the present password is wrong, or the new one too short', async () => {
    const { accessToken } = await register('keeps@example.com');
    const wrong = await changePassword(accessToken, 'not my password', 'another long secret');
    expect(wrong).toMatchObject({ errorCode: 'INVALID_CREDENTIALS' });
    const short = await changePassword(accessToken, password, 'short');
    expect(short).toMatchObject({ __typename: 'ValidationError' });
    expect(await me(accessToken)).not.toBeNull();
  });

  test('ends with new roles, on sockets of other processes too', async () => {
    const admin = await rig.staff('ADMIN');
    const { accessToken, user } = await register('promoted-people@example.com');
    const other = await rig.open({});
    const problems = [await openSocket(accessToken), await openSocket(accessToken, other.url())];
    const { data } = await setRoles(admin, user.id, ['CUSTOMER', 'SUPPORT']);
    expect(data.setRoles).toEqual({ id: user.id, roles: ['CUSTOMER', 'SUPPORT'] });
    expect(await me(accessToken)).toBeNull();
    for (const closed of problems) await isClosed(closed);
    const again = await login('promoted-people@example.com');
    expect(again.user.roles).toEqual(['CUSTOMER', 'SUPPORT']);
    const changed = (await rig.store.readAll({})).filter(({ type }) => type === 'RolesChanged').at(-1);
    expect(changed).toMatchObject({
      data: { reason: 'joined the team' },
      metadata: { actor: expect.stringMatching(/^staff:/) },
    });
  });

  test('stays with both of two tabs that renew it at once', async () => {
    const { refreshToken } = await register('tabs@example.com');
    const [one, two] = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    expect(one).toMatchObject({ __typename: 'Session' });
    expect(two.refreshToken).toBe(one.refreshToken);
    for (const tab of [one, two]) expect(await me(tab.accessToken)).not.toBeNull();
    expect(await refresh(one.refreshToken)).toMatchObject({ __typename: 'Session' });
  });
});

describe('changing roles', () => {
  test.each([
    ['of nobody', 'nobody', ['SUPPORT'], 'joined', 'NOT_FOUND'],
    ['to none', null, [], 'left', 'BAD_USER_INPUT'],
    ['without a reason', null, ['SUPPORT'], ' ', 'BAD_USER_INPUT'],
  ])('%s is refused', async (_, userId, roles, reason, code) => {
    const admin = await rig.staff('ADMIN');
    const { errors } = await setRoles(admin, userId ?? (await rig.customer()).id, roles, reason);
    expect(errors?.[0]?.extensions.code).toBe(code);
  });

  test('is for administrators', async () => {
    const support = await rig.staff('SUPPORT', 'OPERATOR');
    const { errors } = await setRoles(support, (await rig.customer()).id, ['ADMIN']);
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('the last administrator', () => {
  const administrator = async () => {
    const token = await rig.staff('ADMIN');
    return { token, id: (await rig.ask('{ me { id } }', {}, token)).data.me.id };
  };
  /** Takes the role from every administrator but this one. */
  const leaveAlone = async (token: string, id: string): Promise<void> => {
    const page = await rig.store.readAll({ filter: { streamPrefixes: ['account-'] } });
    const others = new Set(page.map(({ stream }) => streamId(stream)).filter((other) => other !== id));
    for (const other of others) {
      const user = await rig.api.people.user(other);
      if (user?.roles.includes('ADMIN') === true) await setRoles(token, other, ['CUSTOMER']);
    }
  };

  test('stays one, until there is another', async () => {
    const { token, id } = await administrator();
    await leaveAlone(token, id);
    const refused = await setRoles(token, id, ['CUSTOMER']);
    expect(refused.errors?.[0]?.extensions.code).toBe('LAST_ADMIN');
    expect(await me(token)).toEqual({ id, roles: ['ADMIN'] });
    await administrator();
    const { data } = await setRoles(token, id, ['CUSTOMER']);
    expect(data.setRoles).toEqual({ id, roles: ['CUSTOMER'] });
  });

  test('when two remove each other at once, one stays', async () => {
    const [one, two] = [await administrator(), await administrator()];
    await leaveAlone(one.token, one.id);
    const again = await administrator();
    await Promise.all([
      setRoles(one.token, again.id, ['CUSTOMER']),
      setRoles(again.token, one.id, ['CUSTOMER']),
    ]);
    const left = await Promise.all([one, two, again].map(({ id }) => rig.api.people.user(id)));
    expect(left.filter((user) => user?.roles.includes('ADMIN') === true)).toHaveLength(1);
  });
});

describe('the administrator of the settings', () => {
  test('is not the person that registered the address first: that person loses the account', async () => {
    const email = 'root@example.com';
    const stranger = await register(email, 'the password of a stranger');
    const problems = await openSocket(stranger.accessToken);
    const roles = ['ADMIN'] as const;
    await rig.api.people.known.ensure({ email, password: 'the one of the settings', name: 'Root', roles });
    expect(await me(stranger.accessToken)).toBeNull();
    expect(await refresh(stranger.refreshToken)).toMatchObject({ errorCode: 'INVALID_CREDENTIALS' });
    expect(await login(email, 'the password of a stranger')).toMatchObject({
      errorCode: 'INVALID_CREDENTIALS',
    });
    await isClosed(problems);
    const root = await login(email, 'the one of the settings');
    expect(root.user.roles).toEqual(['ADMIN']);
    // and stays signed in when the program starts again
    await rig.api.people.known.ensure({ email, password: 'the one of the settings', name: 'Root', roles });
    expect(await me(root.accessToken)).not.toBeNull();
  });
});

describe('passwords that come ten times as fast as they can be hashed', () => {
  test('are refused soon with the time to wait, and do not count as failed sign-ins of the owner', async () => {
    const other = await rig.open({ limits: { failedSignInsPerAccount: 1_000 } });
    await register('busy@example.com');
    const answers: readonly (Given | undefined)[] = await Promise.all(
      Array.from({ length: 1_000 }, () =>
        ask(
          `mutation { login(email: "busy@example.com", password: "a guess of many") {
            __typename ... on RateLimitedError { retryAfterMs } } }`,
          {},
          undefined,
          other.url(),
        ),
      ),
    );
    const refused = answers.flatMap((answer) => (answer?.__typename === 'RateLimitedError' ? [answer] : []));
    expect(refused.length).toBeGreaterThan(0);
    for (const { retryAfterMs } of refused) expect(retryAfterMs).toBeGreaterThan(0);
    expect(await login('busy@example.com')).toMatchObject({ __typename: 'Session' });
  }, 60_000);
});
