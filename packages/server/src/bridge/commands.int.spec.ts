// The shop with a real Kafka: orders, goods and payments that other systems send, and the answers and events that go out.
import { describe, expect, test } from '@jest/globals';
import { brokers, skipped } from '@holdfast/bridge/test/kafka-server';
import { eventually } from '@holdfast/testing';
import { answers, find, inShop, openShop, order } from '../test/kafka-shop.js';

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
