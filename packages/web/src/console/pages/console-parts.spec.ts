// The console's presentation of the API's data.
import { describe, expect, test } from '@jest/globals';
import type { EventFragment, SagaRowFragment } from '../generated/graphql.js';
import { durationText, inWords, shortId } from '../ui/parts.js';
import { inOrder, latenciesOf, logHeight } from './overview/latencies.js';
import { movedOn, noRate, perMinute, rateOf } from './overview/rate.js';
import { checkText, isTotal, totalText } from './overview/totals.js';
import { nextRow } from './causes/cause-tree.js';
import { forestOf, rowsOf, type Branch } from './causes/forest.js';
import { indexAt } from './moments/moment-at.js';
import { causeOf, groupsOf, type Parked } from './parked/groups.js';
import { wantedBy } from './search/search-page.js';
import { unevenScale } from './sagas/gantt.js';
import { arrived, emptyTail, matches, mostKept, pausedTail, resumedTail } from './tail/live-tail.js';

const event = (n: number): EventFragment => ({
  id: `e${n}`,
  stream: `order-${n}`,
  revision: '0',
  position: String(n),
  type: n % 2 === 0 ? 'OrderPlaced' : 'OrderPaid',
  schemaVersion: 1,
  data: { sku: `SKU-${n}` },
  metadata: {},
  createdAt: '2026-01-01T00:00:00.000Z',
  correlationId: null,
  causationId: null,
  links: [],
});

describe('a live tail', () => {
  test('shows the newest first', () => {
    const tail = arrived(arrived(emptyTail, [event(1), event(2)]), [event(3)]);
    expect(tail.shown.map(({ id }) => id)).toEqual(['e3', 'e2', 'e1']);
  });

  test('holds still while it is paused, and loses nothing', () => {
    const paused = arrived(pausedTail(arrived(emptyTail, [event(1)])), [event(2), event(3)]);
    expect(paused.shown.map(({ id }) => id)).toEqual(['e1']);
    expect(paused.waiting).toHaveLength(2);
    expect(resumedTail(paused).shown.map(({ id }) => id)).toEqual(['e3', 'e2', 'e1']);
  });

  test('keeps ten thousand', () => {
    const many = Array.from({ length: mostKept + 5 }, (_, n) => event(n));
    expect(arrived(emptyTail, many).shown).toHaveLength(mostKept);
    expect(arrived(emptyTail, many).shown[0]?.id).toBe(`e${mostKept + 4}`);
  });

  test.each([
    ['', true],
    ['orderplaced', true],
    ['order-2', true],
    ['sku-2', true],
    ['OrderPaid', false],
  ])('with %j shows an OrderPlaced of SKU-2: %s', (words, shown) => {
    expect(matches(event(2), words)).toBe(shown);
  });
});

describe('parked events', () => {
  const parked = (id: string, consumer: string, reason: string): Parked => ({
    id,
    consumer,
    reason,
    attempts: 3,
    stack: null,
    parkedAt: '2026-01-01T00:00:00.000Z',
    event: event(1),
  });

  test('are grouped by consumer and cause, the largest group first', () => {
    const groups = groupsOf([
      parked('1', 'stock', 'no unit 4711 there'),
      parked('2', 'checkout', 'no order 8326d60c637765e43918738b3031e553'),
      parked('3', 'checkout', 'no order 11111111-2222-3333-4444-555555555555\n at more'),
    ]);
    expect(groups.map(({ consumer, cause, events }) => [consumer, cause, events.length])).toEqual([
      ['checkout', 'no order …', 2],
      ['stock', 'no unit n there', 1],
    ]);
    expect(causeOf('version 99')).toBe('version n');
  });
});

describe('the latencies of steps', () => {
  const step = (name: string, ms: number | null, status = 'DONE'): SagaRowFragment['steps'][number] => ({
    name,
    status,
    attempts: 1,
    lastError: null,
    retryAt: null,
    startedAt: new Date(0).toISOString(),
    endedAt: ms === null ? null : new Date(ms).toISOString(),
    compensation: null,
  });

  test('are by kind of step, in buckets that double', () => {
    const [reserve, hold] = latenciesOf([
      { steps: [step('reserve:A', 1), step('reserve:B', 3), step('hold-funds', null, 'RUNNING')] },
      { steps: [step('reserve:A', 100_000), step('hold-funds', 5, 'FAILED')] },
    ]);
    expect(reserve).toMatchObject({ kind: 'reserve', begun: 3, ended: 3, failed: 0, medianMs: 3 });
    expect(reserve?.counts[0]).toBe(1);
    expect(reserve?.counts[2]).toBe(1);
    expect(reserve?.counts.at(-1)).toBe(1);
    expect(hold).toMatchObject({ kind: 'hold-funds', begun: 2, ended: 1, failed: 1 });
  });
});

describe('orders by time', () => {
  test('move on, slot by slot, and out at the end', () => {
    const first = movedOn(noRate(0), 5_000, 2);
    expect(first.counts.at(-1)).toBe(2);
    const later = movedOn(first, 20_000, 1);
    expect(later.counts.slice(-3)).toEqual([2, 0, 1]);
    expect(movedOn(later, 60 * 60_000, 0).counts.every((count) => count === 0)).toBe(true);
  });
});

