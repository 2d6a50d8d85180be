// Bulk retries of parked events through the API: a run tries exactly the previewed set, begins with a canary, stops at the
// first failure, and goes on after a restart.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { startRig, type Rig } from '../../test/rig.js';
import { openShop, type Shop } from '../../test/shop.js';
import { brokenProcess } from './broken-process.fixture.js';
import { bulkRunsStream } from './bulk-runs.js';

const patience = { timeoutMs: 60_000 };
const printer = brokenProcess('printer');
const consumer = 'process-printer';

let rig: Rig;
let shop: Shop;
let deliveries = 0;

beforeAll(async () => {
  rig = await startRig({}, { processes: [printer.process] });
  shop = await openShop(rig);
  await shop.product(1, 0, 'SHELF');
});
afterAll(async () => {
  await rig.stop();
});

async function deliver(count: number): Promise<void> {
  const before = await parkedCount();
  for (let n = 0; n < count; n += 1) await shop.receive('SHELF', 1, `delivery-${(deliveries += 1)}`);
  await parkedAre(before + count);
}

const parkedCount = async (): Promise<number> => {
  const { data } = await rig.ask(
    'query ($c: String) { parkedEvents(first: 1, consumer: $c) { totalCount } }',
    { c: consumer },
    shop.operator,
  );
  return data.parkedEvents.totalCount;
};

const parkedAre = (count: number): Promise<void> =>
  eventually(async () => {
    expect(await parkedCount()).toBe(count);
  }, patience);

const preview = async (selection: object = { consumer }) => {
  const { data, errors } = await rig.ask(
    `query ($selection: ParkedSelection!) { parkedPreview(selection: $selection) {
      count token sample { id event { type } } } }`,
    { selection },
    shop.operator,
  );
  expect(errors).toBeUndefined();
  return data.parkedPreview;
};

const retry = (variables: object, token = shop.operator) =>
  rig.ask(
    `mutation ($token: String!, $count: Int!, $canary: Int! = 1, $perSecond: Int) {
      retryParked(token: $token, expectedCount: $count, canary: $canary, perSecond: $perSecond) {
        id state done failed total endedAt } }`,
    variables,
    token,
  );

const runOf = async (id: string) => {
  const { data } = await rig.ask(
    'query ($id: ID!) { bulkRun(id: $id) { id state done failed total startedAt endedAt } }',
    { id },
    shop.operator,
  );
  return data.bulkRun;
};
const ended = (id: string) =>
  eventually(async () => {
    const run = await runOf(id);
    expect(run.endedAt).not.toBeNull();
    return run;
  }, patience);

/** How many events each step of the run tried. */
const stepsOf = async (id: string): Promise<readonly number[]> => {
  const events = await rig.store.readStream(bulkRunsStream);
  return events.flatMap(({ type, data }) => {
    const { runId, done = 0, failed = 0 } = data as { runId: string; done?: number; failed?: number };
    return type === 'BulkRetryStepped' && runId === id ? [done + failed] : [];
  });
};

test('a run of events that still fail tries one, stops, and leaves all of them parked', async () => {
  await deliver(20);
  const { count, token, sample } = await preview();
  expect(count).toBe(20);
  expect(sample).toHaveLength(10);
  const { data } = await retry({ token, count });
  expect(data.retryParked).toMatchObject({ state: 'RUNNING', done: 0, total: 20 });
  const run = await ended(data.retryParked.id);
  expect(run).toMatchObject({ state: 'STOPPED', done: 0, failed: 1, total: 20 });
  await parkedAre(20);
});

test('a dry run says whether the code of today would handle an event, and writes nothing', async () => {
  const { sample } = await preview();
  const dryRun = async () => {
    const { data } = await rig.ask(
      'query ($id: ID!) { parkedDryRun(id: $id) { ok error effects } }',
      { id: sample[0]?.id },
      shop.operator,
    );
    return data.parkedDryRun;
  };
  const before = await rig.store.end();
  expect(await dryRun()).toEqual({ ok: false, error: 'the label printer is broken', effects: [] });
  printer.mend();
  expect(await dryRun()).toMatchObject({ ok: true, error: null, effects: [{ type: 'ShelfFilled' }] });
  expect(await rig.store.end()).toEqual(before);
  printer.mend({ has: () => true } as never);
});

test('a run is refused when an event has been parked, retried or discarded since the preview', async () => {
  const { count, token } = await preview();
  await deliver(1);
  const grown = await retry({ token, count });
  expect(grown.errors?.[0]?.extensions.code).toBe('SET_CHANGED');
  const again = await preview();
  await rig.ask(
    'mutation ($s: ParkedSelection!) { discardParkedEvents(selection: $s) { ... on ParkedSuccess { count } } }',
    { s: { ids: [again.sample[0]?.id], reason: 'printed by hand' } },
    shop.operator,
  );
  await parkedAre(again.count - 1);
  await deliver(1);
  const other = await retry({ token: again.token, count: again.count });
  expect(other.errors?.[0]?.extensions.code).toBe('SET_CHANGED');
  const wrongCount = await retry({ token: again.token, count: 3 });
  expect(wrongCount.errors?.[0]?.extensions.code).toBe('SET_CHANGED');
  const noToken = await retry({ token: 'bm90aGluZw', count: 1 });
  expect(noToken.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('once the consumer is mended, 200 events are handled: one, then ten, then the rest', async () => {
  const parked = await parkedCount();
  await deliver(200 - parked);
  printer.mend();
  const { count, token } = await preview();
  const { data } = await retry({ token, count });
  const run = await ended(data.retryParked.id);
  expect(run).toMatchObject({ state: 'COMPLETED', done: 200, failed: 0, total: 200 });
  expect(await stepsOf(run.id)).toEqual([1, 10, 100, 89]);
  await parkedAre(0);
}, 120_000);

test('a run stops at a failure behind the canary, and reports its progress', async () => {
  printer.mend({ has: () => true } as never);
  await deliver(30);
  const { sample } = await preview();
  const revisions = sample.map(({ id }) => id);
  expect(revisions).toHaveLength(10);
  const [fifth] = await rig.store.readAll({ from: Number(sample[4]?.id.split(':').at(-1)), limit: 1 });
  printer.mend(new Set([fifth?.revision ?? -1]));
  const { count, token } = await preview();
  const { data } = await retry({ token, count });
  expect(await ended(data.retryParked.id)).toMatchObject({
    state: 'STOPPED',
    done: 10,
    failed: 1,
    total: 30,
  });
  await parkedAre(20);
});

test('a run that a restart interrupted goes on in the next process, at its rate', async () => {
  printer.mend();
  const { count, token } = await preview();
  expect(count).toBe(20);
  const first = await rig.open({});
  const started = await rig.ask<{ readonly retryParked: { readonly id: string } }>(
    `mutation ($token: String!, $count: Int!) {
      retryParked(token: $token, expectedCount: $count, canary: 1, perSecond: 2) { id } }`,
    { token, count },
    shop.operator,
    first.url(),
  );
  const { id } = started.data.retryParked;
  await eventually(async () => expect((await runOf(id)).done).toBeGreaterThan(0), patience);
  await first.close();
  const { done, state } = await runOf(id);
  expect(state).toBe('RUNNING');
  expect(done).toBeLessThan(20);
  await rig.open({});
  expect(await ended(id)).toMatchObject({ state: 'COMPLETED', done: 20, failed: 0 });
}, 120_000);

test('support and customers can neither preview nor retry', async () => {
  const { errors } = await retry({ token: 'x', count: 1 }, await rig.staff('SUPPORT'));
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});
