// The whole product for specs: the API on embedded stores in a folder of its own, with a checkout that runs.
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return --
   an answer has the shape of its query */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { aggregates as accountAggregates, type Role } from '@holdfast/accounts';
import { createCheckout, intervention } from '@holdfast/checkout';
import { openEmbeddedEventStore, type EventStore } from '@holdfast/event-store';
import { stock } from '@holdfast/inventory';
import { order } from '@holdfast/ordering';
import { projections } from '@holdfast/projections';
import { openEmbeddedReadStore, type ReadStore } from '@holdfast/read-store';
import {
  createCommandHandler,
  createParkedEvents,
  nodeEnvironment,
  startFeed,
  startProcess,
  startProjections,
  type CommandHandler,
} from '@holdfast/runtime';
import { wallet } from '@holdfast/wallet';
import { createApi, type Api, type ApiSettings } from '../index.js';
import type { LiveSource } from '../live/live.js';

export type Answer = {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- an answer has the shape of its query
  readonly data: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly correlationId?: string } & Record<string, unknown>;
  }[];
};

export type Rig = {
  readonly api: Api;
  readonly store: EventStore;
  readonly commands: CommandHandler;
  /** another API on the same stores, as if in another process; ends with the rig */
  open(settings: Partial<ApiSettings>): Promise<Api>;
  /** what live updates are made of */
  readonly source: LiveSource;
  readonly url: string;
  /** of the API's logger, at level error */
  readonly errors: unknown[];
  /** asks with this token, at this URL when it is not the rig's own */
  ask(query: string, variables?: object, token?: string, at?: string): Promise<Answer>;
  /** registers a new customer and answers their access token */
  customer(): Promise<{ readonly id: string; readonly token: string; readonly refreshToken: string }>;
  /** signs in someone with these roles */
  staff(...roles: readonly Role[]): Promise<string>;
  stop(): Promise<void>;
};

const password = 'a long enough secret';

/** What stands between the program and its stores; nothing unless given. */
export type Between = {
  store?(this: void, store: EventStore): EventStore;
  readStore?(this: void, store: ReadStore): ReadStore;
};

export async function startRig(settings: Partial<ApiSettings> = {}, between: Between = {}): Promise<Rig> {
  const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-api-'));
  const environment = nodeEnvironment();
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const log = await openEmbeddedEventStore({
    directory: path.join(directory, 'log'),
    environment,
    onFatal: onError,
  });
  const store = between.store?.(log) ?? log;
  const documents = await openEmbeddedReadStore({ directory: path.join(directory, 'read-models') });
  const readStore = between.readStore?.(documents) ?? documents;
  const aggregates = [order, stock, wallet, intervention, ...accountAggregates];
  const commands = createCommandHandler({ store, environment, aggregates });
  const running = await startProjections({ store, readStore, projections, environment, onError });
  const live = await startFeed(store, environment, onError, commands.learn);
  const checkout = await startProcess({
    store,
    readStore,
    commands,
    process: createCheckout({ reservationTtlMs: 60_000, paymentTimeoutMs: 60_000 }),
    environment,
    onError,
  });
  const dependencies = {
    store,
    commands,
    projections: running,
    parked: createParkedEvents(store, [checkout.consumer, ...running.consumers]),
    feed: live.feed,
    environment,
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (details: unknown) => errors.push(details),
    },
  };
  const defaults = {
    host: '127.0.0.1',
    port: 0,
    jwtSecret: 'a secret of the specs, 32 letters long',
    production: false,
  };
  const opened: Api[] = [];
  const open = async (own: Partial<ApiSettings>): Promise<Api> => {
    const another = await createApi({ ...dependencies, settings: { ...defaults, ...settings, ...own } });
    await another.listen();
    opened.push(another);
    return another;
  };
  const api = await open({});
  const url = api.url();

  const ask = async (query: string, variables: object = {}, token?: string, at = url): Promise<Answer> => {
    const response = await fetch(at, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  };

  let people = 0;
  return {
    api,
    store,
    commands,
    source: { store, feed: live.feed, projections: running },
    url,
    errors,
    ask,
    async customer() {
      people += 1;
      const { data } = await ask(
        `mutation ($email: String!, $password: String!) {
          register(email: $email, password: $password, name: "Customer") {
            ... on Session { accessToken refreshToken user { id } }
          }
        }`,
        { email: `customer${people}@example.com`, password },
      );
      const { accessToken, refreshToken, user } = data.register;
      return { id: user.id, token: accessToken, refreshToken };
    },
    async staff(...roles) {
      people += 1;
      const email = `staff${people}@example.com`;
      await api.people.ensure({ email, password, name: 'Staff', roles });
      const { data } = await ask(
        `mutation ($email: String!, $password: String!) {
          login(email: $email, password: $password) { ... on Session { accessToken } }
        }`,
        { email, password },
      );
      return data.login.accessToken;
    },
    open,
    async stop() {
      for (const one of opened) await one.close();
      await checkout.stop();
      await running.stop();
      await live.stop();
      await store.close();
      await readStore.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
