// Customers, their orders and a mail server on loopback: the surroundings of the reactor that sends e-mails.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { aggregates as accountAggregates, notificationStream, type Preferences } from '@holdfast/accounts';
import { openEmbeddedEventStore, type EventStore } from '@holdfast/event-store';
import { smtpMailer } from '@holdfast/gateways';
import { startMailServer, type MailServer } from '@holdfast/gateways/test/mail-server';
import { CustomerId, money, OrderId, Sku, type DomainCommand } from '@holdfast/kernel';
import { order } from '@holdfast/ordering';
import { openEmbeddedReadStore, type ReadStore } from '@holdfast/read-store';
import {
  createCommandHandler,
  startReactor,
  type CommandHandler,
  type Reactor,
  type ReactorRunner,
} from '@holdfast/runtime';
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { notificationMail } from '../mail/notification-mail.js';

export type Person = {
  readonly email: string;
  readonly name?: string;
  readonly preferences?: Preferences;
};

export type MailRig = {
  readonly environment: FakeEnvironment;
  readonly store: EventStore;
  readonly server: MailServer;
  readonly errors: unknown[];
  /** Starts the reactor with parts of its own: a store of checkpoints, commands that fail, other retries. */
  start(parts?: {
    readonly readStore?: ReadStore;
    readonly commands?: CommandHandler;
    readonly reactor?: Partial<Reactor>;
  }): Promise<ReactorRunner>;
  readonly commands: CommandHandler;
  readonly newReadStore: () => Promise<ReadStore>;
  register(id: string, person: Person): Promise<void>;
  /** An order that its customer cancels at once: one notification. Returns the id of that event. */
  cancelledOrder(id: string, customer: string, given?: object): Promise<string>;
  /** the facts about the order's e-mails */
  facts(orderId: string): Promise<readonly { readonly type: string; readonly data: unknown }[]>;
  /** Moves time on until the assertion holds. */
  until(assertion: () => void | Promise<void>): Promise<void>;
  close(): Promise<void>;
};

export async function openMailRig(): Promise<MailRig> {
  const environment = fakeEnvironment();
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-mail-'));
  const store = await openEmbeddedEventStore({ directory: join(directory, 'log'), environment });
  const server = await startMailServer();
  const mailer = smtpMailer({ url: server.url, from: 'shop@holdfast.example' });
  const commands = createCommandHandler({ store, environment, aggregates: [order, ...accountAggregates] });
  const runners: ReactorRunner[] = [];
  const readStores: ReadStore[] = [];
  const errors: unknown[] = [];
  const newReadStore = async (): Promise<ReadStore> => {
    const opened = await openEmbeddedReadStore({ directory: join(directory, `read-${readStores.length}`) });
    readStores.push(opened);
    return opened;
  };
  const readStore = await newReadStore();
  const until: MailRig['until'] = (assertion) => environment.until(1_000, assertion);
  return {
    ...{ environment, store, server, errors, commands, newReadStore, until },
    start: async (parts = {}) => {
      const reactor = { ...notificationMail({ mailer, store, commands }), ...parts.reactor };
      const runner = await startReactor({
        ...{ store, readStore, commands, environment, ...parts, reactor },
        onError: (error) => errors.push(error),
      });
      runners.push(runner);
      return runner;
    },
    ...customersOf(commands, environment),
    facts: async (orderId) =>
      (await store.readStream(notificationStream(OrderId(orderId)))).map(({ type, data }) => ({
        type,
        data,
      })),
    close: async () => {
      await Promise.all(runners.map((runner) => runner.stop()));
      mailer.close();
      await server.stop();
      await store.close();
      for (const opened of readStores) await opened.close();
      await rm(directory, { recursive: true });
    },
  };
}

function customersOf(
  commands: CommandHandler,
  { ids }: FakeEnvironment,
): Pick<MailRig, 'register' | 'cancelledOrder'> {
  const handle = async (command: DomainCommand): Promise<void> => {
    const id = ids.next();
    const outcome = await commands.handle(command, {
      ...{ commandId: id, correlationId: id, causationId: id, actor: 'system' },
    });
    expect(outcome).toMatchObject({ ok: true });
  };
  return {
    register: async (accountId, { email, name = 'Ann', preferences }) => {
      const data = { accountId, email, name, passwordHash: '!', roles: ['CUSTOMER'] };
      await handle({ type: 'Register', data });
      if (preferences !== undefined)
        await handle({ type: 'ChangeProfile', data: { accountId, preferences } });
    },
    cancelledOrder: async (id, customer, given = {}) => {
      const orderId = OrderId(id);
      const lines = [{ sku: Sku('LAMP'), name: 'Lamp', quantity: 1, unitPrice: money.of(100, 'EUR') }];
      const shippingAddress = { name: 'A', line1: '1', city: 'U', postalCode: '1', country: 'NL' };
      await handle({
        type: 'PlaceOrder',
        data: {
          ...{ orderId, customerId: CustomerId(customer), lines, shippingAddress },
          ...{ paymentMethod: 'WALLET', paymentMode: 'ON_CONFIRMATION', coordination: 'ORCHESTRATION' },
          ...given,
        },
      });
      await handle({ type: 'Cancel', data: { orderId, reason: 'CUSTOMER_CANCELLED' } });
      return `order-${id}`;
    },
  };
}
