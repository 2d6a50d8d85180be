// A choreographed order over a real Kafka whose stock an outside service keeps, and whose money another one takes: from
// the order to the carrier, and with answers that are refusals, twice there, contradictory, or too late.
import { describe, expect, test } from '@jest/globals';
import { brokers, skipped } from '@holdfast/bridge/test/kafka-server';
import { eventually } from '@holdfast/testing';
import {
  carriedOut,
  find,
  inShop,
  openShop,
  order,
  sku,
  type Published,
  type Shop,
} from '../test/kafka-shop.js';

type Question = {
  readonly orderId: string;
  readonly sku: string;
  readonly quantity: number;
  /** of a return alone */
  readonly returnId?: string;
};
/** Returns the answers to one question; none: the service is silent. */
type Answering = (type: string, question: Question) => readonly object[];

const statusOf: Readonly<Record<string, string>> = {
  'stock.reserve.requested': 'reserved',
  'stock.release.requested': 'released',
  'stock.commit.requested': 'committed',
  'stock.return.requested': 'returned',
};
const does: Answering = (type, { returnId }) => [
  { status: statusOf[type], ...(returnId !== undefined && { returnId }) },
];

/** A small outside service: answers each question of the topic once, by its `ce_id`. */
function startService({ published, send }: Shop, answering: Answering) {
  const seen = new Map<string, Published>();
  const stopping = { isAsked: false };
  const answer = async (question: Question, answers: readonly object[]): Promise<void> => {
    for (const [n, one] of answers.entries()) {
      const body = { orderId: question.orderId, sku: question.sku, ...one };
      await send('stock.result', `answer-${seen.size}-${n}`, body);
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.isAsked) {
      for (const event of await published('inventory-events')) {
        if (!event.type.endsWith('.requested') || seen.has(event.id)) continue;
        seen.set(event.id, event);
        const question = event.data as unknown as Question;
        await answer(question, answering(event.type, question));
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const running = run();
  return {
    answer,
    questions: (): readonly string[] => [...seen.values()].map(({ type }) => type),
    stop: async (): Promise<void> => {
      stopping.isAsked = true;
      await running;
    },
  };
}

type Service = ReturnType<typeof startService>;

/** A shop with an order, and the service beside it. */
const inOrder = (answering: Answering, use: (shop: Shop, service: Service) => Promise<void>): Promise<void> =>
  inShop(
    async (shop) => {
      await openShop(shop);
      const service = startService(shop, answering);
      try {
        await shop.send('order.place', 'order-1', order('CHOREOGRAPHY', 'k'));
        await use(shop, service);
      } finally {
        await service.stop();
      }
    },
    { stockKeeper: 'OUTSIDE', stockAnswerMs: answering === does ? 60_000 : 3_000 },
  );

async function pay({ published, send }: Shop): Promise<string> {
  const asked = await eventually(() => find(published, 'payment-events', 'payment.requested'), {
    timeoutMs: 30_000,
  });
  const { orderId, attempt, amount } = asked;
  await send('payment.result', 'payment-1', {
    ...{ orderId, attempt, amount, status: 'captured', transactionId: 'outside-1' },
  });
  return String(orderId);
}

const patience = { timeoutMs: 30_000 };

async function typesOfOwnStock({ engine }: Shop): Promise<readonly string[]> {
  return (await engine.store.readStream(`stock-${sku}`)).map(({ type }) => type);
}

if (brokers === '') test.skip(skipped, () => undefined);
else
  describe('an order whose stock an outside service keeps', () => {
    test(
      'is reserved, paid, shipped and committed outside, and our own stock stays as it is',
      () =>
        inOrder(does, async (shop, service) => {
          const orderId = await pay(shop);
          await eventually(() => find(shop.published, 'order-events', 'order.completed'), patience);
          const types = async (): Promise<readonly string[]> =>
            (await shop.engine.store.readStream(`fulfilment-${orderId}`)).map(({ type }) => type);
          await eventually(async () => expect(await types()).toContain('FulfilmentStarted'), patience);
          await carriedOut(shop.engine, 'MarkPacked', { orderId });
          await carriedOut(shop.engine, 'MarkShipped', { orderId, carrier: 'c', trackingNumber: 't' });
          await eventually(() => find(shop.published, 'inventory-events', 'stock.committed'), patience);
          await eventually(async () => expect(await types()).toContain('FulfilmentStepDone'), patience);
          expect(service.questions()).toEqual(['stock.reserve.requested', 'stock.commit.requested']);
          expect(await typesOfOwnStock(shop)).toEqual(['ProductCreated', 'StockReceived']);
        }),
      120_000,
    );

    test(
      'comes back › is counted in again outside, once, and our own stock stays as it is',
      () =>
        inOrder(does, async (shop, service) => {
          const { engine, published } = shop;
          const orderId = await pay(shop);
          await eventually(() => find(published, 'order-events', 'order.completed'), patience);
          await eventually(() => carriedOut(engine, 'MarkPacked', { orderId }), patience);
          await carriedOut(engine, 'MarkShipped', { orderId, carrier: 'c', trackingNumber: 't' });
          await eventually(() => find(published, 'inventory-events', 'stock.committed'), patience);
          await carriedOut(engine, 'MarkDelivered', { orderId });
          const lines = [{ sku, quantity: 2 }];
          await carriedOut(engine, 'AcceptReturn', { orderId, returnId: 'r-1', lines, reason: 'too blue' });
          const returned = await eventually(
            () => find(published, 'inventory-events', 'stock.returned'),
            patience,
          );
          expect(returned).toMatchObject({ orderId, sku, quantity: 2 });
          const isDone = async (): Promise<void> =>
            expect(await engine.store.readStream(`fulfilment-${orderId}`)).toContainEqual(
              expect.objectContaining({ type: 'FulfilmentStepDone', data: { step: `restock:r-1:${sku}` } }),
            );
          await eventually(isDone, patience);
          expect(service.questions()).toEqual([
            'stock.reserve.requested',
            'stock.commit.requested',
            'stock.return.requested',
          ]);
          expect(await typesOfOwnStock(shop)).toEqual(['ProductCreated', 'StockReceived']);
        }),
      120_000,
    );

    test(
      'is refused › fails with the reason, and nothing is asked for any more',
      () =>
        inOrder(
          () => [{ status: 'refused', available: 1, reason: 'sold' }],
          async ({ published }, service) => {
            const failed = await eventually(() => find(published, 'order-events', 'order.failed'), patience);
            expect(failed).toMatchObject({ reason: 'OUT_OF_STOCK' });
            expect(await find(published, 'inventory-events', 'stock.reduction.fail')).toMatchObject({
              ...{ sku, requested: 2, available: 1 },
            });
            expect(service.questions()).toEqual(['stock.reserve.requested']);
          },
        ),
      120_000,
    );

    test(
      'is answered twice, and then the opposite › goes on, and the service is told of the contradiction',
      () =>
        inOrder(
          (type) =>
            type === 'stock.reserve.requested'
              ? [{ status: 'reserved' }, { status: 'reserved' }, { status: 'refused' }]
              : does(type, { orderId: '', sku, quantity: 0 }),
          async (shop) => {
            await pay(shop);
            await eventually(() => find(shop.published, 'order-events', 'order.completed'), patience);
            await eventually(async () => {
              const refused = await find(shop.published, 'command-answers', 'command.refused');
              expect(refused).toMatchObject({ command: 'stock.result', code: 'ContradictsAnswer' });
            }, patience);
          },
        ),
      120_000,
    );

    test(
      'is not answered in time › fails, and a reservation that comes later is released',
      () =>
        inOrder(
          (type) => (type === 'stock.reserve.requested' ? [] : [{ status: 'released' }]),
          async ({ engine, published }, service) => {
            const failed = await eventually(() => find(published, 'order-events', 'order.failed'), patience);
            expect(failed).toMatchObject({ reason: 'RETRIES_EXHAUSTED' });
            const asked = ['stock.reserve.requested', 'stock.release.requested'];
            await eventually(() => expect(service.questions()).toEqual(asked), patience);
            const question = { orderId: String(failed['orderId']), sku, quantity: 2 };
            const isReleased = async (quantity: number): Promise<void> => {
              const events = await engine.store.readStream(`allocation-${question.orderId}`);
              expect(events.at(-1)).toMatchObject({ type: 'AllocationReleased', data: { quantity } });
            };
            await eventually(() => isReleased(0), patience);
            await service.answer(question, [{ status: 'reserved' }]);
            await eventually(
              () => expect(service.questions()).toEqual([...asked, 'stock.release.requested']),
              patience,
            );
            await eventually(() => isReleased(2), patience);
          },
        ),
      120_000,
    );
  });
