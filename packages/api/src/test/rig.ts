// The whole product for specs: the API on embedded stores in a folder of its own, with a checkout that runs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { aggregates as accountAggregates, type Role } from '@holdfast/accounts';
import { createCheckout, intervention, type OrderCheck } from '@holdfast/checkout';
import { createInventoryPolicy, createOrderingPolicy, createPaymentPolicy } from '@holdfast/choreography';
import { fulfilment, fulfilmentRequests } from '@holdfast/fulfilment';
import { openEmbeddedEventStore, type EventStore } from '@holdfast/event-store';
import { allocation, stock } from '@holdfast/inventory';
import { aggregates as orderingAggregates, reminder } from '@holdfast/ordering';
import { payment } from '@holdfast/payments';
import { projections } from '@holdfast/projections';
import { openEmbeddedReadStore, type ReadStore } from '@holdfast/read-store';
import {
  createCommandHandler,
  createParkedEvents,
  nodeEnvironment,
  startFeed,
  startProcess,
  startProjections,
  startReactor,
  type CommandHandler,
} from '@holdfast/runtime';
import { aggregates as shippingAggregates } from '@holdfast/shipping';
import { eventually } from '@holdfast/testing';
import { wallet } from '@holdfast/wallet';
import type { Cards } from '../payments/cards.js';
import { createApi, type Api, type ApiSettings } from '../index.js';
import { bulkRuns } from '../operations/parked/bulk-runs.js';
import type { AnyProcess } from '../operations/what-if/fork.js';
import type { LiveSource } from '../live/live-update.js';
import { labels } from './labels.js';
import type { Fields } from './selected.js';

/** `data` has the schema's fields; where a query has aliases, its own. */
export type Answer<Data = Fields> = {
  readonly data: Data;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly correlationId?: string } & Record<string, unknown>;
  }[];
};

export type Rig = {
  readonly api: Api;
  readonly store: EventStore;
  readonly commands: CommandHandler;
  /** Opens another API on the same stores, as if in another process; it ends with the rig. */
  open(settings: Partial<ApiSettings>): Promise<Api>;
  /** The source of live updates. */
  readonly source: LiveSource;
  readonly url: string;
  /** Lines of the API's logger at level error. */
  readonly errors: unknown[];
  /** Sends a query with this token, at this URL when it is not the rig's own. */
  ask<Data = Fields>(query: string, variables?: object, token?: string, at?: string): Promise<Answer<Data>>;
  /** Registers a new customer. */
  customer(): Promise<{ readonly id: string; readonly token: string; readonly refreshToken: string }>;
  /** Signs in a person with these roles; returns the access token. */
  staff(...roles: readonly Role[]): Promise<string>;
  stop(): Promise<void>;
};

const password = 'a long enough secret';

/** Cards of a gateway that never responds: orders wait for their payment. */
export const silentCards: Cards = {
  receiveWebhook: () => Promise.resolve({ outcome: 'refused', message: 'no gateway' }),
  lookAgain: () => Promise.resolve(),
  books: () => Promise.resolve({ kind: 'unavailable', reason: 'no gateway' }),
  gateways: [],
};

/** Parts that a spec puts between the API and the stores, and the check of orders; none unless given. */
export type Between = {
  /** no cards are taken unless given */
  readonly cards?: Cards;
  store?(this: void, store: EventStore): EventStore;
  readStore?(this: void, store: ReadStore): ReadStore;
  /** process managers besides those of the product */
  readonly processes?: readonly AnyProcess[];
  /** called for every paid order */
  readonly check?: OrderCheck;
  /** Divides the waits between the attempts of a checkout's step; 1 unless given. */
  readonly haste?: number;
};

