// Orders from Kafka: the address of an order is checked as it is at the other doors.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nodeEnvironment } from '@holdfast/runtime';
import { openEngine, type Engine } from '../engine.js';
import { commandDoors } from './command-doors.js';

let directory: string;
let engine: Engine;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-doors-'));
  const fail = (error: unknown): never => {
    throw error;
  };
  engine = await openEngine({
    ...{ dataDirectory: directory, environment: nodeEnvironment(), onError: fail, onFatal: fail },
    ...{ reservationTtlMs: 60_000, paymentTimeoutMs: 60_000 },
  });
});
afterEach(async () => {
  await engine.stop();
  await rm(directory, { recursive: true });
});

const orderTo = (country: string, postalCode: string) => ({
  ...{ customerId: 'c-1', idempotencyKey: 'k-1', lines: [{ sku: 'LAMP', quantity: 1 }] },
  ...{ paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC' },
  shippingAddress: { name: 'Ada', line1: '1 Main St', city: 'Town', postalCode, country },
});

test.each([
  ['HK', '', null],
  ['GB', 'N1', null],
  ['GB', '', 'shippingAddress.postalCode: is needed for an address in this country'],
])('an order from Kafka to %s with the postal code %j has the fault %j', (country, postalCode, fault) => {
  const doors = commandDoors({ commands: engine.commands, environment: nodeEnvironment() });
  expect(doors['order.place']?.fault(orderTo(country, postalCode))).toBe(fault);
});
