// The shop with a real Kafka: orders, goods and payments that other systems send, and the answers and events that go out.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { brokers, kafkaAt, readTopic, sendTo, skipped } from '@holdfast/bridge/test/kafka-server';
import { Sku } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { openEngine, type Engine } from '../engine.js';

const kafka = kafkaAt(brokers);
const environment = nodeEnvironment();
const id = (): string => environment.ids.next();

type Shop = {
  readonly engine: Engine;
  send(type: string, commandId: string, body: object): Promise<void>;
  /** the events that this shop has published in a topic: type, id of the cause, data */
  published(topic: string): Promise<readonly Published[]>;
};
type Published = { readonly type: string; readonly data: Readonly<Record<string, unknown>> };

async function inShop(use: (shop: Shop) => Promise<void>): Promise<void> {
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
            type: headers.get('ce_type') ?? '',
            data: JSON.parse(String(value)) as Published['data'],
          })),
    });
  } finally {
    await engine.stop();
    await rm(directory, { recursive: true });
  }
}

async function carriedOut({ commands }: Engine, type: string, data: object): Promise<void> {
  const context = { commandId: id(), correlationId: id(), causationId: id(), actor: 'system' };
  const outcome = await commands.handle({ type, data }, context);
  if (!outcome.ok) throw new Error(outcome.rejection.code);
}

const address = { name: 'A', line1: 'B 1', city: 'C', postalCode: '1011 AB', country: 'NL' };
const sku = 'lamp';
const order = (coordination: string, idempotencyKey: string) => ({
  customerId: 'c-1',
  idempotencyKey,
  lines: [{ sku, quantity: 2 }],
  paymentMethod: 'CARD',
  paymentMode: 'AUTOMATIC',
  coordination,
  cardToken: 'of-the-outside-service',
  shippingAddress: address,
});

async function openShop({ engine, send, published }: Shop): Promise<void> {
  const price = { minor: 1500, currency: 'EUR' };
  await carriedOut(engine, 'CreateProduct', { sku: Sku(sku), name: 'Lamp', price });
  await carriedOut(engine, 'AdmitGuest', { accountId: 'c-1' });
  await send('stock.receive', 'goods-1', { sku, quantity: 10 });
  await eventually(async () => expect(await answers(published)).toEqual(['goods-1: command.accepted']));
}

const answers = async (published: Shop['published']): Promise<readonly string[]> =>
  (await published('command-answers'))
    .map(({ type, data }) => `${String(data['commandId'])}: ${type}`)
    .sort();

const find = async (
  published: Shop['published'],
  topic: string,
  type: string,
): Promise<Published['data']> => {
  const found = (await published(topic)).find((one) => one.type === type);
  if (found === undefined) throw new Error(`there is no ${type} in ${topic}`);
  return found.data;
};

if (brokers === '') test.skip(skipped, () => undefined);
else
  describe('a shop beside other systems', () => {
    test.each(['ORCHESTRATION', 'CHOREOGRAPHY'])(
      'an order from a topic, %s, that an outside service is paid for › is completed',
      (coordination) =>
        inShop(async (shop) => {
          const { send, published } = shop;
          await openShop(shop);
          await send('order.place', 'order-1', order(coordination, 'k'));
          const asked = await eventually(() => find(published, 'payment-events', 'payment.requested'));
          expect(asked).toMatchObject({
            attempt: 1,
            method: 'CARD',
            amount: { minor: 3000, currency: 'EUR' },
          });
          const { orderId, attempt, amount } = asked;
          const result = { orderId, attempt, amount, status: 'captured', transactionId: 'outside-1' };
          await send('payment.result', 'payment-1', result);
          const completed = await eventually(() => find(published, 'order-events', 'order.completed'));
          expect(completed).toMatchObject({ orderId, customerId: 'c-1' });
          await eventually(async () =>
            expect(await answers(published)).toEqual([
              'goods-1: command.accepted',
              'order-1: command.accepted',
              'payment-1: command.accepted',
            ]),
          );
        }),
      60_000,
    );

    test(
      'a declined payment › fails the order, and its stock is free',
      () =>
        inShop(async (shop) => {
          const { send, published } = shop;
          await openShop(shop);
          await send('order.place', 'order-1', order('ORCHESTRATION', 'k'));
          const asked = await eventually(() => find(published, 'payment-events', 'payment.requested'));
          const { orderId, amount } = asked;
          const result = {
            orderId,
            amount,
            status: 'declined',
            transactionId: 'outside-1',
            code: 'no_money',
          };
          await send('payment.result', 'payment-1', result);
          expect(await eventually(() => find(published, 'order-events', 'order.failed'))).toMatchObject({
            orderId,
          });
          expect(await eventually(() => find(published, 'inventory-events', 'stock.released'))).toMatchObject(
            {
              orderId,
              quantity: 2,
            },
          );
        }),
      60_000,
    );

    test(
      'commands that the shop refuses › are answered with the reason',
      () =>
        inShop(async (shop) => {
          const { send, published } = shop;
          await openShop(shop);
          await send('order.place', 'order-1', { ...order('ORCHESTRATION', 'k'), customerId: 'c-2' });
          await send('order.place', 'order-2', {
            ...order('ORCHESTRATION', 'k'),
            lines: [{ sku: 'none', quantity: 1 }],
          });
          await send('stock.receive', 'goods-2', { sku: 'none', quantity: 1 });
          await eventually(async () => {
            const refused = (await published('command-answers')).filter(
              ({ type }) => type === 'command.refused',
            );
            expect(
              refused.map(({ data }) => `${String(data['commandId'])}: ${String(data['code'])}`).sort(),
            ).toEqual(['goods-2: UnknownProduct', 'order-1: UNKNOWN_CUSTOMER', 'order-2: UNKNOWN_SKU']);
          });
        }),
      60_000,
    );
  });
