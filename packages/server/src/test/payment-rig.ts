// Payments on embedded stores with the simulated gateway: reactors, the door for webhooks, and a shop that asks.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { WebhookOutcome } from '@holdfast/api';
import { openEmbeddedEventStore, type EventStore } from '@holdfast/event-store';
import {
  openSimulatedGateway,
  simulatedGateway,
  type PaymentGateway,
  type SimulatedGateway,
} from '@holdfast/gateways';
import { OrderId, type Money } from '@holdfast/kernel';
import {
  payment as payments,
  paymentReference,
  paymentStream,
  webhookInbox,
  type PaymentCommand,
  type PaymentId,
} from '@holdfast/payments';
import { openEmbeddedReadStore } from '@holdfast/read-store';
import {
  createCommandHandler,
  startReactor,
  type CommandHandler,
  type CommandOutcome,
  type ReactorRunner,
} from '@holdfast/runtime';
import { eventually, fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import type { Gateways } from '../payments/gateways.js';
import { paymentReactor } from '../payments/payment-reactor.js';
import { lookAgain, webhookDoor, webhookReactor } from '../payments/webhooks.js';

const apiKey = 'key-for-specs';
const secret = 'secret-for-specs';

export const eur = (minor: number): Money => ({ minor, currency: 'EUR' });
export const id: PaymentId = { orderId: OrderId('o-1'), attempt: 1 };

export type PaymentRig = {
  readonly environment: FakeEnvironment;
  readonly store: EventStore;
  readonly gateway: PaymentGateway;
  readonly commands: CommandHandler;
  readonly server: SimulatedGateway;
  readonly reactors: readonly ReactorRunner[];
  /** the outcomes of webhooks at the shop */
  readonly taken: WebhookOutcome[];

  ask(command: PaymentCommand, commandId?: string): Promise<CommandOutcome>;
  request(amount?: Money, card?: string | null, of?: PaymentId): Promise<CommandOutcome>;
  capture(amount?: Money): Promise<CommandOutcome>;
  undo(): Promise<CommandOutcome>;
  refund(refundId: string, amount?: Money): Promise<CommandOutcome>;
  /** the customer is back from the gateway's page */
  comeBack(requestId: string): Promise<void>;
  types(of?: PaymentId): Promise<readonly string[]>;
  /** Waits until the payment has exactly these events, while time moves. */
  until(types: readonly string[], of?: PaymentId): Promise<void>;
  /** Waits until the reactors have handled every event of the log. */
  rest(): Promise<void>;
  close(): Promise<void>;
};

export async function openPaymentRig({ timeoutMs = 10_000 } = {}): Promise<PaymentRig> {
  const environment = fakeEnvironment();
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-payments-'));
  const store = await openEmbeddedEventStore({
    directory: join(directory, 'log'),
    environment,
    onFatal: (error) => {
      throw error;
    },
  });
  const readStore = await openEmbeddedReadStore({ directory: join(directory, 'read-models') });
  const commands = createCommandHandler({ store, environment, aggregates: [payments, webhookInbox] });
  const door = await openDoor();
  const server = await openSimulatedGateway({ environment, apiKey, webhooks: { url: door.url, secret } });
  const { clock } = environment;
  const gateway = simulatedGateway({ url: server.url, apiKey, webhookSecret: secret, clock, timeoutMs });
  const gateways: Gateways = { current: gateway, former: null };
  door.open(webhookDoor({ gateways, commands, store }));
  const start = (reactor: Parameters<typeof startReactor>[0]['reactor']): Promise<ReactorRunner> =>
    startReactor({
      ...{ store, readStore, commands, environment, onError: () => undefined },
      reactor: { ...reactor, retry: { baseMs: 100, limitMs: 1000, attempts: 3 } },
    });
  const reactors = [await start(paymentReactor(gateways, commands)), await start(webhookReactor(gateways))];
  return {
    ...{ environment, store, gateway, server, reactors, taken: door.taken },
    commands,
    ...shop(commands, environment),
    comeBack: (requestId) =>
      lookAgain({ gateways, commands, store }, id, { id: requestId, actor: 'customer:c-1' }),
    ...watching(store, environment, reactors),
    close: async () => {
      await server.close();
      await Promise.all(reactors.map((reactor) => reactor.stop()));
      await door.close();
      await store.close();
      await readStore.close();
      await rm(directory, { recursive: true });
    },
  };
}

function shop(
  commands: ReturnType<typeof createCommandHandler>,
  { ids }: FakeEnvironment,
): Pick<PaymentRig, 'ask' | 'request' | 'capture' | 'undo' | 'refund'> {
  const ask: PaymentRig['ask'] = async (command, commandId = ids.next()) =>
    commands.handle(command, {
      ...{ commandId, correlationId: command.data.orderId, causationId: commandId },
      ...{ actor: 'system', fingerprint: JSON.stringify(command) },
    });
  return {
    ask,
    request: (amount = eur(6000), card = 'tok_ok', of = id) =>
      ask({ type: 'RequestPayment', data: { ...of, amount, card, returnUrl: null } }),
    capture: (amount) =>
      ask({ type: 'CapturePayment', data: { ...id, ...(amount !== undefined && { amount }) } }),
    undo: () => ask({ type: 'VoidPayment', data: id }),
    refund: (refundId, amount) =>
      ask({ type: 'RefundPayment', data: { ...id, refundId, ...(amount !== undefined && { amount }) } }),
  };
}

function watching(
  store: EventStore,
  environment: FakeEnvironment,
  reactors: readonly ReactorRunner[],
): Pick<PaymentRig, 'types' | 'until' | 'rest'> {
  const lastFor = async ({ consumer }: ReactorRunner): Promise<number> => {
    const prefix = consumer.parking.consumer === 'reactor-payments' ? 'payment-' : 'webhook-';
    const filter = { streamPrefixes: [prefix] };
    const [last] = await store.readAll({ filter, direction: 'backwards', limit: 1 });
    return last?.position ?? -1;
  };
  const types: PaymentRig['types'] = async (of = id) =>
    (await store.readStream(paymentStream(of))).map(({ type }) => type);
  return {
    types,
    until: (expected, of = id) =>
      eventually(
        async () => {
          await environment.advance(200);
          expect(await types(of)).toEqual(expected);
        },
        { timeoutMs: 15_000 },
      ),
    rest: () =>
      eventually(
        async () => {
          await environment.advance(200);
          for (const reactor of reactors)
            expect(reactor.handled()).toBeGreaterThanOrEqual(await lastFor(reactor));
        },
        { timeoutMs: 15_000 },
      ),
  };
}

/** Opens the address at which webhooks arrive, as raw bytes. */
async function openDoor() {
  const taken: WebhookOutcome[] = [];
  let receive: ReturnType<typeof webhookDoor> | null = null;
  const httpServer = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void (async () => {
        const received = await receive?.(Buffer.concat(chunks), request.headers);
        const { outcome } = received ?? { outcome: 'unavailable' };
        taken.push(outcome);
        response.writeHead(outcome === 'received' || outcome === 'repeated' ? 200 : 503).end();
      })();
    });
  });
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}/webhooks/payments`,
    taken,
    open: (door: ReturnType<typeof webhookDoor>) => {
      receive = door;
    },
    close: async () => {
      httpServer.closeAllConnections();
      await new Promise((resolve) => httpServer.close(resolve));
    },
  };
}

export const referenceOf = (of: PaymentId = id): string => paymentReference(of);
