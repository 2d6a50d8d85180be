// The carrier behind its port, over HTTP: labels despite any fault, and scans that are never lost.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openEmbeddedEventStore, type EventStore } from '@holdfast/event-store';
import { openSimulatedCarrier, simulatedCarrier, type SimulatedCarrier } from '@holdfast/gateways';
import { OrderId, Sku, type DomainCommand } from '@holdfast/kernel';
import { openEmbeddedReadStore } from '@holdfast/read-store';
import {
  createCommandHandler,
  startReactor,
  type CommandOutcome,
  type ReactorRunner,
} from '@holdfast/runtime';
import { aggregates } from '@holdfast/shipping';
import { eventually, fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { openRawDoor } from '../test/raw-door.js';
import { carrierDoor } from './carrier-door.js';
import { carrierReactor, scansReactor } from './carrier-reactor.js';

const [apiKey, webhookSecret] = ['key-for-specs', 'secret-for-specs'];
const orderId = OrderId('o-1');
const parcel = {
  stock: [{ sku: Sku('TEA'), quantity: 2 }],
  shippingAddress: { name: 'Ada', line1: 'High St 1', city: 'Utrecht', postalCode: '3511', country: 'NL' },
};

let environment: FakeEnvironment;
let store: EventStore;
let server: SimulatedCarrier;
let door: Awaited<ReturnType<typeof openRawDoor>>;
let handle: (command: DomainCommand) => Promise<CommandOutcome>;
/** Starts the carrier's reactor as if it had never run. */
let startAgain: () => Promise<ReactorRunner>;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  environment = fakeEnvironment();
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-carrier-'));
  const onFatal = (error: unknown) => {
    throw error;
  };
  store = await openEmbeddedEventStore({ directory: join(directory, 'log'), environment, onFatal });
  const readStore = await openEmbeddedReadStore({ directory: join(directory, 'read-models') });
  const commands = createCommandHandler({ store, environment, aggregates });
  door = await openRawDoor();
  server = await openSimulatedCarrier({
    environment,
    apiKey,
    webhooks: { url: door.url, secret: webhookSecret },
  });
  const carrier = simulatedCarrier({ url: server.url, apiKey, webhookSecret, clock: environment.clock });
  door.open(carrierDoor({ carrier, commands, store }));
  const parts = { store, readStore, commands, environment, onError: () => undefined };
  const reactors = [
    await startReactor({ ...parts, reactor: carrierReactor(carrier) }),
    await startReactor({ ...parts, reactor: scansReactor }),
  ];
  handle = async (command) => {
    const commandId = environment.ids.next();
    const context = { commandId, correlationId: orderId, causationId: commandId, actor: 'system' };
    return commands.handle(command, context);
  };
  startAgain = async () => {
    const unmarked = await openEmbeddedReadStore({ directory: join(directory, 'unmarked') });
    const runner = await startReactor({ ...parts, readStore: unmarked, reactor: carrierReactor(carrier) });
    closing.unshift(
      () => runner.stop(),
      () => unmarked.close(),
    );
    return runner;
  };
  closing.push(
    () => server.close(),
    () => Promise.all(reactors.map((reactor) => reactor.stop())),
    () => door.close(),
    () => store.close(),
    () => readStore.close(),
    () => rm(directory, { recursive: true }),
  );
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const types = async (stream = 'shipment-o-1'): Promise<readonly string[]> =>
  (await store.readStream(stream)).map(({ type }) => type);
const until = (expected: readonly string[], stream?: string): Promise<void> =>
  eventually(
    async () => {
      await environment.advance(500);
      expect(await types(stream)).toEqual(expected);
    },
    { timeoutMs: 30_000 },
  );
const isPacked = async (): Promise<void> => {
  await handle({ type: 'CreateShipment', data: { orderId } });
  await handle({ type: 'RecordPacked', data: { orderId, ...parcel } });
};
const labelled = ['ShipmentCreated', 'ShipmentPacked', 'LabelGenerated'];
const numberOf = (): string => server.labels()[0]?.trackingNumber ?? '';
const assign = (): Promise<CommandOutcome> =>
  handle({ type: 'AssignTracking', data: { trackingNumber: numberOf(), orderId } });

describe('when a parcel is packed', () => {
  test('while a reply is lost and the carrier is away for a while › it gets one label', async () => {
    server.behave({ lostAnswers: 2 });
    await isPacked();
    await until(labelled);
    expect(server.labels()).toHaveLength(1);
    const [, , event] = await store.readStream('shipment-o-1');
    expect(event?.data).toEqual({ carrier: 'simulated', trackingNumber: numberOf() });
  }, 60_000);

  test('and its order is cancelled › the label is voided', async () => {
    await isPacked();
    await until(labelled);
    await handle({ type: 'CancelShipment', data: { orderId } });
    await environment.until(500, () => {
      expect(server.labels()).toMatchObject([{ isVoid: true }]);
    });
  }, 60_000);
});

describe('when a label is voided and the reactor loses its checkpoint', () => {
  test('the request for the label comes again, and nothing is parked', async () => {
    await isPacked();
    await until(labelled);
    await handle({ type: 'CancelShipment', data: { orderId } });
    await environment.until(500, () => {
      expect(server.labels()).toMatchObject([{ isVoid: true }]);
    });

    const again = await startAgain();
    await environment.until(500, async () => {
      expect(again.handled()).toBe((await store.end()).synced);
    });
    expect(await types('parked-reactor-carrier')).toEqual([]);
    expect(server.labels()).toMatchObject([{ isVoid: true }]);
  }, 60_000);
});

describe('when the carrier reports a scan', () => {
  test('three times at once and again later, it is one scan, and every copy is taken', async () => {
    await isPacked();
    await until(labelled);
    await assign();
    server.behave({ copies: 3 });
    const scan = await server.scan(numberOf(), 'in transit', 'Graz');
    await server.repeat(scan);
    expect(await types()).toEqual([...labelled, 'CarrierScanned']);
    expect(door.outcomes.sort()).toEqual(['received', ...Array.from({ length: 5 }, () => 'repeated')]);
  }, 60_000);

  test('in any order, each is recorded, and the delivery once', async () => {
    await isPacked();
    await until(labelled);
    await assign();
    await server.scan(numberOf(), 'DELIVERED');
    await server.scan(numberOf(), 'IN_TRANSIT');
    expect(await types()).toEqual([...labelled, 'CarrierScanned', 'ShipmentDelivered', 'CarrierScanned']);
  }, 60_000);

  test('of a number that no order has yet, it is kept, and finds its order later', async () => {
    await isPacked();
    await until(labelled);
    await server.scan(numberOf(), 'IN_TRANSIT');
    expect(await types()).toEqual(labelled);
    expect(await types(`tracking-${numberOf()}`)).toEqual(['ScanKept']);
    await assign();
    await until([...labelled, 'CarrierScanned']);
    expect(await types(`tracking-${numberOf()}`)).toEqual(['ScanKept', 'TrackingAssigned', 'ScanMatched']);
  }, 60_000);

  test('of a number that no order will ever have, it stays in the log and the carrier gets a success', async () => {
    await server.scan('NOBODY', 'IN_TRANSIT');
    expect(door.outcomes).toEqual(['received']);
    expect(await types('tracking-NOBODY')).toEqual(['ScanKept']);
  });

  test('that is forged, or has an invalid code › it is refused and changes nothing', async () => {
    await server.scan('T-1', '?');
    const forged = await fetch(door.url, { method: 'POST', body: '{"type":"scan"}' });
    await forged.arrayBuffer();
    expect(door.outcomes).toEqual(['refused', 'refused']);
    expect(await store.readAll({ limit: 10 })).toEqual([]);
  });
});
