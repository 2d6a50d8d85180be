// A shop with a bridge to a real Kafka, for specs: other systems send it commands and read its events.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { brokers, kafkaAt, readTopic, sendTo } from '@holdfast/bridge/test/kafka-server';
import { Sku } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { openEngine, type Engine, type EngineOptions } from '../engine.js';

const kafka = kafkaAt(brokers);
const environment = nodeEnvironment();
const id = (): string => environment.ids.next();

export type Shop = {
  readonly engine: Engine;
  send(type: string, commandId: string, body: object): Promise<void>;
  /** the events that this shop has published in a topic, in the order of each partition */
  published(topic: string): Promise<readonly Published[]>;
};
export type Published = {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** Runs `use` with a shop of its own, whose data goes with it. */
export async function inShop(
  use: (shop: Shop) => Promise<void>,
  options: Partial<EngineOptions> = {},
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-commands-'));
  const name = `shop-${id()}`;
  const commandsTopic = `${name}-commands`;
  const engine = await openEngine({
    dataDirectory: join(directory, 'data'),
    environment,
    reservationTtlMs: 60_000,
    paymentTimeoutMs: 60_000,
    bridge: {
      ...kafka,
      ...{ name, commandsTopic, mode: 'at-least-once', start: 'beginning', format: 'json' },
      ...{ registryUrl: null, aliases: [] },
    },
    onError: () => undefined,
    ...options,
    onFatal: (error) => {
      throw error;
    },
  });
  try {
    await use({
      engine,
      send: (type, commandId, body) =>
        eventually(() =>
          sendTo(kafka, commandsTopic, [
            { key: 'erp', value: JSON.stringify(body), headers: { ce_type: type, ce_id: commandId } },
          ]),
        ),
      published: async (topic) =>
        (await readTopic(kafka, topic))
          .filter(({ headers }) => headers.get('ce_source') === `/${name}`)
          .map(({ value, headers }) => ({
            id: headers.get('ce_id') ?? '',
            type: headers.get('ce_type') ?? '',
            data: JSON.parse(String(value)) as Published['data'],
          })),
    });
  } finally {
    await engine.stop();
    await rm(directory, { recursive: true });
  }
}

export async function carriedOut({ commands }: Engine, type: string, data: object): Promise<void> {
  const context = { commandId: id(), correlationId: id(), causationId: id(), actor: 'system' };
  const outcome = await commands.handle({ type, data }, context);
  if (!outcome.ok) throw new Error(outcome.rejection.code);
}

const address = { name: 'A', line1: 'B 1', city: 'C', postalCode: '1011 AB', country: 'NL' };
export const sku = 'lamp';
export const order = (coordination: string, idempotencyKey: string) => ({
  customerId: 'c-1',
  idempotencyKey,
  lines: [{ sku, quantity: 2 }],
  paymentMethod: 'CARD',
  paymentMode: 'AUTOMATIC',
  coordination,
  cardToken: 'of-the-outside-service',
  shippingAddress: address,
});

export async function openShop({ engine, send, published }: Shop): Promise<void> {
  const price = { minor: 1500, currency: 'EUR' };
  await carriedOut(engine, 'CreateProduct', { sku: Sku(sku), name: 'Lamp', price });
  await carriedOut(engine, 'AdmitGuest', { accountId: 'c-1' });
  await send('stock.receive', 'goods-1', { sku, quantity: 10 });
  await eventually(async () => expect(await answers(published)).toEqual(['goods-1: command.accepted']));
}

export const answers = async (published: Shop['published']): Promise<readonly string[]> =>
  (await published('command-answers'))
    .map(({ type, data }) => `${String(data['commandId'])}: ${type}`)
    .sort();

export const find = async (
  published: Shop['published'],
  topic: string,
  type: string,
): Promise<Published['data']> => {
  const found = (await published(topic)).find((one) => one.type === type);
  if (found === undefined) throw new Error(`there is no ${type} in ${topic}`);
  return found.data;
};
