// The product behind its API, on a port of the loopback, with people signed in to it.
import { createApi, type Api, type NewPerson } from '@holdfast/api';
import type { Client } from './client-process.js';
import { openHoldfast, type Holdfast } from './holdfast.js';

export type Served = Holdfast & { readonly api: Api };

export async function openServed(folder: string): Promise<Served> {
  const market = await openHoldfast(folder);
  const unlimited = 1e12;
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (details: object, message: string) =>
      process.stderr.write(`${message} ${JSON.stringify(details)}\n`),
    error: (details: object, message: string) =>
      process.stderr.write(`${message} ${JSON.stringify(details)}\n`),
  };
  const api = await createApi({
    ...market.engine,
    logger,
    settings: {
      host: '127.0.0.1',
      port: 0,
      production: true,
      jwtSecret: 'a secret that only guards a benchmark',
      limits: { signInsPerAddress: unlimited, mutationsPerUser: unlimited },
    },
  });
  await api.listen();
  return {
    ...market,
    api,
    close: async () => {
      await api.close();
      await market.close();
    },
  };
}

type SignedIn = { readonly id: string; readonly token: string };

/** Registers people and signs them in. */
export async function signIn(
  { api }: Served,
  client: Client,
  people: readonly Omit<NewPerson, 'password'>[],
): Promise<readonly SignedIn[]> {
  const password = 'the password of everyone here';
  const mutation = `mutation ($email: String!, $password: String!) {
    login(email: $email, password: $password) { ... on Session { accessToken user { id email } } }
  }`;
  await Promise.all(people.map((person) => api.people.known.ensure({ ...person, password })));
  const requests = people.map(({ email }) => ({
    body: JSON.stringify({ query: mutation, variables: { email, password } }),
  }));
  const { answers } = await client.post({ url: api.url(), inFlight: 4, requests });
  const sessions = new Map<string, SignedIn>();
  for (const { body } of answers) {
    const { login } = dataOf<Login>(body);
    sessions.set(login.user.email, { id: login.user.id, token: login.accessToken });
  }
  return people.map(({ email }) => {
    const session = sessions.get(email);
    if (session === undefined) throw new Error(`${email} could not sign in`);
    return session;
  });
}

type Login = {
  readonly login: {
    readonly accessToken: string;
    readonly user: { readonly id: string; readonly email: string };
  };
};

/** @throws when the response has errors */
export function dataOf<T>(body: string): T {
  const { data, errors } = JSON.parse(body) as { readonly data?: T; readonly errors?: unknown };
  if (errors !== undefined || data === undefined) throw new Error(`the API returned ${body}`);
  return data;
}