export async function startRig(settings: Partial<ApiSettings> = {}, between: Between = {}): Promise<Rig> {
  const errors: unknown[] = [];
  const { dependencies, source, stop } = await startShop(between, errors);
  const opened: Api[] = [];
  const open = async (own: Partial<ApiSettings>): Promise<Api> => {
    const another = await createApi({ ...dependencies, settings: { ...defaults, ...settings, ...own } });
    await another.listen();
    opened.push(another);
    return another;
  };
  const api = await open({});
  const url = api.url();
  const ask: Rig['ask'] = (query, variables = {}, token, at = url) => post(at, query, variables, token);
  return {
    api,
    store: dependencies.store,
    commands: dependencies.commands,
    source,
    url,
    errors,
    ask,
    ...peopleOf(api, ask),
    open,
    async stop() {
      for (const one of opened) await one.close();
      await stop();
    },
  };
}

const defaults = {
  host: '127.0.0.1',
  port: 0,
  jwtSecret: 'a secret of the specs, 32 letters long',
  production: false,
};

/** All of the product but the API, on stores in a folder of its own. */
async function startShop(between: Between, errors: unknown[]) {
  const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-api-'));
  const environment = nodeEnvironment();
  const onError = (error: unknown): void => void errors.push(error);
  const log = await openEmbeddedEventStore({
    directory: path.join(directory, 'log'),
    environment,
    onFatal: onError,
  });
  const store = between.store?.(log) ?? log;
  const documents = await openEmbeddedReadStore({ directory: path.join(directory, 'read-models') });
  const readStore = between.readStore?.(documents) ?? documents;
  const aggregates = [
    ...orderingAggregates,
    ...shippingAggregates,
    ...[stock, allocation, wallet, bulkRuns, intervention, fulfilmentRequests, payment],
    ...accountAggregates,
  ];
  const commands = createCommandHandler({ store, environment, aggregates });
  const running = await startProjections({ store, readStore, projections, environment, onError });
  const live = await startFeed(store, environment, onError, commands.learn);
  const parts = { store, readStore, commands, environment, onError };
  const settings = {
    ...{ reservationTtlMs: 60_000, paymentTimeoutMs: 60_000 },
    ...(between.check !== undefined && { check: between.check }),
  };
  const managers = [
    hastened(createCheckout(settings), between.haste),
    createInventoryPolicy(),
    createPaymentPolicy(settings),
    createOrderingPolicy(settings),
    fulfilment,
    reminder,
    ...(between.processes ?? []),
  ] as unknown as readonly AnyProcess[];
  const workers = [
    ...(await Promise.all(managers.map((manager) => startProcess({ ...parts, process: manager })))),
    await startReactor({ ...parts, reactor: labels }),
  ];
  const dependencies = {
    store,
    commands,
    projections: running,
    parked: createParkedEvents(store, [...workers.map(({ consumer }) => consumer), ...running.consumers]),
    feed: live.feed,
    environment,
    cards: between.cards ?? null,
    managers,
    logger: loggerInto(errors),
  };
  return {
    dependencies,
    source: { store, feed: live.feed, projections: running },
    async stop() {
      for (const worker of workers) await worker.stop();
      await running.stop();
      await live.stop();
      await store.close();
      await readStore.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The process manager, with waits between attempts that are shorter by this factor. */
function hastened(manager: ReturnType<typeof createCheckout>, haste = 1): typeof manager {
  const { retryPolicy } = manager;
  if (retryPolicy === undefined) return manager;
  return {
    ...manager,
    retryPolicy(step) {
      const { attempts, baseMs, limitMs } = retryPolicy(step);
      return { attempts, baseMs: baseMs / haste, limitMs: limitMs / haste };
    },
  };
}

const loggerInto = (errors: unknown[]) => ({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (details: unknown) => errors.push(details),
});

async function post<Data>(
  url: string,
  query: string,
  variables: object,
  token: string | undefined,
): Promise<Answer<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer<Data>;
}

function peopleOf(api: Api, ask: Rig['ask']): Pick<Rig, 'customer' | 'staff'> {
  let people = 0;
  return {
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
      await api.people.known.ensure({ email, password, name: 'Staff', roles });
      // With a short time limit for requests, a busy machine may not hash the password in time.
      return eventually(async () => {
        const { data } = await ask(
          `mutation ($email: String!, $password: String!) {
            login(email: $email, password: $password) { ... on Session { accessToken } }
          }`,
          { email, password },
        );
        return data.login.accessToken;
      });
    },
  };
}
