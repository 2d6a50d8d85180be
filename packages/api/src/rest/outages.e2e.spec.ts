// REST while a store is down or hangs: callers are told to try again, and the same request succeeds later, once.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { StoreUnavailable } from '@holdfast/event-store';
import { ReadStoreUnavailable } from '@holdfast/read-store';
import { eventually } from '@holdfast/testing';
import { describedRest, type Answered, type Described } from '../test/described.js';
import { startRig, type Rig } from '../test/rig.js';
import { address, openShop, type Shop } from '../test/shop.js';
import { unreliable, type Day } from '../test/unreliable.js';

const log = unreliable(() => new StoreUnavailable('connection refused by 10.0.0.7:2113'));
const documents = unreliable(() => new ReadStoreUnavailable('no primary at 10.0.0.8:27017'));
let rig: Rig;
let shop: Shop;
let rest: Described;

beforeAll(async () => {
  rig = await startRig({ operationMs: 1_500 }, { store: log.around, readStore: documents.around });
  shop = await openShop(rig);
  rest = await describedRest(new URL(rig.url).origin);
  await shop.product(100, 1_000, 'LAMP');
});
afterEach(async () => {
  log.day('well');
  documents.day('well');
  await eventually(async () => expect((await rest.send('/products')).status).toBe(200), {
    timeoutMs: 15_000,
  });
}, 20_000);
afterAll(async () => {
  await rig.stop();
});

function expectToTryAgain({ status, headers, body }: Answered): void {
  expect([status, body]).toMatchObject([503, { errorCode: 'SERVICE_UNAVAILABLE', retryable: true }]);
  expect(headers.get('retry-after')).toBe('1');
  expect(JSON.stringify(body)).not.toContain('10.0.0');
}

const days: readonly (readonly [string, Day])[] = [
  ['hangs', 'hanging'],
  ['is down', 'down'],
];

describe('an event store that', () => {
  test.each(days)(
    '%s › an order is refused with a retry, and the same request places it later',
    async (_, day) => {
      const { token } = await shop.customer();
      const order = {
        ...{ token, key: `while it ${day}` },
        body: { items: [{ product_id: 'LAMP' }], shippingAddress: address },
      };
      log.day(day);
      expectToTryAgain(await rest.send('/orders', order));
      log.day('well');
      const ids = new Set<string>();
      for (let times = 0; times < 2; times += 1)
        await eventually(async () => {
          const { status, body } = await rest.send('/orders', order);
          expect(status).toBe(201);
          ids.add(body.id);
        });
      expect(ids.size).toBe(1);
    },
  );
});

describe('a read store that', () => {
  test.each(days)('%s › the catalogue is refused with a retry', async (_, day) => {
    documents.day(day);
    expectToTryAgain(await rest.send('/products'));
  });
});