test('orders from before the page was opened are in the slots of their time', () => {
  const now = 700_000;
  const { counts } = rateOf([now, now - 10_000, now - 10_000, now - 3_600_000], now);
  expect(counts.slice(-2)).toEqual([2, 1]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
});

test('one slow step beside ten thousand quick ones is seen in the histogram', () => {
  expect(logHeight(10_000, 10_000)).toBe(1);
  expect(logHeight(1, 10_000)).toBeGreaterThan(0.05);
  expect(logHeight(0, 10_000)).toBe(0);
});

test.each([
  ['418400 EUR', '€4,184.00'],
  ['5000 JPY', 'JP¥5,000'],
  ['9007199254740993 EUR', '€90,071,992,547,409.93'],
  ['1167 units', '1167 units'],
  ['100 EUR, -5000 JPY', '€1.00, -JP¥5,000'],
  ['all', 'all'],
])('a total of %s is shown as %s', (value, text) => {
  expect(totalText(value)).toBe(text);
});

test('a total of zero, which comes without its unit › is units of stock, or no money', () => {
  expect(checkText('stock: reserved for orders', '0')).toBe('0 units');
  expect(checkText('money: held for orders', '0')).toBe('none');
  expect(checkText('money: held for orders', '100 EUR')).toBe('€1.00');
});

test('totals are the checks of money, stock and cards, and no others', () => {
  const names = ['money: held for orders', 'stock: on hand', 'read model timers has reached the log'];
  expect(names.filter((name) => isTotal({ name }))).toEqual(names.slice(0, 2));
});

describe('the axis of the Gantt chart', () => {
  test('goes from 0 to 1, in order, and gives short steps room beside a long wait', () => {
    const scale = unevenScale([0, 2, 60_000, 60_002]);
    const at = [0, 2, 60_000, 60_002].map(scale);
    expect(at[0]).toBe(0);
    expect(at[3]).toBe(1);
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at[1]).toBeGreaterThan(0.05);
  });

  test('of one moment is a point', () => {
    expect(unevenScale([5])(5)).toBe(0);
  });
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [61_000, '1 min 1 s'],
  [3_600_000, '1 h'],
  [90_061_000, '1 d 1 h'],
])('%s ms reads %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('codes and ids are for people', () => {
  expect(inWords('COMPENSATION_STUCK')).toBe('Compensation stuck');
  expect(shortId('8326d60c637765e43918738b3031e553')).toBe('8326d60c63…');
  expect(shortId('short')).toBe('short');
});

describe('the time machine', () => {
  const moments = ['0000000000000003', '0000000000000007', '9007199254740993'].map((position) => ({
    position,
  }));

  test.each([
    [undefined, 2],
    ['0', 0],
    ['3', 0],
    ['6', 0],
    ['0000000000000007', 1],
    ['9007199254740992', 1],
    ['9007199254740993', 2],
    ['no position', 0],
  ])('at the position %s shows the last event at or before it', (at, index) => {
    expect(indexAt(moments, at)).toBe(index);
  });
});

test('orders per minute are the sum of the six slots up to each', () => {
  const now = 1_000_000_000;
  const minutes = perMinute(rateOf([now, now - 10_000, now - 50_000, now - 120_000], now));
  expect(minutes).toHaveLength(55);
  expect([minutes.at(-1), minutes.at(-2), Math.max(...minutes)]).toEqual([3, 2, 3]);
});

test('the funnel has the steps forward first, then those that undo', () => {
  const step = (name: string) => ({ name, status: 'DONE' as const, startedAt: null, endedAt: null });
  const steps = ['reserve:A', 'release:A', 'hold-funds', 'refund', 'capture-funds'].map(step);
  const kinds = inOrder(latenciesOf([{ steps } as never])).map(({ kind }) => kind);
  expect(kinds).toEqual(['reserve', 'hold-funds', 'capture-funds', 'release', 'refund']);
});

describe('a forest of causes', () => {
  const caused = (n: number, by: string | null) => ({ ...event(n), causationId: by });
  const ids = (branches: readonly Branch[]): unknown[] =>
    branches.map(({ event: { id }, effects }) => [id, ...ids(effects)]);

  test('puts each event below its cause, and begins anew where the cause is not there', () => {
    const events = [caused(1, 'request'), caused(2, 'e1'), caused(3, 'e1'), caused(4, 'e2'), caused(5, 'e5')];
    expect(ids(forestOf(events))).toEqual([['e1', ['e2', ['e4']], ['e3']], ['e5']]);
  });

  test('is drawn with each cause above its effects, and a chain stays in one lane', () => {
    const chain = [caused(1, 'request'), caused(2, 'e1'), caused(3, 'e2'), caused(4, 'e1'), caused(5, 'e4')];
    const rows = rowsOf(forestOf(chain));
    expect(rows.map(({ event: { id }, lane, cause }) => [id, lane, cause])).toEqual([
      ['e1', 0, null],
      ['e2', 1, 0],
      ['e3', 1, 1],
      ['e4', 0, 0],
      ['e5', 0, 3],
    ]);
  });

  test('is walked by the arrow keys: along the rows, to the cause, and to the first effect', () => {
    const rows = rowsOf(forestOf([caused(1, 'request'), caused(2, 'e1'), caused(3, 'e1')]));
    const to = (key: string, row: number) => nextRow(key, row, rows);
    expect([to('ArrowDown', 0), to('ArrowDown', 2), to('ArrowUp', 2), to('ArrowUp', 0)]).toEqual([
      1,
      null,
      1,
      null,
    ]);
    expect([to('ArrowLeft', 2), to('ArrowLeft', 0), to('ArrowRight', 0), to('ArrowRight', 1)]).toEqual([
      0,
      null,
      1,
      null,
    ]);
    expect(to('a', 0)).toBeNull();
  });
});

describe('a search', () => {
  test('takes types apart, and times as people write them', () => {
    expect(wantedBy({ types: 'OrderPaid, OrderFailed', since: '2026-01-31' })).toMatchObject({
      types: ['OrderPaid', 'OrderFailed'],
      since: '2026-01-31T00:00:00.000Z',
      text: null,
    });
    expect(wantedBy({ until: 'yesterday' })).toBeNull();
  });
});
