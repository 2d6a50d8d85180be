// The chain of the audit log: after any later change of the log, the changed action is named.
import { describe, expect, test } from '@jest/globals';
import { auditChainStream } from '@holdfast/accounts';
import type { RecordedEvent } from '@holdfast/kernel';
import { recorder } from '@holdfast/testing';
import { AuditChain, chainedAction } from './chain.js';

/** Three actions of staff and one of a customer, each followed by the link that it gets. */
function chainedLog(): readonly RecordedEvent[] {
  const record = recorder();
  const events: RecordedEvent[] = [];
  let previous: string | null = null;
  for (const [delta, actor] of [
    [5, 'staff:eve'],
    [7, 'customer:ann'],
    [-2, 'staff:eve'],
    [9, 'staff:bob'],
  ] as const) {
    const data = { delta, reason: 'counted' };
    const action = record('stock-TEA', { type: 'StockAdjusted', data }, { actor });
    events.push(action);
    if (!actor.startsWith('staff:')) continue;
    const link = chainedAction(action, previous);
    previous = link.link;
    events.push(
      record(auditChainStream, { type: 'AuditActionChained', data: link }, { actor: 'reactor:audit-chain' }),
    );
  }
  return events;
}

const read = (events: readonly RecordedEvent[]): AuditChain => {
  const chain = new AuditChain();
  for (const event of events) chain.enter(event);
  return chain;
};
const faultsOf = (events: readonly RecordedEvent[]) => read(events).faults();
const inPlaceOf = (entry: string, change: (event: RecordedEvent) => RecordedEvent) =>
  chainedLog().map((event) => (`${event.stream}:${event.revision}` === entry ? change(event) : event));
const byStaff = (event: RecordedEvent): RecordedEvent => ({
  ...event,
  metadata: { ...event.metadata, actor: 'staff:eve' },
});

describe('a chain', () => {
  test('of an unchanged log has no fault, and shows its last link', () => {
    const events = chainedLog();
    const last = events.at(-1) as RecordedEvent<{ type: string; data: { link: string } }>;
    expect(faultsOf(events)).toEqual([]);
    expect(read(events).state).toBe(`3 links, the last ${last.data.link}`);
    expect(read([]).state).toBe('no links');
  });

  test('whose last action waits for its link has no fault', () => {
    expect(faultsOf(chainedLog().slice(0, -1))).toEqual([]);
  });

  test.each<[string, (event: RecordedEvent) => RecordedEvent]>([
    ['another amount', (event) => ({ ...event, data: { delta: -20, reason: 'counted' } })],
    ['another reason', (event) => ({ ...event, data: { delta: -2, reason: 'stolen' } })],
    ['another person', (event) => ({ ...event, metadata: { ...event.metadata, actor: 'staff:bob' } })],
    [
      'another time',
      (event) => ({ ...event, metadata: { ...event.metadata, at: '2027-01-01T00:00:00.000Z' } }),
    ],
    ['another type', (event) => ({ ...event, type: 'StockReceived' })],
  ])('names an action that got %s', (_, change) => {
    expect(faultsOf(inPlaceOf('stock-TEA:2', change))).toEqual(['stock-TEA:2 was changed']);
  });

  test('names an action that is hidden, as one of a customer', () => {
    const hide = (event: RecordedEvent): RecordedEvent => ({
      ...event,
      metadata: { ...event.metadata, actor: 'customer:ann' },
    });
    expect(faultsOf(inPlaceOf('stock-TEA:2', hide))).toEqual(['stock-TEA:2 is missing']);
  });

  test('names an action that was added between others', () => {
    expect(faultsOf(inPlaceOf('stock-TEA:1', byStaff))).toEqual(['stock-TEA:1 was added']);
  });

  test('names a link that was left out, changed or made again for a changed action', () => {
    const events = chainedLog();
    const isLink = ({ stream, revision }: RecordedEvent): boolean =>
      stream === auditChainStream && revision === 1;
    expect(faultsOf(events.filter((event) => !isLink(event)))).toEqual([
      ...['link 2 does not follow from the one before', 'stock-TEA:2 was added'],
    ]);
    // After a change of an action and its link, every later link would have to be made again.
    const [first, , action] = inPlaceOf('stock-TEA:2', (event) => ({ ...event, data: { delta: 0 } })).filter(
      ({ stream }) => stream === 'stock-TEA',
    );
    const changed = { ...(action as RecordedEvent), data: { delta: 0 } };
    const before = chainedAction(first as RecordedEvent, null).link;
    const forged = events.map((event) => {
      if (event.stream === 'stock-TEA' && event.revision === 2) return changed;
      return isLink(event) ? { ...event, data: chainedAction(changed, before) } : event;
    });
    expect(faultsOf(forged)).toEqual(['link 2 does not follow from the one before']);
  });

  test('does not compare data that was lifted to a later shape since', () => {
    const lift = (event: RecordedEvent): RecordedEvent => ({
      ...event,
      data: { by: -2 },
      metadata: { ...event.metadata, schemaVersion: 2 },
    });
    expect(faultsOf(inPlaceOf('stock-TEA:2', lift))).toEqual([]);
  });
});
